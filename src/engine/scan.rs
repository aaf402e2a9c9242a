//! The plan's source: visits files, read by blocking threads a portion each.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::RecordBatch;
use datafusion_common::Result;
use datafusion_common::tree_node::TreeNodeRecursion;
use datafusion_execution::{SendableRecordBatchStream, TaskContext};
use datafusion_physical_expr::{EquivalenceProperties, Partitioning, PhysicalExpr};
use datafusion_physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion_physical_plan::stream::RecordBatchReceiverStreamBuilder;
use datafusion_physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};

use super::error::EngineError;
use crate::domain::visit::{VISIT_SCHEMA, VisitField};
use crate::read::visits::{Locale, Portion, VisitFiles};

/// Batches that wait between a reading thread and the plan.
const WAITING: usize = 2;

/// Reads visits files in as many partitions as there are lists of portions.
pub struct VisitsScan {
    files: Arc<VisitFiles>,
    /// The fields to read, as bits.
    wanted: u32,
    /// The columns to go on with.
    columns: Vec<usize>,
    locale: Arc<Locale>,
    portions: Vec<Vec<Portion>>,
    rows: Arc<[AtomicU64]>,
    properties: Arc<PlanProperties>,
}

impl VisitsScan {
    /// Reads every column.
    pub fn new(files: Arc<VisitFiles>, locale: Locale, partitions: usize) -> Self {
        let names: Vec<&str> =
            VISIT_SCHEMA.fields().iter().map(|field| field.name().as_str()).collect();
        Self::of_columns(&names, files, locale, partitions)
    }

    /// Reads these columns.
    pub fn of_columns(
        names: &[&str],
        files: Arc<VisitFiles>,
        locale: Locale,
        partitions: usize,
    ) -> Self {
        let portions = files.portions(partitions);
        Self::of_portions(names, files, locale, portions)
    }

    /// Reads these columns of these portions, a list of them in each partition.
    pub fn of_portions(
        names: &[&str],
        files: Arc<VisitFiles>,
        locale: Locale,
        portions: Vec<Vec<Portion>>,
    ) -> Self {
        let index = |name: &&str| VISIT_SCHEMA.index_of(name).expect("the reader makes the column");
        let columns: Vec<usize> = names.iter().map(index).collect();
        let schema = VISIT_SCHEMA.project(&columns).expect("the columns are there");
        let fields = names.iter().filter_map(|name| VisitField::find(name));
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::new(schema)),
            Partitioning::UnknownPartitioning(portions.len()),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Self {
            rows: files.paths().map(|_| AtomicU64::new(0)).collect(),
            wanted: fields.fold(0, |bits, field| bits | field.bit()),
            columns,
            files,
            locale: Arc::new(locale),
            portions,
            properties: Arc::new(properties),
        }
    }

    /// The rows that were read so far, by file.
    pub fn rows(&self) -> Arc<[AtomicU64]> {
        Arc::clone(&self.rows)
    }
}

impl fmt::Debug for VisitsScan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VisitsScan")
    }
}

impl DisplayAs for VisitsScan {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VisitsScan")
    }
}

impl ExecutionPlan for VisitsScan {
    fn name(&self) -> &'static str {
        "VisitsScan"
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
        let sender = builder.tx();
        let (files, locale) = (Arc::clone(&self.files), Arc::clone(&self.locale));
        let (portions, rows) = (self.portions[partition].clone(), self.rows());
        let (wanted, columns) = (self.wanted, self.columns.clone());
        let most = context.session_config().batch_size();
        builder.spawn_blocking(move || {
            for portion in &portions {
                let read = &rows[portion.file()];
                let mut put = |batch: RecordBatch| {
                    read.fetch_add(batch.num_rows() as u64, Ordering::Relaxed);
                    let batch = batch.project(&columns).expect("the columns are there");
                    let is_sent = parts(&batch, most).all(|part| {
                        // A closed channel means that the plan is being torn down.
                        sender.blocking_send(Ok(part)).is_ok()
                    });
                    if is_sent { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
                };
                files.read(portion, &locale, wanted, &mut put).map_err(EngineError::from)?;
            }
            Ok(())
        });
        Ok(builder.build())
    }
}

/// A batch in parts of at most `most` rows.
fn parts(batch: &RecordBatch, most: usize) -> impl Iterator<Item = RecordBatch> + use<'_> {
    let rows = batch.num_rows();
    (0..rows).step_by(most).map(move |start| batch.slice(start, most.min(rows - start)))
}
