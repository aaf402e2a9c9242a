//! Connections: taken up to a number, spoken to in HTTP/1.1 or HTTP/2, ended where their clients are slow.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;
use tracing::{debug, info, warn};

use super::clients::Counting;
use super::connections::{Connections, Slot};
use super::limits::Limits;
use super::metrics::Metrics;
use super::patience::{Patient, Portions, Work};
use super::reached::Proxies;

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer {
    pub address: SocketAddr,
}

/// How long requests in work are waited for, once the server is told to stop.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a connection on which nobody asks anything is kept.
const IDLE: Duration = Duration::from_secs(120);
/// What a connection of HTTP/1.1 buffers, of a request's head and of an answer.
const BUFFER: usize = 128 << 10;
/// Requests at the same time on one connection of HTTP/2.
const STREAMS: u32 = 64;
/// Bytes of a request's headers in HTTP/2.
const MOST_HEADERS: u32 = 16 << 10;

/// What connections are answered by, and within which bounds.
pub(super) struct Speaking {
    router: Router,
    limits: Limits,
    metrics: Arc<Metrics>,
    proxies: Arc<Proxies>,
    connections: Arc<Connections>,
}

impl Speaking {
    pub fn new(
        router: Router,
        limits: Limits,
        metrics: Arc<Metrics>,
        proxies: &Arc<Proxies>,
    ) -> Self {
        let connections = Connections::new(limits.connections, limits.share(limits.connections));
        Self { router, limits, metrics, proxies: Arc::clone(proxies), connections }
    }
}

/// Answers connections until `stop` ends, then ends the requests in work.
pub(super) async fn answer(
    listener: TcpListener,
    speaking: &Speaking,
    stop: impl Future<Output = ()>,
) {
    let mut stop = std::pin::pin!(stop);
    let graceful = GracefulShutdown::new();
    let Speaking { router, limits, metrics, proxies, connections } = speaking;
    let counting = Counting { proxies, loopback: limits.loopback };
    loop {
        let (stream, peer) = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener) => accepted,
        };
        match connections.admit(counting.of_connection(peer.address.ip())) {
            Some(slot) => {
                let taken = Taken { stream, peer, slot, watcher: graceful.watcher() };
                tokio::spawn(taken.speak(router.clone(), *limits, Arc::clone(metrics)));
            }
            None => turn_away(&stream, metrics),
        }
    }
    drop(listener);
    info!("Stopping: requests in work are still answered");
    tokio::select! {
        () = graceful.shutdown() => info!("Stopped"),
        () = tokio::time::sleep(PATIENCE) => {
            info!("Stopped without the requests that were still in work");
        }
    }
}

/// The next connection.
async fn accept(listener: &TcpListener) -> (TcpStream, Peer) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => return (stream, Peer { address }),
            // A client that has gone, or no more files: the latter needs others to end.
            Err(failure) => {
                warn!(error = &failure as &dyn std::error::Error, "Failed to take a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Says that there is no place for a connection, where the system takes the words at once.
fn turn_away(stream: &TcpStream, metrics: &Metrics) {
    metrics.turned_away.fetch_add(1, Ordering::Relaxed);
    let refusal = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n\
                    Connection: close\r\n\r\n";
    if stream.try_write(refusal).is_err() {
        debug!("Closed a connection that there was no place for");
    }
}

/// A connection and its place among those that there may be.
struct Taken {
    stream: TcpStream,
    peer: Peer,
    slot: Slot,
    watcher: Watcher,
}

impl Taken {
    async fn speak(self, router: Router, limits: Limits, metrics: Arc<Metrics>) {
        let Self { stream, peer, slot, watcher } = self;
        metrics.connections.fetch_add(1, Ordering::Relaxed);
        // An answer is written as a whole: nothing is gained by waiting for more.
        let _ = stream.set_nodelay(true);
        let progress = &slot.progress;
        let service = service_fn(|request: Request<Incoming>| {
            let work = Work::begin(progress);
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            let router = router.clone();
            async move {
                let Ok(response) = router.oneshot(request).await;
                Ok::<_, Infallible>(response.map(|body| Portions::new(body, work)))
            }
        });
        let stream = TokioIo::new(Patient::new(stream, limits.head_time, limits.stall_time));
        let builder = builder(&limits);
        let spoken = watcher.watch(builder.serve_connection(stream, service));
        tokio::select! {
            ended = spoken => if let Err(failure) = ended {
                let was_slow = is_overdue(&*failure);
                metrics.stalled.fetch_add(u64::from(was_slow), Ordering::Relaxed);
                debug!(error = &*failure, was_slow, "A connection ended early");
            },
            () = progress.ended(limits.stall_time, IDLE) => {
                metrics.stalled.fetch_add(1, Ordering::Relaxed);
                debug!("Closed a connection on which nothing was taken");
            }
            () = slot.ended.notified() => {
                metrics.turned_away.fetch_add(1, Ordering::Relaxed);
                debug!("Closed a connection for another client's");
            }
        }
        metrics.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whether a connection ended because its client was too slow.
fn is_overdue(failure: &(dyn std::error::Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(failure), |cause| cause.source());
    causes.any(|cause| {
        let cause = cause.downcast_ref::<std::io::Error>();
        cause.is_some_and(|cause| cause.kind() == std::io::ErrorKind::TimedOut)
    })
}

fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_buf_size(BUFFER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.stall_time)
        .keep_alive_timeout(limits.head_time)
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(MOST_HEADERS)
        .max_send_buf_size(BUFFER);
    builder
}

#[cfg(test)]
#[path = "connection_tests.rs"]
mod tests;
