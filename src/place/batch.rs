//! Placed visits in columns: each with its region and hexagon, its findings and its standing.

use std::sync::{Arc, LazyLock};

use arrow::array::{
    Array, AsArray, BinaryArray, ListArray, RecordBatch, UInt8Array, UInt32Array, UInt64Array,
};
use arrow::datatypes::{
    DataType, Field, Fields, Float64Type, Schema, SchemaRef, UInt8Type, UInt32Type, UInt64Type,
};
use h3o::CellIndex;

use crate::check::{Finding, Rule, Severity};
use crate::domain::person::PersonCounts;
use crate::domain::region::RegionId;
use crate::domain::visit::{VISIT_SCHEMA, VisitBatch};

/// The sort key of visits in no region, after all regions.
pub const NO_REGION: u32 = u32::MAX;

/// What becomes of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Standing {
    /// Its household counts by it.
    Counted = 1,
    /// Completed, but another visit of its household counts, or took the household away.
    Superseded = 2,
    /// Another outcome than completed.
    NotCompleted = 3,
    /// The same row stands in the input once more.
    Repeated = 4,
}

impl Standing {
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Counted,
            2 => Self::Superseded,
            3 => Self::NotCompleted,
            4 => Self::Repeated,
            _ => return None,
        })
    }
}

/// The columns that follow those of [`VISIT_SCHEMA`]: where the visit counts and what was found.
pub const PROVINCE: &str = "province";
pub const REGION: &str = "region";
const HEXAGON: &str = "hexagon";
pub const FINDINGS: &str = "findings";
pub const STANDING: &str = "standing";
/// The counts of the household's persons ([`PersonCounts::as_bytes`]), where it counts and they are told.
pub const PERSONS: &str = "persons";

pub fn finding_fields() -> Fields {
    Fields::from(vec![
        Field::new("rule", DataType::UInt8, false),
        Field::new("severity", DataType::UInt8, false),
        Field::new("value", DataType::Float64, false),
    ])
}

/// Visits with their place, findings and standing.
pub static PLACED_SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let item = Field::new_struct("item", finding_fields(), false);
    let added = [
        Field::new(PROVINCE, DataType::UInt32, false),
        Field::new(REGION, DataType::UInt32, false),
        Field::new(HEXAGON, DataType::UInt64, true),
        Field::new_list(FINDINGS, item, false),
        Field::new(STANDING, DataType::UInt8, false),
        Field::new(PERSONS, DataType::Binary, true),
    ];
    let read = VISIT_SCHEMA.fields().iter().map(|field| field.as_ref().clone());
    Arc::new(Schema::new(read.chain(added).collect::<Vec<_>>()))
});

/// Names of the columns by which placed visits are sorted, the province first.
pub const ORDER: [&str; 5] = [PROVINCE, REGION, "household_id", "visit_id", STANDING];

/// A view of a batch in [`PLACED_SCHEMA`].
pub struct PlacedBatch<'a> {
    visits: VisitBatch<'a>,
    province: &'a UInt32Array,
    region: &'a UInt32Array,
    hexagon: &'a UInt64Array,
    findings: &'a ListArray,
    standing: &'a UInt8Array,
    persons: &'a BinaryArray,
}

impl<'a> PlacedBatch<'a> {
    /// Views a batch that left the plan.
    ///
    /// # Panics
    /// Where a column is missing or has another type: a bug in the plan.
    pub fn new(batch: &'a RecordBatch) -> Self {
        let column = |name| batch.column_by_name(name).expect("the plan made the column");
        Self {
            visits: VisitBatch::new(batch),
            province: column(PROVINCE).as_primitive::<UInt32Type>(),
            region: column(REGION).as_primitive::<UInt32Type>(),
            hexagon: column(HEXAGON).as_primitive::<UInt64Type>(),
            findings: column(FINDINGS).as_list::<i32>(),
            standing: column(STANDING).as_primitive::<UInt8Type>(),
            persons: column(PERSONS).as_binary::<i32>(),
        }
    }

    pub const fn visits(&self) -> &VisitBatch<'a> {
        &self.visits
    }

    pub fn province(&self, row: usize) -> Option<RegionId> {
        let province = self.province.value(row);
        (province != NO_REGION).then_some(RegionId(province))
    }

    pub fn region(&self, row: usize) -> Option<RegionId> {
        let region = self.region.value(row);
        (region != NO_REGION).then_some(RegionId(region))
    }

    pub fn hexagon(&self, row: usize) -> Option<CellIndex> {
        let hexagon = self.hexagon.is_valid(row).then(|| self.hexagon.value(row))?;
        CellIndex::try_from(hexagon).ok()
    }

    /// Of the batch's rows from `start` on, how many lie in the same province as the first.
    pub fn province_run(&self, start: usize) -> usize {
        let provinces = &self.province.values()[start..];
        provinces.iter().take_while(|&&province| province == provinces[0]).count()
    }

    /// The column of hexagons, as H3 indices.
    pub const fn hexagons(&self) -> &'a UInt64Array {
        self.hexagon
    }

    pub fn standing(&self, row: usize) -> Standing {
        Standing::from_number(self.standing.value(row)).expect("the plan made the standing")
    }

    /// The counts of the household's persons, where it counts by this visit and they are told.
    pub fn persons(&self, row: usize) -> Option<PersonCounts> {
        self.persons.is_valid(row).then(|| PersonCounts::from_bytes(self.persons.value(row)))
    }

    /// The column of standings' numbers.
    pub const fn standings(&self) -> &'a UInt8Array {
        self.standing
    }

    pub fn findings(&self, row: usize) -> impl Iterator<Item = Finding> + 'a {
        let offsets = self.findings.value_offsets();
        let range = offsets[row] as usize..offsets[row + 1] as usize;
        let fields = self.findings.values().as_struct().columns();
        let rule = fields[0].as_primitive::<UInt8Type>();
        let severity = fields[1].as_primitive::<UInt8Type>();
        let value = fields[2].as_primitive::<Float64Type>();
        range.map(move |at| Finding {
            rule: Rule::from_number(rule.value(at)).expect("a rule made the finding"),
            severity: Severity::from_number(severity.value(at)).expect("a rule made the finding"),
            value: value.value(at),
        })
    }
}
