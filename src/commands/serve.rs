//! `sebaran serve`: a release over HTTP.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Error};
use tracing::info;

use super::Common;
use super::grounds::Grounds;
use super::register::Register;
use crate::config::ServeSettings;
use crate::domain::region::Slug;
use crate::protect::Protection;
use crate::serve::{self, Limits, Loopback, Proxies, Rate, Server};

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
    let register = Register {
        path: common.register.clone(),
        figures: if args.restricted { Protection::Restricted } else { Protection::Public },
        fixed: args.release.clone(),
        grounds: Grounds::default(),
    };
    let server = Server::open(register, limits(common, &settings)).map_err(Error::from_boxed)?;
    let trusted = settings.trusted_proxies.iter().map(|network| (network.address, network.bits));
    let server = server.behind(Proxies(trusted.collect()));
    let (release, protection) = (server.release(), server.protection());
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if let Some(threads) = common.threads {
        runtime.worker_threads(usize::from(threads));
    }
    let runtime = runtime.enable_all().build().context("cannot start the server's threads")?;
    runtime.block_on(async {
        let listener = serve::bind(args.listen.unwrap_or(settings.listen), protection).await?;
        let address = listener.local_addr().context("cannot tell the address listened on")?;
        let release =
            release.map_or_else(|| "no release".to_owned(), |release| release.to_string());
        info!(release, protection = protection.name(), "Serving {release} at http://{address}");
        server.run(listener).await?;
        Ok(())
    })
}

fn limits(common: &Common, settings: &ServeSettings) -> Limits {
    let rate = Rate { per_s: settings.rate_per_s.into(), burst: settings.rate_burst.into() };
    let seconds = |seconds: u32| Duration::from_secs(seconds.into());
    let mut limits = Limits {
        features: settings.most_features as usize,
        answer_bytes: (settings.most_answer_mib as usize) << 20,
        box_deg2: settings.most_bbox_deg2.into(),
        body_bytes: (settings.most_body_kib as usize) << 10,
        cache_bytes: (settings.cache_mib as usize) << 20,
        open_releases: settings.open_releases as usize,
        connections: settings.connections as usize,
        concurrent: settings.concurrency as usize,
        concurrent_heavy: settings.concurrency_heavy as usize,
        client_share: settings.client_share as usize,
        loopback: if settings.count_loopback { Loopback::Counted } else { Loopback::Free },
        time: seconds(settings.timeout_s),
        head_time: seconds(settings.head_timeout_s),
        stall_time: seconds(settings.stall_timeout_s),
        rate: (settings.rate_per_s > 0).then_some(rate),
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
        let limits = limits(&common, &settings);
        assert_eq!((limits.features, limits.concurrent, limits.workers), (10, 20, 3));
        assert_eq!(limits.time, Duration::from_secs(30));
    }
}
