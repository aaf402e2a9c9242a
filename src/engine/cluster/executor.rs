//! An executor's process: it runs tasks with our operators and keeps what it shuffles on its own disk.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use datafusion_execution::runtime_env::RuntimeEnvBuilder;
use tracing::info;

use super::codec::Codec;
use super::error::ClusterError;
use super::workplace::{Site, Workplace};
use crate::engine::session;

/// The largest message, in bytes.
const MESSAGE: u32 = 64 << 20;
/// The least memory of a thread, in MiB.
const LEAST_MIB: usize = 32;

/// Where an executor works, with how much, and for whom.
#[derive(Debug, Clone)]
pub struct ExecutorSettings {
    /// The scheduler's host and port.
    pub scheduler: (String, u16),
    /// The address to listen on.
    pub bind: IpAddr,
    /// The name by which others reach it; by default the address from which it reaches the scheduler.
    pub name: Option<String>,
    /// The port at which others fetch what it shuffled; 0 for one that is free.
    pub port: u16,
    /// Its own folder on its own disk, for what it shuffles and spills.
    pub folder: PathBuf,
    pub threads: usize,
    /// What all its tasks may hold together before they spill.
    pub memory_mib: u32,
}

/// Runs an executor until it is stopped.
///
/// # Errors
/// [`ClusterError`] where it can't start, or the scheduler is gone.
pub async fn execute(settings: ExecutorSettings, site: Arc<dyn Site>) -> Result<(), ClusterError> {
    let ExecutorSettings { threads, memory_mib, .. } = settings;
    let least_mib = threads * LEAST_MIB;
    if (memory_mib as usize) < least_mib {
        return Err(ClusterError::Memory { memory_mib, threads, least_mib });
    }
    let config = Arc::new(config(&settings, site)?);
    let (host, port) = &settings.scheduler;
    info!("Working for the scheduler at {host}:{port} with {threads} threads");
    start_executor_process(config).await.map_err(|error| ClusterError::Run(Box::new(error)))
}

fn config(
    settings: &ExecutorSettings,
    site: Arc<dyn Site>,
) -> Result<ExecutorProcessConfig, ClusterError> {
    let port = free_port(settings.bind, settings.port)?;
    let memory_bytes = settings.memory_mib as usize * 1024 * 1024;
    let (threads, folder) = (settings.threads, settings.folder.clone());
    Ok(ExecutorProcessConfig {
        bind_host: settings.bind.to_string(),
        external_host: settings.name.clone(),
        port,
        scheduler_host: settings.scheduler.0.clone(),
        scheduler_port: settings.scheduler.1,
        scheduler_connect_timeout_seconds: 10,
        vcores: threads,
        task_scheduling_policy: TaskSchedulingPolicy::PullStaged,
        work_dir: Some(settings.folder.to_string_lossy().into_owned()),
        grpc_max_decoding_message_size: MESSAGE,
        grpc_max_encoding_message_size: MESSAGE,
        memory_pool_size: Some(memory_bytes as u64),
        override_runtime_producer: Some(Arc::new(move |_| {
            let sizes = session::Sizes::new(memory_bytes, threads);
            RuntimeEnvBuilder::new()
                .with_temp_file_path(folder.clone())
                .with_max_spill_merge_fan_in(sizes.merged_files)
                .build_arc()
        })),
        override_physical_codec: Some(Arc::new(Codec::of_executor(Arc::new(Workplace::new(site))))),
        ..ExecutorProcessConfig::default()
    })
}

/// The port itself, or one that is free for 0. Another process may take it first; then the start fails.
fn free_port(bind: IpAddr, port: u16) -> Result<u16, ClusterError> {
    let asked = SocketAddr::new(bind, port);
    let held = TcpListener::bind(asked).and_then(|held| held.local_addr());
    held.map(|address| address.port())
        .map_err(|source| ClusterError::Listen { address: asked.to_string(), source })
}
