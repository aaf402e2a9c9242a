//! What a slow client may hold: a head that does not come, an answer that nobody takes.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// What is handed to a connection at a time, so that a client which takes some of an answer is told from
/// one that takes nothing.
const PORTION: usize = 64 << 10;

/// What happens on a connection.
pub(super) struct Progress {
    start: Instant,
    /// Milliseconds from the start to when something was asked or taken last.
    last_ms: AtomicU64,
    /// Requests whose answers are not yet taken.
    in_work: AtomicUsize,
    /// Of these, answers that wait to be taken.
    waiting: AtomicUsize,
}

impl Progress {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            start: Instant::now(),
            last_ms: AtomicU64::new(0),
            in_work: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
        })
    }

    /// Whether nothing is in work.
    pub fn is_idle(&self) -> bool {
        self.in_work.load(Ordering::Relaxed) == 0
    }

    /// How long ago something was asked or taken last.
    pub fn quiet(&self) -> Duration {
        let last = Duration::from_millis(self.last_ms.load(Ordering::Relaxed));
        self.start.elapsed().saturating_sub(last)
    }

    fn note(&self) {
        let now_ms = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_ms.store(now_ms, Ordering::Relaxed);
    }

    /// Ends when an answer was waiting for so long and nothing of any was taken, or when nobody asked
    /// anything for longer still.
    pub async fn ended(&self, stall: Duration, idle: Duration) {
        loop {
            sleep(stall.min(idle) / 4).await;
            let quiet = self.quiet();
            let is_waiting = self.waiting.load(Ordering::Relaxed) > 0;
            if is_waiting && quiet >= stall || self.is_idle() && quiet >= idle {
                return;
            }
        }
    }
}

/// A request in work, until its answer is taken or given up.
pub(super) struct Work(Arc<Progress>);

impl Work {
    pub fn begin(progress: &Arc<Progress>) -> Self {
        progress.note();
        progress.in_work.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(progress))
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.0.note();
        self.0.in_work.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A body that is handed out in portions, each of which is noted.
pub(super) struct Portions {
    body: Body,
    rest: Bytes,
    work: Work,
}

impl Portions {
    pub fn new(body: Body, work: Work) -> Self {
        work.0.waiting.fetch_add(1, Ordering::Relaxed);
        work.0.note();
        Self { body, rest: Bytes::new(), work }
    }
}

impl Drop for Portions {
    fn drop(&mut self) {
        self.work.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl http_body::Body for Portions {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.work.0.note();
        if self.rest.is_empty() {
            let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
            let Some(Ok(frame)) = frame else { return Poll::Ready(frame) };
            match frame.into_data() {
                Ok(bytes) => self.rest = bytes,
                Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
            }
        }
        let portion = self.rest.len().min(PORTION);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(portion)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (inner, rest) = (self.body.size_hint(), self.rest.len() as u64);
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower() + rest);
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}

/// What a connection of HTTP/2 begins with.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A connection whose client must say something soon, and take what is written to it.
pub(super) struct Patient {
    stream: TcpStream,
    stall: Duration,
    /// Runs while what is written is not taken.
    writing: Option<Pin<Box<Sleep>>>,
    /// Runs until it is known which version of HTTP is spoken; from then on that bounds what it reads.
    beginning: Option<Pin<Box<Sleep>>>,
    /// How much of the preface was read.
    preface: usize,
}

impl Patient {
    pub fn new(stream: TcpStream, head: Duration, stall: Duration) -> Self {
        let beginning = Some(Box::pin(sleep(head)));
        Self { stream, stall, writing: None, beginning, preface: 0 }
    }

    fn heard(&mut self, bytes: &[u8]) {
        let expected = &PREFACE[self.preface..];
        let same = bytes.iter().zip(expected).take_while(|(one, other)| one == other).count();
        self.preface += same;
        let is_decided = bytes.is_empty() || same < bytes.len() || self.preface == PREFACE.len();
        if is_decided {
            self.beginning = None;
        }
    }

    /// Lets what is written wait for so long and no longer.
    fn within<T>(
        &mut self,
        written: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.writing = None;
            return written;
        }
        let stall = self.stall;
        let timer = self.writing.get_or_insert_with(|| Box::pin(sleep(stall)));
        timer.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let Some(timer) = &mut self.beginning else { return read };
        if read.is_pending() {
            return timer.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()));
        }
        self.heard(&buffer.filled()[before..]);
        read
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.within(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.within(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
