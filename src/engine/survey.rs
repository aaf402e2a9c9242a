//! Locating, checking and placing every visit of a batch.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, UInt8Builder, UInt32Builder, UInt64Builder};
use datafusion_common::Result;

use super::error::EngineError;
use super::ground::Ground;
use super::groups::{Among, GroupNote};
use super::latest::places_of;
use super::notes::NotedRows;
use super::operator::{MakeStep, Step};
use super::persons::RowCounts;
use super::recipients::RowBenefits;
use super::registers::Told;
use super::standings::KnowsStandings;
use crate::check::{Rules, check_among};
use crate::domain::region::{Level, RegionId};
use crate::domain::visit::VisitBatch;
use crate::locate::Hexagons;
use crate::place::batch::{NO_REGION, PLACED_SCHEMA};
use crate::place::{FindingsBuilder, place};

/// Makes the step that surveys batches on this ground, by what passes before have found.
pub fn survey_step(ground: &Arc<Ground>, known: &Arc<Known>) -> MakeStep {
    let (ground, known) = (Arc::clone(ground), Arc::clone(known));
    Arc::new(move |_| -> Step {
        let (ground, known) = (Arc::clone(&ground), Arc::clone(&known));
        let mut hexagons = Hexagons::new();
        Box::new(move |batch| survey(&batch, &ground, &known, &mut hexagons))
    })
}

/// What passes before have found about each row.
pub struct Known {
    pub standings: Arc<dyn KnowsStandings>,
    /// By rules about several visits.
    pub noted: NotedRows<GroupNote>,
    /// By the registers.
    pub registers: Arc<Told>,
}

fn survey(
    batch: &RecordBatch,
    ground: &Ground,
    known: &Known,
    hexagons: &mut Hexagons,
) -> Result<RecordBatch> {
    let locator = ground.locator();
    let coverages = known.registers.coverages.as_ref();
    let rules = Rules { coverages, ..ground.rules(&locator) };
    let visits = VisitBatch::new(batch);
    let mut places = Places::with_capacity(visits.len());
    let mut findings = FindingsBuilder::default();
    let mut counts = RowCounts::of(batch, known.registers.persons.as_ref());
    let mut standings = UInt8Builder::with_capacity(visits.len());
    let place_of = places_of(batch);
    let told = known.standings.standings_of(batch)?;
    let mut among = Among::of_batch(batch, &known.noted);
    let located = locator.locate(&visits, hexagons);
    for (row, standing) in told.into_iter().enumerate() {
        let checked = check_among(located.visit(row), &rules, among.of_row(place_of(row)));
        let placed = place(&checked, &rules);
        let province =
            placed.region().and_then(|region| ground.tree.ancestor(region, Level::Province));
        places.province.append_value(sort_key(province));
        places.region.append_value(sort_key(placed.region()));
        places.hexagon.append_option(placed.hexagon().map(u64::from));
        let standing = standing.ok_or(EngineError::Changed)?;
        standings.append_value(standing as u8);
        let found = counts.next(checked.located().visit(), standing);
        findings.push(checked.findings().iter().copied().chain(found));
    }
    let mut columns = batch.columns().to_vec();
    columns.extend(places.finish());
    columns.push(findings.finish()?);
    columns.push(Arc::new(standings.finish()));
    columns.push(counts.finish());
    columns.push(RowBenefits::column(batch, known.registers.benefits.as_ref()));
    Ok(RecordBatch::try_new(Arc::clone(&PLACED_SCHEMA), columns)?)
}

fn sort_key(region: Option<RegionId>) -> u32 {
    region.map_or(NO_REGION, |region| region.0)
}

struct Places {
    province: UInt32Builder,
    region: UInt32Builder,
    hexagon: UInt64Builder,
}

impl Places {
    fn with_capacity(rows: usize) -> Self {
        Self {
            province: UInt32Builder::with_capacity(rows),
            region: UInt32Builder::with_capacity(rows),
            hexagon: UInt64Builder::with_capacity(rows),
        }
    }

    fn finish(mut self) -> [ArrayRef; 3] {
        [
            Arc::new(self.province.finish()),
            Arc::new(self.region.finish()),
            Arc::new(self.hexagon.finish()),
        ]
    }
}
