//! `sebaran cluster`: a scheduler and executors, on which `build --engine ballista://...` runs.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use anyhow::Result;

use super::Common;
use super::engine::host_and_port;

#[cfg(not(feature = "cluster"))]
use {
    super::build::BuildArgs,
    crate::config::ClusterSettings,
    crate::engine::{Built, Ground, Pass},
    crate::read::visits::VisitFiles,
    crate::store::Draft,
};

#[cfg(feature = "cluster")]
mod site;
#[cfg(feature = "cluster")]
mod start;

#[derive(Debug, clap::Subcommand)]
pub enum ClusterCommand {
    /// Cut builds into tasks and hand them to executors.
    Scheduler(SchedulerArgs),
    /// Run tasks for a scheduler.
    Executor(ExecutorArgs),
}

#[derive(Debug, clap::Args)]
pub struct SchedulerArgs {
    /// The address to listen on. Who reaches it can read and write what the executors can.
    #[arg(long, default_value = "127.0.0.1:50050")]
    pub listen: SocketAddr,
    /// The name by which executors reach it; by default the address that it listens on.
    #[arg(long)]
    pub host: Option<String>,
    /// The executors without which no build starts.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub executors: u16,
}

#[derive(Debug, clap::Args)]
pub struct ExecutorArgs {
    /// The scheduler's address, host:port.
    #[arg(long, default_value = "127.0.0.1:50050", value_parser = parse_address)]
    pub scheduler: (String, u16),
    /// The IP address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    pub bind: IpAddr,
    /// The name by which others reach it; by default the address that the scheduler sees.
    #[arg(long)]
    pub host: Option<String>,
    /// The port at which others fetch what it shuffled; by default one that is free.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// A folder on its own disk for what it shuffles and spills; by default the system's for such.
    #[arg(long)]
    pub work: Option<PathBuf>,
    /// The memory in MiB that all its tasks may hold before they spill; by default the setting.
    #[arg(long, value_parser = clap::value_parser!(u32).range(8..))]
    pub memory_mib: Option<u32>,
}

fn parse_address(text: &str) -> Result<(String, u16), String> {
    let address = host_and_port(text).map(|(host, port)| (host.to_owned(), port));
    address.ok_or_else(|| "say host:port, for example 10.0.0.1:50050".to_owned())
}

/// Runs a part of a cluster until it is stopped.
///
/// # Errors
/// Where it can't start, or the program was built without clusters.
pub fn run(common: &Common, command: &ClusterCommand) -> Result<()> {
    #[cfg(feature = "cluster")]
    return start::start(common, command);
    #[cfg(not(feature = "cluster"))]
    {
        let _ = (common, command);
        Err(WithoutClusters.into())
    }
}

#[cfg(feature = "cluster")]
pub use site::build_on;

/// Checks that this program can build on clusters.
///
/// # Errors
/// Where it was built without them.
pub const fn check() -> Result<(), WithoutClusters> {
    if cfg!(feature = "cluster") { Ok(()) } else { Err(WithoutClusters) }
}

/// Says that this program has no clusters.
///
/// # Errors
/// Always.
#[cfg(not(feature = "cluster"))]
pub fn build_on(
    _: &str,
    _: (&Common, &BuildArgs, ClusterSettings),
    _: &Draft,
    _: &VisitFiles,
    _: &Ground,
    _: impl Fn(Pass, u64),
) -> Result<Built> {
    Err(WithoutClusters.into())
}

/// That this program has no clusters, and how to get one that has.
#[derive(Debug, thiserror::Error)]
#[error(
    "this program was built without clusters; build it with `cargo build --release --features \
     cluster`, the same on every machine"
)]
pub struct WithoutClusters;
