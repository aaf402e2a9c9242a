//! The operator that sorts packed rows, partition by partition, and unpacks them in their order.

use std::fmt;
use std::sync::Arc;

use arrow::array::{Array, AsArray, BinaryArray, RecordBatch};
use datafusion_common::tree_node::TreeNodeRecursion;
use datafusion_common::{DataFusionError, Result};
use datafusion_execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion_execution::{SendableRecordBatchStream, TaskContext};
use datafusion_physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion_physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion_physical_plan::stream::RecordBatchStreamAdapter;
use datafusion_physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties,
};
use futures::{StreamExt, TryStreamExt};

use super::error::EngineError;
use super::packed::{Packing, Unpacking};
use super::runs::{BLOCK, Held, Merge, Runs};

/// Packed rows in, each partition's rows in their order out.
pub struct Sort {
    input: Arc<dyn ExecutionPlan>,
    packing: Arc<Packing>,
    properties: Arc<PlanProperties>,
}

impl Sort {
    pub fn new(input: Arc<dyn ExecutionPlan>, packing: &Arc<Packing>) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(packing.schema()),
            input.output_partitioning().clone(),
            EmissionType::Final,
            Boundedness::Bounded,
        );
        Self { input, packing: Arc::clone(packing), properties: Arc::new(properties) }
    }
}

impl fmt::Debug for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sort")
    }
}

impl DisplayAs for Sort {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sort")
    }
}

impl ExecutionPlan for Sort {
    fn name(&self) -> &'static str {
        "Sort"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
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
        Ok(Arc::new(Self::new(children.swap_remove(0), &self.packing)))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let mut input = self.input.execute(partition, Arc::clone(&context))?;
        let mut sorting = Sorting::new(partition, &context)?;
        let (unpacking, most) = (self.packing.unpacking()?, context.session_config().batch_size());
        let sorted = async move {
            while let Some(batch) = input.next().await {
                sorting.take(&batch?)?;
            }
            drop(input);
            let sorted = sorting.finish()?;
            let batches = futures::stream::try_unfold(sorted, move |mut sorted| {
                let batch = sorted.next(&unpacking, most);
                async move {
                    // Whoever shares the thread has a turn.
                    tokio::task::yield_now().await;
                    Ok::<_, DataFusionError>(batch?.map(|batch| (batch, sorted)))
                }
            });
            Ok::<_, DataFusionError>(batches)
        };
        let batches = futures::stream::once(sorted).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), batches)))
    }
}

/// A partition's rows as they come.
struct Sorting {
    held: Held,
    runs: Runs,
    reservation: MemoryReservation,
}

impl Sorting {
    fn new(partition: usize, context: &TaskContext) -> Result<Self> {
        let consumer = MemoryConsumer::new(format!("Sort[{partition}]")).with_can_spill(true);
        let reservation = consumer.register(context.memory_pool());
        let folder = context.runtime_env().disk_manager.temp_dir_paths().into_iter().next();
        let folder = folder.ok_or_else(|| {
            DataFusionError::Internal("the session has no folder to spill to".to_owned())
        })?;
        Ok(Self { held: Held::default(), runs: Runs::in_folder(folder), reservation })
    }

    fn take(&mut self, batch: &RecordBatch) -> Result<()> {
        let rows: &BinaryArray = batch.column(1).as_binary::<i32>();
        for row in 0..rows.len() {
            let row = rows.value(row);
            if self.held.is_full(row.len()) {
                self.make_room(row.len())?;
            }
            self.held.push(row);
        }
        Ok(())
    }

    fn make_room(&mut self, len: usize) -> Result<()> {
        // Half as much again is what points to the rows, which is more the shorter they are.
        let bytes = len.max(BLOCK) / 2 * 3;
        if self.reservation.try_grow(bytes).is_err() {
            if !self.held.is_empty() {
                self.runs.write(&mut self.held).map_err(EngineError::Spill)?;
            }
            if !self.held.is_full(len) {
                return Ok(());
            }
            // One row beyond all that may be held is still taken.
            self.reservation.grow(bytes);
        }
        self.held.grow(len);
        Ok(())
    }

    fn finish(mut self) -> Result<Sorted> {
        if self.runs.is_empty() {
            self.held.sort();
            return Ok(Sorted::Held { held: self.held, given: 0, _memory: self.reservation });
        }
        self.runs.write(&mut self.held).map_err(EngineError::Spill)?;
        drop(self.held);
        Ok(Sorted::Merged(self.runs.merge().map_err(EngineError::Spill)?))
    }
}

/// A partition's rows in their order.
enum Sorted {
    Held { held: Held, given: usize, _memory: MemoryReservation },
    Merged(Merge),
}

impl Sorted {
    /// The next rows, at most so many.
    fn next(&mut self, unpacking: &Unpacking, most: usize) -> Result<Option<RecordBatch>> {
        let batch = match self {
            Self::Held { held, given, .. } => {
                let batch = unpacking.batch(held.from(*given).take(most))?;
                *given += batch.num_rows();
                batch
            }
            Self::Merged(merge) => {
                let (mut bytes, mut ends) = (Vec::new(), Vec::with_capacity(most));
                while ends.len() < most
                    && let Some(row) = merge.next().map_err(EngineError::Spill)?
                {
                    bytes.extend_from_slice(row);
                    ends.push(bytes.len());
                }
                let starts = std::iter::once(0).chain(ends.iter().copied());
                let rows = starts.zip(&ends).map(|(start, end)| &bytes[start..*end]);
                unpacking.batch(rows)?
            }
        };
        Ok((batch.num_rows() > 0).then_some(batch))
    }
}
