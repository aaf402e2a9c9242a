//! A build's jobs on the cluster: handed in, waited for, fetched, called off, cleared away.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::RecordBatch;
use ballista_core::client::BallistaClient;
use ballista_core::config::{
    BALLISTA_ADAPTIVE_PLANNER_ENABLED, BALLISTA_JOB_NAME,
    BALLISTA_SCHEDULER_MAX_PARTITIONS_PER_TASK,
    BALLISTA_SHUFFLE_SORT_BASED_MEMORY_LIMIT_PER_TASK_BYTES, BallistaConfig,
};
use ballista_core::serde::protobuf::execute_query_params::Query;
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use ballista_core::serde::protobuf::{
    CancelJobParams, CleanJobDataParams, ExecuteQueryParams, GetJobStatusParams, KeyValuePair,
    PartitionLocation, execute_query_result, job_status,
};
use ballista_core::utils::{GrpcClientConfig, create_grpc_client_endpoint};
use ballista_core::version::insert_version_header;
use datafusion_physical_plan::ExecutionPlan;
use datafusion_proto::physical_plan::AsExecutionPlan;
use datafusion_proto::protobuf::PhysicalPlanNode;
use futures::StreamExt;
use tokio::time::Instant;
use tonic::Request;
use tonic::transport::Channel;
use tracing::{info, warn};

use super::codec::Codec;
use super::error::{ClusterError, unpacked};
use crate::engine::error::EngineError;
use crate::engine::session::BATCH_ROWS;

/// Between two looks at a job.
const PAUSE: Duration = Duration::from_millis(100);
/// The largest message, in bytes.
const MESSAGE: usize = 64 << 20;
/// For a connection to an executor.
const PATIENCE: Duration = Duration::from_secs(20);
/// Tries of one fetch, and the pause between them in milliseconds.
const TRIES: (u8, u64) = (3, 1000);

/// A scheduler, and the time by which a build's jobs must have ended.
pub struct Client {
    address: String,
    scheduler: SchedulerGrpcClient<Channel>,
    timeout_s: u64,
    deadline: Instant,
}

impl Client {
    /// Connects to the scheduler at `host:port`. The time limit starts now.
    ///
    /// # Errors
    /// [`ClusterError::Scheduler`].
    pub async fn connect(address: &str, timeout_s: u64) -> Result<Self, ClusterError> {
        let deadline = Instant::now() + Duration::from_secs(timeout_s);
        let config = GrpcClientConfig::from(&BallistaConfig::default());
        let endpoint = create_grpc_client_endpoint(format!("http://{address}"), Some(&config));
        let channel = match endpoint {
            Ok(endpoint) => endpoint.connect().await,
            Err(error) => Err(error),
        };
        let channel = channel.map_err(|source| no_talk(address, source))?;
        let scheduler = SchedulerGrpcClient::new(channel)
            .max_encoding_message_size(MESSAGE)
            .max_decoding_message_size(MESSAGE);
        Ok(Self { address: address.to_owned(), scheduler, timeout_s, deadline })
    }

    /// Runs a plan and takes what it makes. Afterwards nothing of the job stays on the cluster. No other
    /// job has its name.
    ///
    /// # Errors
    /// [`ClusterError`], and those of `take`.
    pub async fn run(
        &self,
        name: &str,
        plan: Arc<dyn ExecutionPlan>,
        take: impl FnMut(RecordBatch) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let job = self.hand_in(name, plan).await?;
        info!(%job, "Job {job} runs on {}", self.address);
        let made = async {
            let places = self.wait_for(&job).await?;
            fetch(places, take).await
        };
        let done = tokio::time::timeout_at(self.deadline, made).await.unwrap_or_else(|_| {
            let timeout_s = self.timeout_s;
            Err(ClusterError::TimeLimit { timeout_s }.into())
        });
        self.clear(&job, done.is_err()).await;
        done
    }

    async fn hand_in(
        &self,
        name: &str,
        plan: Arc<dyn ExecutionPlan>,
    ) -> Result<String, ClusterError> {
        let mut bytes = Vec::new();
        PhysicalPlanNode::try_from_physical_plan(plan, &Codec::default())
            .and_then(|plan| plan.try_encode(&mut bytes))
            .map_err(ClusterError::Plan)?;
        let mut request = Request::new(ExecuteQueryParams {
            query: Some(Query::PhysicalPlan(bytes)),
            settings: settings(name),
            session_id: name.to_owned(),
            operation_id: name.to_owned(),
        });
        insert_version_header(request.metadata_mut());
        let answer = self.scheduler.clone().execute_query(request).await;
        let answer = answer.map_err(|source| no_talk(&self.address, source))?;
        match answer.into_inner().result {
            Some(execute_query_result::Result::Success(queued)) => Ok(queued.job_id),
            refused => Err(ClusterError::Failed(format!("{refused:?}"))),
        }
    }

