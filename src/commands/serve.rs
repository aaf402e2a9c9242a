//! `sebaran serve`: a release over HTTP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tracing::info;

use super::Common;
use super::load::served;
use crate::config::ServeSettings;
use crate::domain::region::Slug;
use crate::protect::Protection;
use crate::serve::{self, Limits};

/// Serve a release over HTTP.
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    /// The address to listen on; by default the setting, 127.0.0.1:8080.
    #[arg(long)]
    pub listen: Option<SocketAddr>,
    /// The release; by default the current one.
    #[arg(long)]
    pub release: Option<Slug>,
    /// Serve exact figures, on this machine alone; without it, public ones on any address.
    #[arg(long)]
    pub restricted: bool,
}

/// Serves a release until it is told to stop.
///
/// # Errors
/// Where the release has no public figures and no others were asked for, and whatever stops the server.
pub fn run(common: &Common, args: &ServeArgs) -> anyhow::Result<()> {
    let settings = common.settings()?.serve;
    let figures = if args.restricted { Protection::Restricted } else { Protection::Public };
    let served = served(&common.register, args.release.as_ref(), figures)?;
    let protection = served.leaves.protection();
    let release = served.label.release.clone();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if let Some(threads) = common.threads {
        runtime.worker_threads(usize::from(threads));
    }
    let runtime = runtime.enable_all().build().context("cannot start the server's threads")?;
    runtime.block_on(async {
        let listener = serve::bind(args.listen.unwrap_or(settings.listen), protection).await?;
        let address = listener.local_addr().context("cannot tell the address listened on")?;
        info!(%release, protection = protection.name(), "Serving {release} at http://{address}");
        let router = serve::router(Arc::new(served), limits(common, settings));
        serve::run(listener, router).await?;
        Ok(())
    })
}

fn limits(common: &Common, settings: ServeSettings) -> Limits {
    let mut limits = Limits {
        features: settings.most_features as usize,
        concurrent: settings.concurrency as usize,
        time: Duration::from_secs(settings.timeout_s.into()),
        ..Limits::default()
    };
    if let Some(threads) = common.threads {
        limits.workers = usize::from(threads);
    }
    limits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_bound_the_server() {
        let common = Common {
            register: "r".into(),
            config: None,
            quiet: true,
            json: false,
            threads: Some(3),
        };
        let mut settings = ServeSettings::default();
        (settings.most_features, settings.concurrency, settings.timeout_s) = (10, 20, 30);
        let limits = limits(&common, settings);
        assert_eq!((limits.features, limits.concurrent, limits.workers), (10, 20, 3));
        assert_eq!(limits.time, Duration::from_secs(30));
    }
}
