//! Listening, and stopping when asked to.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tracing::info;

use super::error::ServeError;
use crate::protect::Protection;

/// Listens on an address; for a restricted release it must be of this machine alone.
///
/// # Errors
/// [`ServeError::NotLoopback`], [`ServeError::PortTaken`], [`ServeError::Bind`].
pub async fn bind(address: SocketAddr, protection: Protection) -> Result<TcpListener, ServeError> {
    if protection == Protection::Restricted && !address.ip().is_loopback() {
        return Err(ServeError::NotLoopback { address });
    }
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => ServeError::PortTaken { address },
        _ => ServeError::Bind { address, source },
    })
}

/// How long requests in work are waited for, once the server is told to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers until ctrl-c or SIGTERM, then ends the requests in work.
///
/// # Errors
/// [`ServeError::Run`].
pub async fn run(listener: TcpListener, router: Router) -> Result<(), ServeError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(ServeError::Run)?;
    let (tell, told) = oneshot::channel();
    let stop = async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        info!("Stopping: requests in work are still answered");
        // Nobody hears it where the server has ended by itself.
        let _ = tell.send(());
    };
    let served = axum::serve(listener, router).with_graceful_shutdown(stop).into_future();
    let overdue = async {
        match told.await {
            Ok(()) => tokio::time::sleep(PATIENCE).await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        ended = served => ended.map_err(ServeError::Run),
        () = overdue => {
            info!("Stopped without the requests that were still in work");
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn serves_a_restricted_release_on_loopback_alone() {
        let everywhere = "0.0.0.0:0".parse().unwrap();
        let refused = bind(everywhere, Protection::Restricted).await.unwrap_err();
        assert!(matches!(refused, ServeError::NotLoopback { .. }));
        assert!(bind("[::1]:0".parse().unwrap(), Protection::Restricted).await.is_ok());
        assert!(bind(everywhere, Protection::Public).await.is_ok());
    }

    #[tokio::test]
    async fn says_that_the_port_is_taken() {
        let first = bind("127.0.0.1:0".parse().unwrap(), Protection::Restricted).await.unwrap();
        let again = bind(first.local_addr().unwrap(), Protection::Restricted).await.unwrap_err();
        assert!(again.to_string().contains("the port is taken"), "{again}");
    }
}
