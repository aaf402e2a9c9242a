//! The table of findings in a release: one row for each, in the order of the placed visits.

use std::fs::File;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanBuilder, Date32Builder, Float64Builder, RecordBatch,
    StringBuilder,
};
use arrow::datatypes::{DataType, Date32Type, Field, Float64Type, Schema, SchemaRef};
use arrow::error::ArrowError;
use chrono::{Datelike, NaiveDate};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Release, StoreError};
use crate::check::{Decision, Severity};
use crate::domain::date::Date;
use crate::domain::region::RegionTree;
use crate::domain::visit::VisitField;
use crate::place::PlacedBatch;

/// The folder of findings in a release.
pub const FOLDER: &str = "findings";

const TEXTS: [&str; 9] = [
    "visit_id",
    "region_code",
    "enumerator_id",
    "supervisor_id",
    "rule",
    "severity",
    "unit",
    "other_region",
    "decision",
];
const NUMBERS: [&str; 5] =
    ["value", "proposed_longitude", "proposed_latitude", "before_m", "after_m"];
/// What every finding has.
const ALWAYS: [&str; 6] =
    ["visit_id", "enumerator_id", "rule", "severity", "value", "several_visits"];

/// The columns: texts, numbers, the local day, and whether the finding depends on other households' visits too.
pub static FINDINGS_FILE: LazyLock<SchemaRef> = LazyLock::new(|| {
    let field = |name: &str, of: DataType| Field::new(name, of, !ALWAYS.contains(&name));
    let texts = TEXTS.iter().map(|name| field(name, DataType::Utf8));
    let numbers = NUMBERS.iter().map(|name| field(name, DataType::Float64));
    let last = [field("day", DataType::Date32), field("several_visits", DataType::Boolean)];
    Arc::new(Schema::new(texts.chain(numbers).chain(last).collect::<Vec<_>>()))
});

/// The findings of placed visits.
///
/// # Errors
/// Never for placed visits; the columns' own.
pub fn finding_rows(
    placed: &PlacedBatch<'_>,
    tree: &RegionTree,
) -> Result<RecordBatch, ArrowError> {
    let column = |field| placed.visits().text(field);
    let (visits, enumerators, supervisors) = (
        column(VisitField::VisitId),
        column(VisitField::EnumeratorId),
        column(VisitField::SupervisorId),
    );
    let mut texts: [StringBuilder; TEXTS.len()] = Default::default();
    let mut numbers: [Float64Builder; NUMBERS.len()] = Default::default();
    let mut days = Date32Builder::new();
    let mut several = BooleanBuilder::new();
    for row in 0..placed.visits().len() {
        for finding in placed.findings(row) {
            let code = |id| tree.get(id).code.to_string();
            let [visit, region, enumerator, supervisor, rule, severity, unit, other, decision] =
                &mut texts;
            visit.append_value(visits.value(row));
            region.append_option(placed.region(row).map(code));
            enumerator.append_value(enumerators.value(row));
            supervisor.append_option(supervisors.is_valid(row).then(|| supervisors.value(row)));
            rule.append_value(finding.rule.name());
            severity.append_value(finding.severity.name());
            unit.append_value(finding.unit());
            other.append_option(finding.region.map(code));
            decision.append_option(finding.decision.map(Decision::name));
            let [value, longitude, latitude, before, after] = &mut numbers;
            value.append_value(finding.value);
            let proposal = finding.proposal;
            longitude.append_option(proposal.map(|proposal| proposal.position.longitude()));
            latitude.append_option(proposal.map(|proposal| proposal.position.latitude()));
            before.append_option(proposal.and_then(|proposal| proposal.before_m));
            after.append_option(proposal.and_then(|proposal| proposal.after_m));
            days.append_option(placed.local_day(row, tree).map(day_number));
            several.append_value(finding.is_of_group);
        }
    }
    let texts = texts.into_iter().map(|mut text| -> ArrayRef { Arc::new(text.finish()) });
    let numbers = numbers.into_iter().map(|mut number| -> ArrayRef { Arc::new(number.finish()) });
    let mut columns: Vec<ArrayRef> = texts.chain(numbers).collect();
    columns.push(Arc::new(days.finish()));
    columns.push(Arc::new(several.finish()));
    RecordBatch::try_new(Arc::clone(&FINDINGS_FILE), columns)
}

