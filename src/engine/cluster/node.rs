//! An operator of ours in a plan that travels: its work and the build's description, and on an executor
//! the place where it works.

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion_common::tree_node::TreeNodeRecursion;
use datafusion_common::{DataFusionError, Result};
use datafusion_execution::{SendableRecordBatchStream, TaskContext};
use datafusion_physical_expr::{EquivalenceProperties, Partitioning, PhysicalExpr};
use datafusion_physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion_physical_plan::stream::RecordBatchStreamAdapter;
use datafusion_physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties,
};
use futures::{StreamExt, TryStreamExt, stream};

use super::ended::{self, ENDED_SCHEMA, Summary};
use super::error::{ClusterError, speak};
use super::portions;
use super::task::{Task, Work};
use super::told::{TOLD_SCHEMA, told_step};
use super::workplace::{Opened, Workplace};
use crate::domain::visit::VISIT_SCHEMA;
use crate::engine::end::End;
use crate::engine::error::EngineError;
use crate::engine::latest::CHOICE;
use crate::engine::operator::{MakeStep, Operator};
use crate::engine::packed::{pack_step, unpack_step};
use crate::engine::passes::Part;
use crate::engine::scan::{VisitsScan, all_columns};
use crate::engine::survey::survey_step;
use crate::read::visits::Portion;

/// Between two looks whether the build still goes on.
const LOOK: Duration = Duration::from_secs(1);

/// Work of ours upon a plan, each partition by itself.
pub struct Node {
    pub work: Work,
    pub task: Arc<Task>,
    /// Only on an executor.
    workplace: Option<Arc<Workplace>>,
    input: Arc<dyn ExecutionPlan>,
    properties: Arc<PlanProperties>,
}

impl Node {
    pub fn new(
        work: Work,
        task: Arc<Task>,
        workplace: Option<Arc<Workplace>>,
        input: Arc<dyn ExecutionPlan>,
    ) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema(work, &input)),
            Partitioning::UnknownPartitioning(input.output_partitioning().partition_count()),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Self { work, task, workplace, input, properties: Arc::new(properties) }
    }

    fn step(&self, opened: &Opened) -> Option<MakeStep> {
        Some(match self.work {
            Work::Latest => told_step(),
            Work::Survey => survey_step(&opened.ground, &opened.known),
            Work::Pack => pack_step(),
            Work::Unpack => unpack_step(),
            Work::ReadChoice | Work::ReadAll | Work::End => return None,
        })
    }
}

fn schema(work: Work, input: &Arc<dyn ExecutionPlan>) -> SchemaRef {
    match work {
        Work::ReadChoice => {
            let index = |name: &&str| VISIT_SCHEMA.index_of(name).expect("the reader makes it");
            let columns: Vec<usize> = CHOICE.iter().map(index).collect();
            Arc::new(VISIT_SCHEMA.project(&columns).expect("the columns are there"))
        }
        Work::ReadAll => Arc::clone(&VISIT_SCHEMA),
        Work::Latest => Arc::clone(&TOLD_SCHEMA),
        Work::Survey => Part::Survey.schema(input.schema()),
        Work::Pack => Part::Pack.schema(input.schema()),
        Work::Unpack => Part::Unpack.schema(input.schema()),
        Work::End => Arc::clone(&ENDED_SCHEMA),
    }
}

const fn name(work: Work) -> &'static str {
    match work {
        Work::ReadChoice => "ReadChoice",
        Work::ReadAll => "ReadAll",
        Work::Latest => Part::Latest.name(),
        Work::Survey => Part::Survey.name(),
        Work::Pack => Part::Pack.name(),
        Work::Unpack => Part::Unpack.name(),
        Work::End => "End",
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(name(self.work))
    }
}

impl DisplayAs for Node {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(name(self.work))
    }
}

