//! One client that takes all it can keeps no other client from being answered.
//!
//! Clients are addresses of this machine, which a setting counts as others are.

use std::net::SocketAddr;
use std::time::Duration;

use sebaran::store::tables::TableFormat;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::country::{Country, Means, Plan};
use crate::program::Server;

const SETTINGS: &str = "[serve]\ncount_loopback = true\ntrusted_proxies = []\nconnections = 32\n\
                        concurrency_heavy = 16\nhead_timeout_s = 60\n";

/// A server of a small release. A build has a runtime of its own, so it is called in a thread without one.
fn served() -> (Country, Server) {
    let country = Country::new();
    let plan = Plan { households: 600, faults: None, format: TableFormat::Parquet };
    let visits = country.survey("survey", plan);
    country.build_with_tiles("r1", &[visits], Means::default()).unwrap();
    let file = country.write("settings.toml", SETTINGS);
    let server = Server::start(&country.register(), &["--config", file.to_str().unwrap(), "serve"]);
    (country, server)
}

async fn connect(server: &Server, last: u8) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, last], 0))).unwrap();
    socket.connect(server.address().parse().unwrap()).await.unwrap()
}

/// The status of an answer to a client; 0 where the connection ended before one.
async fn status(server: &Server, last: u8, path: &str) -> u16 {
    let mut stream = connect(server, last).await;
    let asked = format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    let mut answer = Vec::new();
    let asked = async {
        stream.write_all(asked.as_bytes()).await?;
        stream.read_to_end(&mut answer).await
    };
    let ended = tokio::time::timeout(Duration::from_secs(50), asked).await;
    let _ = ended.expect("it is answered");
    let text = String::from_utf8_lossy(&answer);
    text.split_whitespace().nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_of_one_client_leave_room_for_others() {
    let (_country, server) = std::thread::spawn(served).join().unwrap();
    let mut held = Vec::new();
    for number in 0..100 {
        let mut stream = connect(&server, 2).await;
        // Half of them say nothing, and half ask now and then.
        if number % 2 == 0 {
            let _ = stream.write_all(b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n").await;
        }
        held.push(stream);
    }
    for last in 3..8 {
        for path in ["/health", "/layers/poverty/village.csv"] {
            assert_eq!(status(&server, last, path).await, 200, "{path} to {last}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_one_client_leave_room_for_others() {
    let (_country, server) = std::thread::spawn(served).join().unwrap();
    let server = &server;
    let pictures = futures::future::join_all((0..8).map(|number| async move {
        let path = format!("/maps/poverty/village.png?width={}", 2400 - number);
        status(server, 2, &path).await
    }));
    let others = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        for path in [
            "/health",
            "/layers/poverty/district.csv",
            "/tiles/hexagon/2/3/2.mvt",
            "/maps/poverty/regency.png",
            "/layers/poverty/regency.xlsx",
        ] {
            assert_eq!(status(server, 3, path).await, 200, "{path}");
        }
    };
    let (pictures, ()) = tokio::join!(pictures, others);
    // A quarter of 16 places is its own.
    let refused = pictures.iter().filter(|status| **status == 429).count();
    let answered = pictures.iter().filter(|status| **status == 200).count();
    assert!(refused >= 1 && answered >= 4 && refused + answered == 8, "{pictures:?}");
}
