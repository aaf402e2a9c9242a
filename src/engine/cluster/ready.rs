//! Whether a scheduler is there and has its executors.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use super::error::ClusterError;

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two questions.
const PAUSE: Duration = Duration::from_millis(250);

/// Waits until the scheduler at this address (`host:port`) says that it has its executors.
///
/// # Errors
/// [`ClusterError::Unreachable`] at once, [`ClusterError::NotReady`] after this many seconds.
pub fn wait(address: &str, wait_s: u64) -> Result<(), ClusterError> {
    let start = Instant::now();
    loop {
        let (is_ready, said) = ask(address)
            .map_err(|source| ClusterError::Unreachable { address: address.to_owned(), source })?;
        if is_ready {
            return Ok(());
        }
        if start.elapsed() >= Duration::from_secs(wait_s) {
            return Err(ClusterError::NotReady { address: address.to_owned(), wait_s, said });
        }
        std::thread::sleep(PAUSE);
    }
}

/// Whether it is ready, and what it says about it.
fn ask(address: &str) -> io::Result<(bool, String)> {
    let mut stream = connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(1 << 16).read_to_string(&mut answer)?;
    let status = answer.split_whitespace().nth(1).unwrap_or_default();
    let said = answer.lines().last().unwrap_or_default().trim().to_owned();
    match status {
        "200" => Ok((true, said)),
        "503" => Ok((false, said)),
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "what answers there is no scheduler")),
    }
}

fn connect(address: &str) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}