    /// Where the results are, once the job has ended.
    async fn wait_for(&self, job: &str) -> Result<Vec<PartitionLocation>, ClusterError> {
        loop {
            let params = GetJobStatusParams { job_id: job.to_owned() };
            let answer = self.scheduler.clone().get_job_status(params).await;
            let answer = answer.map_err(|source| no_talk(&self.address, source))?;
            match answer.into_inner().status.and_then(|status| status.status) {
                Some(job_status::Status::Successful(done)) => return Ok(done.partition_location),
                Some(job_status::Status::Failed(failed)) => return Err(unpacked(&failed.error)),
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Calls a job off that has not ended well, and has its files on the executors removed.
    async fn clear(&self, job: &str, is_failed: bool) {
        let mut scheduler = self.scheduler.clone();
        let job_id = job.to_owned();
        let cleared = async {
            if is_failed {
                scheduler.cancel_job(CancelJobParams { job_id: job_id.clone() }).await?;
            }
            let remove_stage_ids = Vec::new();
            scheduler.clean_job_data(CleanJobDataParams { job_id, remove_stage_ids }).await
        };
        if !matches!(tokio::time::timeout(Duration::from_secs(10), cleared).await, Ok(Ok(_))) {
            warn!(%job, "Job {job} could not be cleared away; its executors do it later");
        }
    }
}

fn no_talk(address: &str, source: impl Error + Send + Sync + 'static) -> ClusterError {
    ClusterError::Scheduler { address: address.to_owned(), source: Box::new(source) }
}

/// What the cluster is told about a job. A task has one partition, so that a lost one costs little, and
/// spills when its executor's memory says so. Adaptive planning may hang where an executor is lost.
fn settings(name: &str) -> Vec<KeyValuePair> {
    let settings = [
        (BALLISTA_JOB_NAME, name.to_owned()),
        (BALLISTA_ADAPTIVE_PLANNER_ENABLED, "false".to_owned()),
        (BALLISTA_SCHEDULER_MAX_PARTITIONS_PER_TASK, "1".to_owned()),
        (BALLISTA_SHUFFLE_SORT_BASED_MEMORY_LIMIT_PER_TASK_BYTES, "0".to_owned()),
        ("datafusion.execution.batch_size", BATCH_ROWS.to_string()),
        ("datafusion.execution.sort_in_place_threshold_bytes", "0".to_owned()),
        ("datafusion.optimizer.enable_round_robin_repartition", "false".to_owned()),
    ];
    let pair =
        |(key, value): (&str, String)| KeyValuePair { key: key.to_owned(), value: Some(value) };
    settings.into_iter().map(pair).collect()
}

async fn fetch(
    places: Vec<PartitionLocation>,
    mut take: impl FnMut(RecordBatch) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let lost = |error: Box<dyn Error + Send + Sync>| EngineError::from(ClusterError::Fetch(error));
    for place in places {
        let layout = place.layout();
        let (Some(executor), Some(partition)) = (place.executor_meta, place.partition_id) else {
            return Err(lost("the scheduler does not say where it is".into()));
        };
        let (host, port) = (executor.host.as_str(), executor.port as u16);
        let (tries, pause_ms) = TRIES;
        let client =
            BallistaClient::try_new(host, port, MESSAGE, false, None, tries, pause_ms, 0, 0);
        let client = tokio::time::timeout(PATIENCE, client).await;
        let client = client.map_err(|error| lost(error.into()))?;
        let mut client = client.map_err(|error| lost(error.into()))?;
        let (id, partition) = (&executor.id, partition.into());
        let made = client
            .fetch_partition_proxied(id, &partition, place.file_id, layout, host, port, true)
            .await;
        let mut made = made.map_err(|error| lost(error.into()))?;
        while let Some(batch) = made.next().await {
            take(batch.map_err(|error| lost(error.into()))?)?;
        }
    }
    Ok(())
}
