//! The column of findings: for each visit a list of them.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayBuilder, ArrayRef, AsArray, BooleanArray, BooleanBuilder, Float64Array,
    Float64Builder, ListArray, StructArray, UInt8Array, UInt8Builder, UInt32Array, UInt32Builder,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Fields, Float64Type, UInt8Type, UInt32Type};
use arrow::error::ArrowError;

use crate::check::{Decision, Finding, Proposal, Rule, Severity};
use crate::domain::position::Position;
use crate::domain::region::RegionId;

/// The fields of one finding.
pub fn finding_fields() -> Fields {
    Fields::from(vec![
        Field::new("rule", DataType::UInt8, false),
        Field::new("severity", DataType::UInt8, false),
        Field::new("value", DataType::Float64, false),
        Field::new("region", DataType::UInt32, true),
        Field::new("longitude", DataType::Float64, true),
        Field::new("latitude", DataType::Float64, true),
        Field::new("before_m", DataType::Float64, true),
        Field::new("after_m", DataType::Float64, true),
        Field::new("decision", DataType::UInt8, true),
        Field::new("is_of_group", DataType::Boolean, false),
    ])
}

/// Makes the column, visit by visit.
#[derive(Default)]
pub struct FindingsBuilder {
    lengths: Vec<usize>,
    rule: UInt8Builder,
    severity: UInt8Builder,
    value: Float64Builder,
    region: UInt32Builder,
    position: [Float64Builder; 2],
    distances: [Float64Builder; 2],
    decision: UInt8Builder,
    is_of_group: BooleanBuilder,
}

impl FindingsBuilder {
    /// Takes the findings of the next visit.
    pub fn push(&mut self, findings: impl Iterator<Item = Finding>) {
        let before = self.rule.len();
        for finding in findings {
            self.rule.append_value(finding.rule as u8);
            self.severity.append_value(finding.severity as u8);
            self.value.append_value(finding.value);
            self.region.append_option(finding.region.map(|region| region.0));
            let proposal = finding.proposal;
            let [longitude, latitude] = &mut self.position;
            longitude.append_option(proposal.map(|proposal| proposal.position.longitude()));
            latitude.append_option(proposal.map(|proposal| proposal.position.latitude()));
            let [before, after] = &mut self.distances;
            before.append_option(proposal.and_then(|proposal| proposal.before_m));
            after.append_option(proposal.and_then(|proposal| proposal.after_m));
            self.decision.append_option(finding.decision.map(|decision| decision as u8));
            self.is_of_group.append_value(finding.is_of_group);
        }
        self.lengths.push(self.rule.len() - before);
    }

    /// The column.
    ///
    /// # Errors
    /// Never for what was pushed; the columns' own.
    pub fn finish(mut self) -> Result<ArrayRef, ArrowError> {
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(self.rule.finish()),
            Arc::new(self.severity.finish()),
            Arc::new(self.value.finish()),
            Arc::new(self.region.finish()),
        ];
        for mut numbers in self.position.into_iter().chain(self.distances) {
            columns.push(Arc::new(numbers.finish()));
        }
        columns.push(Arc::new(self.decision.finish()));
        columns.push(Arc::new(self.is_of_group.finish()));
        let values = StructArray::try_new(finding_fields(), columns, None)?;
        let item = Arc::new(Field::new_struct("item", finding_fields(), false));
        let offsets = OffsetBuffer::from_lengths(self.lengths);
        Ok(Arc::new(ListArray::try_new(item, offsets, Arc::new(values), None)?))
    }
}

/// A view of the column.
#[derive(Clone, Copy)]
pub struct FindingsColumn<'a> {
    offsets: &'a [i32],
    rule: &'a UInt8Array,
    severity: &'a UInt8Array,
    value: &'a Float64Array,
    region: &'a UInt32Array,
    /// Longitude, latitude, metres before and after.
    numbers: [&'a Float64Array; 4],
    decision: &'a UInt8Array,
    is_of_group: &'a BooleanArray,
}

impl<'a> FindingsColumn<'a> {
    pub fn new(column: &'a ListArray) -> Self {
        let fields = column.values().as_struct().columns();
        let small = |at: usize| fields[at].as_primitive::<UInt8Type>();
        let real = |at: usize| fields[at].as_primitive::<Float64Type>();
        Self {
            offsets: column.value_offsets(),
            rule: small(0),
            severity: small(1),
            value: real(2),
            region: fields[3].as_primitive::<UInt32Type>(),
            numbers: [real(4), real(5), real(6), real(7)],
            decision: small(8),
            is_of_group: fields[9].as_boolean(),
        }
    }

    /// The findings of a visit.
    pub fn of_row(self, row: usize) -> impl Iterator<Item = Finding> + 'a {
        let range = self.offsets[row] as usize..self.offsets[row + 1] as usize;
        range.map(move |at| self.finding(at))
    }

    fn finding(self, at: usize) -> Finding {
        let number = |which: usize| {
            let numbers = self.numbers[which];
            numbers.is_valid(at).then(|| numbers.value(at))
        };
        let position = number(0).zip(number(1)).and_then(|(x, y)| Position::new(x, y));
        let made = "a rule made the finding";
        Finding {
            rule: Rule::from_number(self.rule.value(at)).expect(made),
            severity: Severity::from_number(self.severity.value(at)).expect(made),
            value: self.value.value(at),
            is_of_group: self.is_of_group.value(at),
            region: self.region.is_valid(at).then(|| RegionId(self.region.value(at))),
            proposal: position.map(|position| Proposal {
                position,
                before_m: number(2),
                after_m: number(3),
            }),
            decision: self
                .decision
                .is_valid(at)
                .then(|| Decision::from_number(self.decision.value(at)).expect(made)),
        }
    }
}