impl ExecutionPlan for Node {
    fn name(&self) -> &'static str {
        name(self.work)
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let (task, workplace) = (Arc::clone(&self.task), self.workplace.clone());
        Ok(Arc::new(Self::new(self.work, task, workplace, children.swap_remove(0))))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let workplace = self.workplace.as_ref().ok_or_else(nobody_works_here)?;
        let opened = workplace.open(&self.task).map_err(|error| speak(error.into()))?;
        let input = Arc::clone(&self.input);
        let made = match (self.step(&opened), self.work) {
            (Some(step), _) => Operator::new(name(self.work), input, self.schema(), step)
                .execute(partition, context)?,
            (None, Work::End) => {
                let input = input.execute(partition, Arc::clone(&context))?;
                let ended = end(input, opened, Arc::clone(&self.task), context);
                let batches = stream::once(ended)
                    .map_ok(|batches| stream::iter(batches.into_iter().map(Ok)))
                    .try_flatten();
                Box::pin(RecordBatchStreamAdapter::new(self.schema(), batches))
            }
            (None, work) => {
                let names = (work == Work::ReadChoice).then_some(&CHOICE[..]);
                let input = input.execute(partition, Arc::clone(&context))?;
                let visits = stream::once(read(input, opened, names, context)).try_flatten();
                Box::pin(RecordBatchStreamAdapter::new(self.schema(), visits))
            }
        };
        let mut guard = Guard::new(&self.task);
        let batches = made.map(move |batch| guard.pass(batch.map_err(speak)?));
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), batches)))
    }
}

/// Ends a task whose build has ended: nobody else tells a task that its job was called off.
struct Guard {
    task: Arc<Task>,
    looked: Instant,
}

impl Guard {
    fn new(task: &Arc<Task>) -> Self {
        Self { task: Arc::clone(task), looked: Instant::now() }
    }

    fn pass(&mut self, batch: RecordBatch) -> Result<RecordBatch> {
        if self.looked.elapsed() > LOOK {
            self.looked = Instant::now();
            if !self.task.work.exists() {
                return Err(DataFusionError::Execution("the build has ended".to_owned()));
            }
        }
        Ok(batch)
    }
}

fn nobody_works_here() -> DataFusionError {
    DataFusionError::Internal("only an executor can open what a build needs".to_owned())
}

/// Reads the portions that the input names.
async fn read(
    mut input: SendableRecordBatchStream,
    opened: Arc<Opened>,
    names: Option<&'static [&'static str]>,
    context: Arc<TaskContext>,
) -> Result<SendableRecordBatchStream> {
    let mut portions: Vec<Portion> = Vec::new();
    while let Some(batch) = input.next().await {
        portions.extend(portions::named(&batch?));
    }
    let all = all_columns();
    let (files, locale) = (Arc::clone(&opened.files), opened.ground.locale());
    let names = names.unwrap_or(&all);
    VisitsScan::of_portions(names, files, locale, vec![portions]).source.execute(0, context)
}

/// Counts and writes a partition of placed visits, into a folder of this attempt's own.
async fn end(
    mut input: SendableRecordBatchStream,
    opened: Arc<Opened>,
    task: Arc<Task>,
    context: Arc<TaskContext>,
) -> Result<Vec<RecordBatch>> {
    let folder = tempfile::Builder::new().prefix("attempt-").tempdir_in(&task.work);
    let folder = folder.map_err(ClusterError::Shared).map_err(EngineError::from)?;
    for table in ["placed", "findings"] {
        let made = fs::create_dir(folder.path().join(table));
        made.map_err(ClusterError::Shared).map_err(EngineError::from)?;
    }
    let sink = opened.site.sink(folder.path(), &opened.tree);
    let mut end = End::new(Arc::clone(&opened.ground), Vec::new(), sink);
    while let Some(batch) = input.next().await {
        match end.put(&batch?) {
            Err(EngineError::Unequal { visit_id }) => {
                return Ok(vec![ended::summary_rows(&Summary::unequal(visit_id))?]);
            }
            put => put?,
        }
    }
    let ended = end.finish()?;
    let files = names(&folder.path().join("placed")).map_err(ClusterError::Shared);
    let summary = Summary::new(folder.path(), files.map_err(EngineError::from)?, &ended);
    let mut batches = vec![ended::summary_rows(&summary)?];
    batches.extend(ended::cube_rows(&ended.cube, context.session_config().batch_size())?);
    // The client takes the files from it, or throws it away.
    let _ = folder.keep();
    Ok(batches)
}

fn names(folder: &Path) -> std::io::Result<Vec<String>> {
    let name = |entry: std::io::Result<fs::DirEntry>| {
        Ok(entry?.file_name().to_string_lossy().into_owned())
    };
    let mut names = fs::read_dir(folder)?.map(name).collect::<std::io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}
