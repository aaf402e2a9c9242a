//! `sebaran serve`: a release over HTTP.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, bail};
use tracing::info;

use super::Common;
use super::load::served;
use crate::domain::region::Slug;
use crate::protect::Protection;
use crate::serve::{self, Limits};

/// Serve a release over HTTP.
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The release; by default the current one.
    #[arg(long)]
    pub release: Option<Slug>,
    /// Serve exact figures, on this machine alone.
    #[arg(long)]
    pub restricted: bool,
}

/// Serves a release until it is told to stop.
///
/// # Errors
/// Where the release is restricted and that was not asked for, and whatever stops the server.
pub fn run(common: &Common, args: &ServeArgs) -> anyhow::Result<()> {
    let served = served(&common.register, args.release.as_ref())?;
    let protection = served.leaves.protection();
    let release = served.label.release.clone();
    if protection == Protection::Restricted && !args.restricted {
        bail!(
            "release `{release}` is restricted: it has exact figures, for this machine alone; serve it \
             with --restricted"
        );
    }
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if let Some(threads) = common.threads {
        runtime.worker_threads(usize::from(threads));
    }
    let runtime = runtime.enable_all().build().context("cannot start the server's threads")?;
    runtime.block_on(async {
        let listener = serve::bind(args.listen, protection).await?;
        let address = listener.local_addr().context("cannot tell the address listened on")?;
        info!(%release, protection = protection.name(), "Serving {release} at http://{address}");
        let mut limits = Limits::default();
        if let Some(threads) = common.threads {
            limits.workers = usize::from(threads);
        }
        serve::run(listener, serve::router(Arc::new(served), limits)).await?;
        Ok(())
    })
}
