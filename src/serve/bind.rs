//! Listening, and stopping when asked to.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

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

/// Ends on ctrl-c or SIGTERM.
///
/// # Errors
/// [`ServeError::Run`] where the system does not tell of them.
pub(super) fn told_to_stop() -> Result<impl Future<Output = ()>, ServeError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(ServeError::Run)?;
    Ok(async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    })
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
