//! The program itself, run as a person runs it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// The program on a register.
pub fn sebaran(register: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sebaran"));
    command.arg("--register").arg(register);
    command.current_dir(register.parent().unwrap());
    command.env("NO_COLOR", "1").env_remove("SEBARAN_LOG").env_remove("SEBARAN_CONFIG");
    command
}

/// What a run said, and how it ended.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// Runs the program with these words.
pub fn run(register: &Path, words: &[&str]) -> Said {
    sebaran(register).args(words).output().unwrap().into()
}

/// Runs the program, which must succeed and print one JSON object.
pub fn run_json(register: &Path, words: &[&str]) -> serde_json::Value {
    let said = sebaran(register).arg("--json").args(words).output().map(Said::from).unwrap();
    assert_eq!(said.code, Some(0), "{words:?}: {}", said.err);
    let value: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert!(value.is_object(), "{words:?}: {value}");
    value
}

/// A server that runs until it is dropped.
pub struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// Starts a command that serves, on a port that the system chooses.
    pub fn start(register: &Path, words: &[&str]) -> Self {
        let mut command = sebaran(register);
        command.args(words).args(["--listen", "127.0.0.1:0"]);
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        let address = loop {
            let mut line = String::new();
            assert!(log.read_line(&mut line).unwrap() > 0, "it ended: {said}");
            if let Some((_, rest)) = line.split_once("at http://") {
                break rest.split_whitespace().next().unwrap().to_owned();
            }
            said.push_str(&line);
        };
        // Nobody must wait for a full pipe.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Self { child, address }
    }

    /// Address and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The status, the headers in lower case and the body of an answer.
    pub fn get(&self, path: &str) -> (u16, String, String) {
        let (status, head, body) = self.get_bytes(path);
        (status, head, String::from_utf8(body).unwrap())
    }

    /// As [`Self::get`], of a body that is no text.
    pub fn get_bytes(&self, path: &str) -> (u16, String, Vec<u8>) {
        self.get_with(path, &[])
    }

    /// As [`Self::get_bytes`], asked with headers. The status is 0 where the connection ended before the head did.
    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut asked = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n", self.address);
        for (name, value) in headers {
            asked.push_str(&format!("{name}: {value}\r\n"));
        }
        write!(stream, "{asked}Connection: close\r\n\r\n").unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let Some(end) = memchr::memmem::find(&bytes, b"\r\n\r\n") else {
            return (0, String::new(), Vec::new());
        };
        let body = bytes.split_off(end + 4);
        let head = String::from_utf8(bytes).unwrap().to_lowercase();
        let status = head.split_whitespace().nth(1).unwrap().parse().unwrap();
        let is_chunked = head.contains("transfer-encoding: chunked");
        (status, head, if is_chunked { joined(&body) } else { body })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The chunks of a body, put together.
fn joined(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = memchr::memmem::find(chunks, b"\r\n") {
        let size = usize::from_str_radix(str::from_utf8(&chunks[..end]).unwrap(), 16).unwrap();
        let rest = &chunks[end + 2..];
        body.extend_from_slice(&rest[..size]);
        chunks = rest[size..].strip_prefix(b"\r\n").unwrap_or(&[]);
        if size == 0 {
            break;
        }
    }
    body
}
