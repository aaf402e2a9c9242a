//! A build on a cluster, as its client sees it: two jobs, and what the first finds kept for the second.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::error::ArrowError;
use datafusion_physical_plan::ExecutionPlan;
use tracing::warn;

use super::client::Client;
use super::ended::{AllEnded, Summary};
use super::error::ClusterError;
use super::node::Node;
use super::portions;
use super::ready;
use super::task::{Task, Work};
use super::told::AllTold;
use crate::engine::error::EngineError;
use crate::engine::identity::VisitIds;
use crate::engine::passes::{self, Part};
use crate::engine::plan::{Built, Pass, sum};
use crate::read::visits::{Locale, VisitFiles};

/// Tries of a pass.
const TRIES: usize = 3;

/// A cluster to build on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// The scheduler's `host:port`.
    pub address: String,
    /// The seconds after which a build's jobs are called off.
    pub timeout_s: u64,
    /// The seconds to wait for the scheduler's executors.
    pub wait_s: u64,
    /// The tasks into which each stage is cut.
    pub tasks: usize,
}

/// Runs both passes on a cluster. Placed visits and findings come to `placed` and `findings` in `draft`,
/// which are there; the task's folder for work lies on the same disk. `progress` is told of each pass.
///
/// # Errors
/// [`EngineError`]; then `draft` holds nothing of use.
pub fn run(
    cluster: &Cluster,
    task: Task,
    files: &VisitFiles,
    locale: &Locale,
    draft: &Path,
    progress: impl Fn(Pass, u64),
) -> Result<Built, EngineError> {
    ready::wait(&cluster.address, cluster.wait_s)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(EngineError::Threads)?;
    let work = Working { tasks: cluster.tasks, task: Arc::new(task), files, locale };
    let client = runtime.block_on(Client::connect(&cluster.address, cluster.timeout_s))?;
    progress(Pass::Choosing, 0);
    let rows = runtime.block_on(unless_lost(async || work.choose(&client).await))?;
    let total = rows.iter().sum();
    progress(Pass::Choosing, total);
    progress(Pass::Placing, 0);
    let built = runtime.block_on(unless_lost(async || work.place(&client, draft, &rows).await))?;
    progress(Pass::Placing, total);
    Ok(built)
}

/// Runs a pass, and again where what it made was lost with its executor before it was fetched: of that
/// the scheduler knows nothing.
async fn unless_lost<T>(pass: impl AsyncFn() -> Result<T, EngineError>) -> Result<T, EngineError> {
    for _ in 1..TRIES {
        match pass().await {
            Err(EngineError::Cluster(error)) if matches!(*error, ClusterError::Fetch(_)) => {
                warn!("What an executor made is lost; it is made again");
            }
            done => return done,
        }
    }
    pass().await
}

struct Working<'a> {
    tasks: usize,
    task: Arc<Task>,
    files: &'a VisitFiles,
    locale: &'a Locale,
}

impl Working<'_> {
    /// Has every row's standing told and keeps it for all hosts; the rows of each file.
    async fn choose(&self, client: &Client) -> Result<Vec<u64>, EngineError> {
        let plan = passes::choosing(self.scan(Work::ReadChoice)?, self.tasks, &|part, input| {
            self.put_on(part, input)
        })?;
        let ids = VisitIds::in_folder(&self.task.work);
        let mut told = AllTold::of_files(self.files.paths().len());
        let mut noted = ids.noting();
        client.run(&self.job("choosing"), plan, |batch| told.take(&batch, &mut noted)).await?;
        drop(noted);
        ids.refuse_repeated(self.files, self.locale)?;
        told.standings.keep(&self.task.work)?;
        Ok(told.rows)
    }

    /// Has visits placed, counted and written, and moves what was written to its place.
    async fn place(
        &self,
        client: &Client,
        draft: &Path,
        rows: &[u64],
    ) -> Result<Built, EngineError> {
        let plan = passes::placing(self.scan(Work::ReadAll)?, self.tasks, &|part, input| {
            self.put_on(part, input)
        })?;
        let mut all = AllEnded::default();
        let plan = self.node(Work::End, plan);
        let take = |batch| all.take(&batch).map_err(|error| failed(&error));
        client.run(&self.job("placing"), plan, take).await?;
        if let Some(visit_id) = all.summaries.iter().find_map(|summary| summary.unequal.as_ref()) {
            VisitIds::refuse(visit_id, self.files, self.locale)?;
            return Err(EngineError::Changed);
        }
        for summary in &all.summaries {
            move_files(&self.task.work, summary, draft).map_err(ClusterError::Shared)?;
        }
        let ended = all.sum();
        let told =
            ended.accounts.counted + ended.accounts.superseded + ended.accounts.not_completed;
        let built = sum([ended], rows.to_vec());
        if built.accounts.rows == told { Ok(built) } else { Err(EngineError::Changed) }
    }

    /// A job's name: the folder for work is this build's alone.
    fn job(&self, pass: &str) -> String {
        let folder = self.task.work.file_name().unwrap_or_default();
        format!("sebaran-{pass}-{}", folder.to_string_lossy())
    }

    fn scan(&self, work: Work) -> Result<Arc<dyn ExecutionPlan>, EngineError> {
        Ok(self.node(work, portions::leaf(&self.files.portions(self.tasks))?))
    }

    fn put_on(&self, part: Part, input: Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan> {
        let work = match part {
            Part::Latest => Work::Latest,
            Part::Survey => Work::Survey,
            Part::Pack => Work::Pack,
            Part::Unpack => Work::Unpack,
        };
        self.node(work, input)
    }

    fn node(&self, work: Work, input: Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan> {
        Arc::new(Node::new(work, Arc::clone(&self.task), None, input))
    }
}

fn failed(error: &ArrowError) -> EngineError {
    ClusterError::Failed(error.to_string()).into()
}

/// Moves the files of the attempt that counts.
fn move_files(work: &Path, summary: &Summary, draft: &Path) -> std::io::Result<()> {
    for table in ["placed", "findings"] {
        for name in &summary.files {
            let from = work.join(&summary.folder).join(table).join(name);
            fs::rename(from, draft.join(table).join(name))?;
        }
    }
    Ok(())
}
