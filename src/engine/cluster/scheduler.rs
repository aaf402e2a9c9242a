//! The scheduler's process: it cuts plans into tasks and hands them to executors.

use std::net::SocketAddr;
use std::sync::Arc;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service_with_listener};
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use tokio::net::TcpListener;
use tracing::info;

use super::codec::Codec;
use super::error::ClusterError;

/// The largest message, in bytes.
const MESSAGE: u32 = 64 << 20;
/// How long what a job made stays on executors if its client does not have it removed, in seconds.
const KEEP_S: u64 = 300;

/// Where a scheduler listens and what it expects.
#[derive(Debug, Clone)]
pub struct SchedulerSettings {
    pub listen: SocketAddr,
    /// The name by which executors reach it; by default the address it listens on.
    pub name: Option<String>,
    /// The executors without which no build starts.
    pub executors: usize,
    /// The seconds of silence after which an executor is lost.
    pub executor_timeout_s: u64,
}

/// Runs a scheduler until it is stopped.
///
/// # Errors
/// [`ClusterError::Listen`], [`ClusterError::Run`].
pub async fn schedule(settings: SchedulerSettings) -> Result<(), ClusterError> {
    let cannot = |source| ClusterError::Listen { address: settings.listen.to_string(), source };
    let listener = TcpListener::bind(settings.listen).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    let config = config(&settings, address);
    let cluster = BallistaCluster::new_from_config(&config).await.map_err(stopped)?;
    let scheduler =
        create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(cluster, Arc::new(config));
    let scheduler = scheduler.await.map_err(stopped)?;
    info!("Scheduling at ballista://{address}");
    tokio::select! {
        served = start_grpc_service_with_listener(listener, scheduler) => served.map_err(stopped),
        () = told_to_stop() => Ok(()),
    }
}

fn config(settings: &SchedulerSettings, address: SocketAddr) -> SchedulerConfig {
    let name = settings.name.clone().unwrap_or_else(|| address.ip().to_string());
    SchedulerConfig {
        external_host: name,
        bind_host: address.ip().to_string(),
        bind_port: address.port(),
        // Pushed to, an executor may lose a thread with every task that is called off, until none is left
        // (known of Ballista 55). Pulling, it says itself how many it has.
        scheduling_policy: TaskSchedulingPolicy::PullStaged,
        executor_timeout_seconds: settings.executor_timeout_s,
        expire_dead_executor_interval_seconds: (settings.executor_timeout_s / 4).max(1),
        no_executors_grace_period_seconds: settings.executor_timeout_s,
        finished_job_data_clean_up_interval_seconds: KEEP_S,
        min_ready_executors: settings.executors,
        grpc_server_max_decoding_message_size: MESSAGE,
        grpc_server_max_encoding_message_size: MESSAGE,
        grpc_client_max_message_size: MESSAGE,
        override_physical_codec: Some(Arc::new(Codec::default())),
        ..SchedulerConfig::default()
    }
}

fn stopped(error: ballista_core::error::BallistaError) -> ClusterError {
    ClusterError::Run(Box::new(error))
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).expect("the runtime takes signals");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
