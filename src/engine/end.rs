//! The end of the second pass: one partition's placed visits compared, counted and handed on.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;

use super::doubtful::Doubtful;
use super::error::EngineError;
use super::ground::Ground;
use super::repeats::Repeats;
use super::tally::Tally;
use super::targeting::ForWhom;
use crate::check::Rule;
use crate::count::{Accounts, Cube, Quality};
use crate::domain::programme::TargetingTable;
use crate::domain::region::Level;
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
    quality: Quality,
    doubtful: Doubtful,
    ground: Arc<Ground>,
    sink: Box<dyn Sink>,
}

/// The sums of one partition.
#[derive(Debug, PartialEq)]
pub struct Ended {
    pub cube: Cube,
    pub accounts: Accounts,
    pub findings: BTreeMap<Rule, u64>,
    pub quality: Quality,
    pub doubtful: Doubtful,
    pub targeting: TargetingTable,
}

impl End {
    /// `programmes` say for whom the programmes are, by their numbers.
    pub fn new(ground: Arc<Ground>, programmes: Vec<ForWhom>, sink: Box<dyn Sink>) -> Self {
        let tally = Tally::new(ground.threshold, ground.bounds, programmes);
        let (quality, doubtful) = (Quality::default(), Doubtful::default());
        Self { repeats: Repeats::default(), tally, quality, doubtful, ground, sink }
    }

    /// Takes the next visits, in their final order.
    ///
    /// # Errors
    /// [`EngineError::Unequal`] of a visit whose rows differ; those of the sink.
    pub fn put(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        self.repeats.check(batch)?;
        let placed = PlacedBatch::new(batch);
        self.tally.add(&placed);
        let tree = &self.ground.tree;
        self.quality.add(&placed, |row| placed.local_day(row, tree));
        self.doubtful.add(batch, &placed, |region| tree.ancestor(region, Level::Regency));
        self.sink.put(batch)
    }

    /// Ends the sink.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn finish(self) -> Result<Ended, EngineError> {
        self.sink.finish()?;
        let (cube, accounts, findings, targeting) = self.tally.finish();
        let (quality, doubtful) = (self.quality, self.doubtful);
        Ok(Ended { cube, accounts, findings, quality, doubtful, targeting })
    }
}
