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
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt;
use tracing::{debug, info, warn};

use super::limits::Limits;
use super::metrics::Metrics;
use super::patience::{Patient, Portions, Progress, Work};

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

/// Answers connections until `stop` ends, then ends the requests in work.
pub(super) async fn answer(
    listener: TcpListener,
    router: Router,
    (limits, metrics): (Limits, Arc<Metrics>),
    stop: impl Future<Output = ()>,
) {
    let mut stop = std::pin::pin!(stop);
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(limits.connections.max(1)));
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else { break };
        let taken = Taken { stream, peer, place, watcher: graceful.watcher() };
        tokio::spawn(taken.speak(router.clone(), limits, Arc::clone(&metrics)));
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

/// The next connection, once there is a place for it; `None` where there never will be one.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, Peer, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, address)) => return Some((stream, Peer { address }, place)),
            // A client that has gone, or no more files: the latter needs others to end.
            Err(failure) => {
                warn!(error = &failure as &dyn std::error::Error, "Failed to take a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// A connection and its place among those that there may be.
struct Taken {
    stream: TcpStream,
    peer: Peer,
    place: OwnedSemaphorePermit,
    watcher: Watcher,
}

impl Taken {
    async fn speak(self, router: Router, limits: Limits, metrics: Arc<Metrics>) {
        let Self { stream, peer, place, watcher } = self;
        metrics.connections.fetch_add(1, Ordering::Relaxed);
        // An answer is written as a whole: nothing is gained by waiting for more.
        let _ = stream.set_nodelay(true);
        let progress = Progress::new();
        let service = service_fn(|request: Request<Incoming>| {
            let work = Work::begin(&progress);
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
        }
        metrics.connections.fetch_sub(1, Ordering::Relaxed);
        drop(place);
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
