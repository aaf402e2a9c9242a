//! The plans of the two passes, wherever their operators run: scan, sort by household, choose the
//! latest; then scan, survey, sort by place.

use std::sync::Arc;

use arrow::compute::SortOptions;
use arrow::datatypes::SchemaRef;
use datafusion_common::Result;
use datafusion_physical_expr::expressions::col;
use datafusion_physical_expr::{LexOrdering, Partitioning, PhysicalSortExpr};
use datafusion_physical_plan::ExecutionPlan;
use datafusion_physical_plan::repartition::RepartitionExec;
use datafusion_physical_plan::sorts::sort::SortExec;

use super::latest;
use super::packed::PACKED_SCHEMA;
use crate::place::batch::{self, PLACED_SCHEMA};

/// An operator of ours in a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Tells which visit of each household counts.
    Latest,
    /// Locates, checks and places.
    Survey,
    /// Packs what is only carried into one column.
    Pack,
    Unpack,
}

impl Part {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Latest => "Latest",
            Self::Survey => "Survey",
            Self::Pack => "Pack",
            Self::Unpack => "Unpack",
        }
    }

    /// The schema of what it makes; [`Self::Latest`] makes what its place of work needs.
    pub fn schema(self, input: SchemaRef) -> SchemaRef {
        match self {
            Self::Latest => input,
            Self::Survey | Self::Unpack => Arc::clone(&PLACED_SCHEMA),
            Self::Pack => Arc::clone(&PACKED_SCHEMA),
        }
    }
}

/// Puts an operator of ours upon a plan.
pub type PutOn<'a> = &'a dyn Fn(Part, Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan>;

/// The first pass, on a scan of [`latest::CHOICE`].
///
/// # Errors
/// Where the scan lacks a column.
pub fn choosing(
    scan: Arc<dyn ExecutionPlan>,
    partitions: usize,
    put_on: PutOn<'_>,
) -> Result<Arc<dyn ExecutionPlan>> {
    let by_household = latest::ORDER.map(|(field, options)| (field.name(), options));
    Ok(put_on(Part::Latest, sorted(scan, partitions, &by_household)?))
}

/// The second pass, on a scan of every column.
///
/// # Errors
/// Where the scan lacks a column.
pub fn placing(
    scan: Arc<dyn ExecutionPlan>,
    partitions: usize,
    put_on: PutOn<'_>,
) -> Result<Arc<dyn ExecutionPlan>> {
    let packed = put_on(Part::Pack, put_on(Part::Survey, scan));
    let by_place = batch::ORDER.map(|name| (name, SortOptions::default()));
    Ok(put_on(Part::Unpack, sorted(packed, partitions, &by_place)?))
}

/// Brings rows that are equal in the first column of an order together, and sorts each partition.
pub fn sorted(
    input: Arc<dyn ExecutionPlan>,
    partitions: usize,
    order: &[(&str, SortOptions)],
) -> Result<Arc<dyn ExecutionPlan>> {
    let schema = input.schema();
    let group = vec![col(order[0].0, &schema)?];
    let shuffled = RepartitionExec::try_new(input, Partitioning::Hash(group, partitions))?;
    let sort = |(name, options): &(&str, SortOptions)| {
        Ok(PhysicalSortExpr { expr: col(name, &schema)?, options: *options })
    };
    let order = order.iter().map(sort).collect::<Result<Vec<_>>>()?;
    let order = LexOrdering::new(order).expect("an order has a first column");
    Ok(Arc::new(SortExec::new(order, Arc::new(shuffled)).with_preserve_partitioning(true)))
}
