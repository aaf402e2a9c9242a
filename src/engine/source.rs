//! A plan's source: batches that blocking threads make, one a partition.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion_common::Result;
use datafusion_common::tree_node::TreeNodeRecursion;
use datafusion_execution::{SendableRecordBatchStream, TaskContext};
use datafusion_physical_expr::{EquivalenceProperties, Partitioning, PhysicalExpr};
use datafusion_physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion_physical_plan::stream::RecordBatchReceiverStreamBuilder;
use datafusion_physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};

use super::error::EngineError;

/// Batches that wait between a making thread and the plan.
const WAITING: usize = 2;

/// Makes the batches of a partition, of at most so many rows, until `put` breaks.
pub type Make = Arc<
    dyn Fn(
            usize,
            usize,
            &mut dyn FnMut(RecordBatch) -> ControlFlow<()>,
        ) -> std::result::Result<(), EngineError>
        + Send
        + Sync,
>;

/// Batches that are made in as many partitions.
pub struct Source {
    name: &'static str,
    make: Make,
    properties: Arc<PlanProperties>,
}

impl Source {
    pub fn new(name: &'static str, schema: SchemaRef, partitions: usize, make: Make) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(partitions),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Self { name, make, properties: Arc::new(properties) }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl DisplayAs for Source {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl ExecutionPlan for Source {
    fn name(&self) -> &str {
        self.name
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        _: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let mut builder = RecordBatchReceiverStreamBuilder::new(self.schema(), WAITING);
        let (sender, make) = (builder.tx(), Arc::clone(&self.make));
        let most_rows = context.session_config().batch_size();
        builder.spawn_blocking(move || {
            make(partition, most_rows, &mut |batch| match sender.blocking_send(Ok(batch)) {
                Ok(()) => ControlFlow::Continue(()),
                // A closed channel means that the plan is being torn down.
                Err(_) => ControlFlow::Break(()),
            })?;
            Ok(())
        });
        Ok(builder.build())
    }
}
