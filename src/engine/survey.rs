//! Locating, checking and placing every visit of a batch.

use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, Float64Builder, ListArray, RecordBatch, StructArray, UInt8Builder,
    UInt32Builder, UInt64Builder,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::Field;
use datafusion_common::Result;

use super::error::EngineError;
use super::ground::Ground;
use super::operator::{MakeStep, Step};
use super::persons::{PersonsTold, RowCounts};
use super::standings::KnowsStandings;
use crate::check::{Finding, check};
use crate::domain::region::{Level, RegionId};
use crate::domain::visit::VisitBatch;
use crate::locate::Hexagons;
use crate::place::batch::{NO_REGION, PLACED_SCHEMA, finding_fields};
use crate::place::place;

/// Makes the step that surveys batches on this ground, by a choice that was made.
pub fn survey_step(
    ground: &Arc<Ground>,
    choice: &Arc<dyn KnowsStandings>,
    persons: Option<&Arc<PersonsTold>>,
) -> MakeStep {
    let (ground, choice, persons) = (Arc::clone(ground), Arc::clone(choice), persons.cloned());
    Arc::new(move |_| -> Step {
        let (ground, choice, persons) = (Arc::clone(&ground), Arc::clone(&choice), persons.clone());
        let mut hexagons = Hexagons::new();
        Box::new(move |batch| {
            survey(&batch, &ground, choice.as_ref(), persons.as_deref(), &mut hexagons)
        })
    })
}

fn survey(
    batch: &RecordBatch,
    ground: &Ground,
    choice: &dyn KnowsStandings,
    persons: Option<&PersonsTold>,
    hexagons: &mut Hexagons,
) -> Result<RecordBatch> {
    let locator = ground.locator();
    let rules = ground.rules(&locator);
    let visits = VisitBatch::new(batch);
    let mut places = Places::with_capacity(visits.len());
    let mut findings = Findings::default();
    let mut counts = RowCounts::of(batch, persons);
    let mut standings = UInt8Builder::with_capacity(visits.len());
    let told = choice.standings_of(batch)?;
    let located = locator.locate(&visits, hexagons);
    for (row, standing) in told.into_iter().enumerate() {
        let checked = check(located.visit(row), &rules);
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

#[derive(Default)]
struct Findings {
    lengths: Vec<usize>,
    rule: UInt8Builder,
    severity: UInt8Builder,
    value: Float64Builder,
}

impl Findings {
    fn push(&mut self, findings: impl Iterator<Item = Finding>) {
        let before = self.rule.len();
        for finding in findings {
            self.rule.append_value(finding.rule as u8);
            self.severity.append_value(finding.severity as u8);
            self.value.append_value(finding.value);
        }
        self.lengths.push(self.rule.len() - before);
    }

    fn finish(mut self) -> Result<ArrayRef> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.rule.finish()),
            Arc::new(self.severity.finish()),
            Arc::new(self.value.finish()),
        ];
        let values = StructArray::try_new(finding_fields(), columns, None)?;
        let item = Arc::new(Field::new_struct("item", finding_fields(), false));
        let offsets = OffsetBuffer::from_lengths(self.lengths);
        Ok(Arc::new(ListArray::try_new(item, offsets, Arc::new(values), None)?))
    }
}
