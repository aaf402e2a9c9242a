use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use axum::body::Bytes;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::sync::oneshot;

use super::super::clients::Loopback;
use super::*;

/// Bytes that count themselves as long as somebody holds them.
struct Large(Vec<u8>, Arc<AtomicUsize>);

impl AsRef<[u8]> for Large {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Large {
    fn drop(&mut self) {
        self.1.fetch_sub(1, Ordering::Relaxed);
    }
}

/// More than the system's own buffers take.
const LARGE: usize = 64 << 20;

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<()>,
    metrics: Arc<Metrics>,
    /// Large bodies in memory.
    held: Arc<AtomicUsize>,
}

fn limits() -> Limits {
    Limits {
        head_time: Duration::from_millis(300),
        stall_time: Duration::from_millis(600),
        ..Limits::default()
    }
}

async fn start(limits: Limits) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (metrics, held) = (Arc::new(Metrics::default()), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&held);
    let large = move || async move {
        count.fetch_add(1, Ordering::Relaxed);
        Body::from(Bytes::from_owner(Large(vec![7; LARGE], count)))
    };
    let slow = || async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        "done"
    };
    let router = Router::new()
        .route("/health", get(|| async { "up" }))
        .route("/slow", get(slow))
        .route("/large", get(large));
    let (stop, told) = oneshot::channel();
    let speaking = Speaking::new(router, limits, Arc::clone(&metrics), &Arc::default());
    let task = tokio::spawn(async move {
        answer(listener, &speaking, async { told.await.unwrap() }).await;
    });
    Running { address, stop, task, metrics, held }
}

impl Running {
    async fn say(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }

    /// Waits until nothing large is held, and says how long that took.
    async fn freed(&self) -> Duration {
        let start = Instant::now();
        while self.held.load(Ordering::Relaxed) > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            assert!(start.elapsed() < Duration::from_secs(20), "the body is held still");
        }
        start.elapsed()
    }
}

const HEALTH: &[u8] = b"GET /health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

/// All that comes until the other side ends, or the reason why it ended.
async fn rest(stream: &mut TcpStream) -> Result<Vec<u8>, std::io::Error> {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await;
    read.expect("it is not held open").map(|_| bytes)
}