/// Days since 1970.
fn day_number(day: Date) -> i32 {
    day.calendar().num_days_from_ce() - UNIX_EPOCH_FROM_CE
}

const UNIX_EPOCH_FROM_CE: i32 = 719_163;

/// A finding as the table has it.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingRow {
    pub visit_id: String,
    pub region_code: Option<String>,
    pub enumerator_id: String,
    pub supervisor_id: Option<String>,
    pub rule: String,
    pub severity: String,
    pub decision: Option<String>,
    pub value: f64,
    pub has_proposal: bool,
    pub before_m: Option<f64>,
    pub after_m: Option<f64>,
    pub day: Option<Date>,
    /// Whether it depends on other households' visits too.
    pub several_visits: bool,
}

impl FindingRow {
    pub fn is_held(&self) -> bool {
        self.severity == Severity::Hold.name()
    }

    /// Whether it is more than a note.
    pub fn is_doubted(&self) -> bool {
        self.severity != Severity::Note.name()
    }

    /// Whether the visit counts in the region of this code.
    pub fn is_within(&self, code: &str) -> bool {
        self.region_code.as_ref().is_some_and(|own| own.starts_with(code))
    }
}

/// Reads the findings of a release, batch by batch, until `put` breaks.
///
/// # Errors
/// [`StoreError`] where a file can't be read.
pub fn read(release: &Release, mut put: impl FnMut(FindingRow)) -> Result<(), StoreError> {
    for name in release.files_in(FOLDER) {
        let path = release.file(name)?;
        read_file(&path, &mut put)?;
    }
    Ok(())
}

fn read_file(path: &Path, put: &mut impl FnMut(FindingRow)) -> Result<(), StoreError> {
    const READ: &str = "read the findings";
    let file = File::open(path).map_err(StoreError::io("read", path))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(StoreError::parquet(READ, path))?;
    for batch in reader {
        let batch = batch.map_err(|error| StoreError::parquet(READ, path)(error.into()))?;
        if batch.schema().fields() != FINDINGS_FILE.fields() {
            let other = "another version wrote these findings; build the release again";
            let error = parquet::errors::ParquetError::General(other.to_owned());
            return Err(StoreError::parquet(READ, path)(error));
        }
        (0..batch.num_rows()).for_each(|row| put(finding_of(&batch, row)));
    }
    Ok(())
}

fn finding_of(batch: &RecordBatch, row: usize) -> FindingRow {
    let text = |name: &str| {
        let texts = batch.column_by_name(name).expect("the schema was compared").as_string::<i32>();
        texts.is_valid(row).then(|| texts.value(row).to_owned())
    };
    let number = |name: &str| {
        let numbers = batch.column_by_name(name).expect("the schema was compared");
        let numbers = numbers.as_primitive::<Float64Type>();
        numbers.is_valid(row).then(|| numbers.value(row))
    };
    let several = batch.column_by_name("several_visits").expect("the schema was compared");
    let days = batch.column_by_name("day").expect("the schema was compared");
    let days = days.as_primitive::<Date32Type>();
    let day = days.is_valid(row).then(|| days.value(row) + UNIX_EPOCH_FROM_CE);
    FindingRow {
        visit_id: text("visit_id").unwrap_or_default(),
        region_code: text("region_code"),
        enumerator_id: text("enumerator_id").unwrap_or_default(),
        supervisor_id: text("supervisor_id"),
        rule: text("rule").unwrap_or_default(),
        severity: text("severity").unwrap_or_default(),
        decision: text("decision"),
        value: number("value").unwrap_or_default(),
        has_proposal: number("proposed_longitude").is_some(),
        before_m: number("before_m"),
        after_m: number("after_m"),
        day: day.and_then(NaiveDate::from_num_days_from_ce_opt).map(Date::from),
        several_visits: several.as_boolean().value(row),
    }
}
