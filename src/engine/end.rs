//! The end of the second pass: one partition's placed visits compared, counted and handed on.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;

use super::error::EngineError;
use super::repeats::Repeats;
use super::tally::Tally;
use crate::check::Rule;
use crate::count::{Accounts, Cube};
use crate::domain::indicator::PovertyThreshold;
use crate::place::PlacedBatch;

/// Takes the placed visits of one partition, in their final order: all visits of a province come to
/// one sink, one province after the other.
pub trait Sink: Send {
    /// Takes the next visits.
    ///
    /// # Errors
    /// Whatever stops the writing.
    fn put(&mut self, batch: &RecordBatch) -> Result<(), EngineError>;

    /// Ends the writing.
    ///
    /// # Errors
    /// Whatever stops it.
    fn finish(self: Box<Self>) -> Result<(), EngineError>;
}

/// Where a partition's placed visits go.
pub struct End {
    repeats: Repeats,
    tally: Tally,
    sink: Box<dyn Sink>,
}

/// The sums of one partition.
#[derive(Debug, PartialEq)]
pub struct Ended {
    pub cube: Cube,
    pub accounts: Accounts,
    pub findings: BTreeMap<Rule, u64>,
}

impl End {
    pub fn new(threshold: PovertyThreshold, sink: Box<dyn Sink>) -> Self {
        Self { repeats: Repeats::default(), tally: Tally::new(threshold), sink }
    }

    /// Takes the next visits, in their final order.
    ///
    /// # Errors
    /// [`EngineError::Unequal`] of a visit whose rows differ; those of the sink.
    pub fn put(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        self.repeats.check(batch)?;
        self.tally.add(&PlacedBatch::new(batch));
        self.sink.put(batch)
    }

    /// Ends the sink.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn finish(self) -> Result<Ended, EngineError> {
        self.sink.finish()?;
        let (cube, accounts, findings) = self.tally.finish();
        Ok(Ended { cube, accounts, findings })
    }
}