#[tokio::test]
async fn a_client_that_says_nothing_or_not_enough_is_left() {
    let running = start(limits()).await;
    for said in [&b""[..], b"P", b"PRI * HTTP/2.0", b"GET /health HTTP/1.1\r\nHost: h\r\n"] {
        let mut stream = running.say(said).await;
        let begin = Instant::now();
        let answer = rest(&mut stream).await.unwrap_or_default();
        assert!(begin.elapsed() < Duration::from_secs(5), "{said:?}");
        assert!(!answer.starts_with(b"HTTP/1.1 200"), "{said:?}");
    }
    let mut stream = running.say(HEALTH).await;
    assert!(rest(&mut stream).await.unwrap().starts_with(b"HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_its_answer_holds_no_memory() {
    let running = start(limits()).await;
    let stream = running.say(b"GET /large HTTP/1.1\r\nHost: h\r\n\r\n").await;
    stream.readable().await.unwrap();
    assert_eq!(running.held.load(Ordering::Relaxed), 1);
    assert!(running.freed().await < Duration::from_secs(5));
    assert_eq!(running.metrics.stalled.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_client_that_takes_its_answer_slowly_gets_all_of_it() {
    let running = start(limits()).await;
    let mut stream =
        running.say(b"GET /large HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
    let mut bytes = vec![0; 4 << 20];
    let (mut taken, start) = (0, Instant::now());
    loop {
        let read = stream.read(&mut bytes).await.unwrap();
        taken += read;
        if read == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(taken > LARGE && start.elapsed() > Duration::from_millis(300), "{taken}");
}

/// A request in HTTP/2 by hand (RFC 9113, RFC 7541): settings, then the headers of stream 1.
fn http2(path: &str) -> Vec<u8> {
    let mut headers = vec![0x82, 0x86, 0x04, path.len() as u8];
    headers.extend_from_slice(path.as_bytes());
    headers.extend_from_slice(b"\x01\x01h");
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend_from_slice(&[0, 0, 0, 4, 0, 0, 0, 0, 0]);
    bytes.extend_from_slice(&[0, 0, headers.len() as u8, 1, 0x05, 0, 0, 0, 1]);
    bytes.extend_from_slice(&headers);
    bytes
}

/// The kind and the payload of the next frame.
async fn frame(stream: &mut TcpStream) -> (u8, Vec<u8>) {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.unwrap();
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).await.unwrap();
    (head[3], payload)
}

#[tokio::test]
async fn speaks_http_2_to_who_begins_with_it() {
    let running = start(limits()).await;
    let mut stream = running.say(&http2("/health")).await;
    let (mut status, mut body) = (None, None);
    while body.is_none() {
        match frame(&mut stream).await {
            (1, headers) => status = Some(headers[0]),
            (0, data) => body = Some(data),
            _ => {}
        }
    }
    // 0x88 stands for `:status: 200`.
    assert_eq!((status, body), (Some(0x88), Some(b"up".to_vec())));
}

#[tokio::test]
async fn neither_does_one_hold_memory_who_gives_no_room_in_http_2() {
    let running = start(limits()).await;
    let mut stream = running.say(&http2("/large")).await;
    while frame(&mut stream).await.0 != 0 {}
    assert_eq!(running.held.load(Ordering::Relaxed), 1);
    assert!(running.freed().await < Duration::from_secs(5));
}

#[tokio::test]
async fn a_silent_connection_makes_room_for_one_that_asks() {
    let head_time = Duration::from_secs(60);
    let running = start(Limits { connections: 2, head_time, ..limits() }).await;
    let mut silent = [running.say(b"").await, running.say(b"").await];
    let mut third = running.say(HEALTH).await;
    assert!(rest(&mut third).await.unwrap().ends_with(b"up"));
    let ended = rest(&mut silent[0]).await.unwrap_or_default();
    assert!(ended.is_empty());
    assert_eq!(running.metrics.turned_away.load(Ordering::Relaxed), 1);
}

/// A connection from another address of this machine.
async fn say_from(running: &Running, last: u8, bytes: &[u8]) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, last], 0))).unwrap();
    let mut stream = socket.connect(running.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

#[tokio::test]
async fn one_client_with_many_connections_keeps_no_other_from_being_answered() {
    let head_time = Duration::from_secs(60);
    let limits = Limits { connections: 8, head_time, loopback: Loopback::Counted, ..limits() };
    let running = start(limits).await;
    let mut held = Vec::new();
    for _ in 0..20 {
        // It asks now and then, so that it is never idle for long.
        let asked = b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n";
        held.push(say_from(&running, 2, asked).await);
    }
    assert_eq!(running.metrics.connections.load(Ordering::Relaxed).min(3), 2);
    for last in 3..9 {
        let mut other = say_from(&running, last, HEALTH).await;
        assert!(rest(&mut other).await.unwrap().ends_with(b"up"), "{last}");
    }
    // With all of its connections in work it gets no further one, and is told so.
    let slow = b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\n";
    let mut busy = [say_from(&running, 9, slow).await, say_from(&running, 9, slow).await];
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut third = say_from(&running, 9, HEALTH).await;
    let refusal = rest(&mut third).await.unwrap_or_default();
    assert!(refusal.is_empty() || refusal.starts_with(b"HTTP/1.1 503"), "{refusal:?}");
    let mut answer = [0; 15];
    busy[0].read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
}

#[tokio::test]
async fn a_stop_lets_requests_in_work_end_and_takes_no_more() {
    let running = start(limits()).await;
    let mut slow = running.say(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    running.stop.send(()).unwrap();
    let answer = String::from_utf8(rest(&mut slow).await.unwrap()).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("done"), "{answer}");
    running.task.await.unwrap();
    assert!(TcpStream::connect(running.address).await.is_err());
}
