//! The fields of a visit, and the columnar batch in which visits travel.
//!
//! Forty million visits are never allocated one by one: a [`Visit`] is a view of one row.

use std::fmt;
use std::sync::{Arc, LazyLock};

use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    UInt8Array, UInt32Array, UInt64Array,
};
use arrow::datatypes::{
    DataType, Field, Float64Type, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType, UInt8Type,
    UInt32Type, UInt64Type,
};

use serde::{Deserialize, Serialize};

use super::code::RegionCode;

/// How a field is written and kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FieldKind {
    /// Any text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A region code, kept as [`pack_code`] packs it.
    Code,
    /// ISO 8601, kept as microseconds since 1970 in UTC.
    Time,
    /// A whole number from the first to the second, kept in 8, 16 or 32 bits by its upper bound.
    Whole(u32, u32),
    /// A number from the first to the second.
    Real(f64, f64),
    /// Decimal degrees, or degrees, minutes and seconds.
    Degrees,
    /// True or false.
    Flag,
}

impl FieldKind {
    pub fn data_type(self) -> DataType {
        match self {
            Self::Text | Self::Word(_) => DataType::Utf8,
            Self::Code => DataType::UInt64,
            Self::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::Whole(_, most) if most <= 0xff => DataType::UInt8,
            Self::Whole(_, most) if most <= 0xffff => DataType::UInt16,
            Self::Whole(..) => DataType::UInt32,
            Self::Real(..) | Self::Degrees => DataType::Float64,
            Self::Flag => DataType::Boolean,
        }
    }
}

macro_rules! visit_fields {
    ($($variant:ident $name:literal $kind:expr, $need:ident;)*) => {
        /// A field of the visits table, in the order of its columns.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum VisitField { $(#[doc = concat!("`", $name, "`")] $variant,)* }

        impl VisitField {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The column's name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            pub const fn kind(self) -> FieldKind {
                match self { $(Self::$variant => $kind,)* }
            }

            /// Whether a visits table without it can't be read.
            pub const fn need(self) -> Need {
                match self { $(Self::$variant => Need::$need,)* }
            }
        }
    };
}

/// Whether a table must have a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Required,
    Optional,
}

/// More members, children or elderly than this in one household are doubted.
const MOST_MEMBERS: u32 = 99;

visit_fields! {
    VisitId "visit_id" FieldKind::Text, Required;
    HouseholdId "household_id" FieldKind::Text, Required;
    VillageCode "village_code" FieldKind::Code, Required;
    EnumeratorId "enumerator_id" FieldKind::Text, Required;
    StartedAt "started_at" FieldKind::Time, Required;
    Outcome "outcome" FieldKind::Whole(1, 6), Required;
    Longitude "longitude" FieldKind::Degrees, Optional;
    Latitude "latitude" FieldKind::Degrees, Optional;
    GpsAccuracyM "gps_accuracy_m" FieldKind::Real(0.0, 1e6), Optional;
    SupervisorId "supervisor_id" FieldKind::Text, Optional;
    DeviceId "device_id" FieldKind::Text, Optional;
    EndedAt "ended_at" FieldKind::Time, Optional;
    ReceivedAt "received_at" FieldKind::Time, Optional;
    IsMock "is_mock" FieldKind::Flag, Optional;
    UnitKind "unit_kind" FieldKind::Word(&["RT", "KEL"]), Optional;
    IdPrelist "id_prelist" FieldKind::Text, Optional;
    MusdesStatus "musdes_status" FieldKind::Whole(1, 4), Optional;
    DurationS "duration_s" FieldKind::Whole(0, 31_536_000), Optional;
    Decile "decile" FieldKind::Whole(1, 10), Optional;
    Percentile "percentile" FieldKind::Real(0.0, 100.0), Optional;
    Members "members" FieldKind::Whole(0, MOST_MEMBERS), Optional;
    Children "children" FieldKind::Whole(0, MOST_MEMBERS), Optional;
    ChildrenUnder5 "children_under_5" FieldKind::Whole(0, MOST_MEMBERS), Optional;
    Elderly "elderly" FieldKind::Whole(0, MOST_MEMBERS), Optional;
    Elderly70Plus "elderly_70_plus" FieldKind::Whole(0, MOST_MEMBERS), Optional;
    DisabledPhysical "disabled_physical" FieldKind::Whole(0, MOST_MEMBERS), Optional;
    DisabledIntellectual "disabled_intellectual" FieldKind::Whole(0, MOST_MEMBERS), Optional;
    DisabledMental "disabled_mental" FieldKind::Whole(0, MOST_MEMBERS), Optional;
    DisabledSensory "disabled_sensory" FieldKind::Whole(0, MOST_MEMBERS), Optional;
    DisabledMultiple "disabled_multiple" FieldKind::Whole(0, MOST_MEMBERS), Optional;
    Disabled "disabled" FieldKind::Whole(0, MOST_MEMBERS), Optional;
}

impl VisitField {
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The field's bit in [`Visit::doubtful`].
    pub const fn bit(self) -> u32 {
        1 << self.index()
    }

    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }
}

impl fmt::Display for VisitField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The column of position texts that are not plain numbers, as they were written: `longitude|latitude`.
pub const POSITION_TEXT: &str = "position_text";
/// The column of bits, one for each field whose value was doubtful and is therefore null.
pub const DOUBTFUL: &str = "doubtful";
/// The column of input files' numbers.
pub const SOURCE: &str = "source";
/// The column of rows' numbers in their file: a spreadsheet's for CSV (the header is row 1), from 1
/// for Parquet.
pub const SOURCE_ROW: &str = "source_row";

/// The schema of a batch of visits: the fields in order, then what the reader adds.
pub static VISIT_SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let mut fields: Vec<Field> = VisitField::ALL
        .iter()
        .map(|field| {
            let nullable = field.need() == Need::Optional || field.kind() == FieldKind::Code;
            Field::new(field.name(), field.kind().data_type(), nullable)
        })
        .collect();
    fields.push(Field::new(POSITION_TEXT, DataType::Utf8, true));
    fields.push(Field::new(DOUBTFUL, DataType::UInt32, false));
    fields.push(Field::new(SOURCE, DataType::UInt16, false));
    fields.push(Field::new(SOURCE_ROW, DataType::UInt64, false));
    Arc::new(Schema::new(fields))
});

/// What came of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Outcome {
    Completed = 1,
    NotFound = 2,
    MovedOrGone = 3,
    PartOfAnother = 4,
    Refused = 5,
    Duplicate = 6,
}

impl Outcome {
    /// The outcome of this number, 1 to 6.
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Completed,
            2 => Self::NotFound,
            3 => Self::MovedOrGone,
            4 => Self::PartOfAnother,
            5 => Self::Refused,
            6 => Self::Duplicate,
            _ => return None,
        })
    }

    /// Whether it says that the household is none of its own, so that its earlier visits don't count.
    pub const fn removes_household(self) -> bool {
        matches!(self, Self::PartOfAnother | Self::Duplicate)
    }
}

/// What says where a household counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignBy {
    /// The region that the visit declares.
    #[default]
    Declared,
    /// The position alone: the way to count again on other boundaries.
    Coordinates,
}

/// Packs a code into the number in which its column keeps it.
pub fn pack_code(code: RegionCode) -> u64 {
    code.digits() << 4 | u64::from(code.width())
}

/// The code that [`pack_code`] packed.
pub fn unpack_code(packed: u64) -> Option<RegionCode> {
    RegionCode::new(packed >> 4, (packed & 0xf) as u8)
}

/// A batch of visits in the schema [`VISIT_SCHEMA`]; further columns may follow.
pub struct VisitBatch<'a> {
    columns: &'a [ArrayRef],
    rows: usize,
    code: &'a UInt64Array,
    outcome: &'a UInt8Array,
    longitude: &'a Float64Array,
    latitude: &'a Float64Array,
    accuracy_m: &'a Float64Array,
    position_text: &'a StringArray,
    doubtful: &'a UInt32Array,
}

impl<'a> VisitBatch<'a> {
    /// Views a batch, which is in the schema [`VISIT_SCHEMA`] because a reader of ours made it.
    ///
    /// # Panics
    /// Where a column has another type: a bug in the plan.
    pub fn new(batch: &'a RecordBatch) -> Self {
        let columns = batch.columns();
        let added = VisitField::ALL.len();
        Self {
            columns,
            rows: batch.num_rows(),
            code: columns[VisitField::VillageCode.index()].as_primitive::<UInt64Type>(),
            outcome: columns[VisitField::Outcome.index()].as_primitive::<UInt8Type>(),
            longitude: columns[VisitField::Longitude.index()].as_primitive::<Float64Type>(),
            latitude: columns[VisitField::Latitude.index()].as_primitive::<Float64Type>(),
            accuracy_m: columns[VisitField::GpsAccuracyM.index()].as_primitive::<Float64Type>(),
            position_text: columns[added].as_string::<i32>(),
            doubtful: columns[added + 1].as_primitive::<UInt32Type>(),
        }
    }

    pub fn len(&self) -> usize {
        self.rows
    }

    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    pub fn visit(&'a self, row: usize) -> Visit<'a> {
        Visit { batch: self, row }
    }

    /// A column of text.
    pub fn text(&self, field: VisitField) -> &'a StringArray {
        self.columns[field.index()].as_string::<i32>()
    }

    /// A column of times.
    pub fn time(&self, field: VisitField) -> &'a TimestampMicrosecondArray {
        self.columns[field.index()].as_primitive::<TimestampMicrosecondType>()
    }

    /// A column of 8-bit whole numbers.
    pub fn small(&self, field: VisitField) -> &'a UInt8Array {
        self.columns[field.index()].as_primitive::<UInt8Type>()
    }

    /// A column of numbers.
    pub fn real(&self, field: VisitField) -> &'a Float64Array {
        self.columns[field.index()].as_primitive::<Float64Type>()
    }
}

/// One visit: a row of a [`VisitBatch`].
#[derive(Clone, Copy)]
pub struct Visit<'a> {
    batch: &'a VisitBatch<'a>,
    row: usize,
}

impl<'a> Visit<'a> {
    /// The region code that the visit declares, where it is one.
    pub fn declared(self) -> Option<RegionCode> {
        value(self.batch.code, self.row).and_then(unpack_code)
    }

    pub fn outcome(self) -> Outcome {
        Outcome::from_number(self.batch.outcome.value(self.row))
            .expect("the reader lets 1 to 6 through")
    }

    /// Degrees east as given, not yet a position; null where nothing readable was given.
    pub fn longitude(self) -> Option<f64> {
        value(self.batch.longitude, self.row)
    }

    /// Degrees north as given, not yet a position; null where nothing readable was given.
    pub fn latitude(self) -> Option<f64> {
        value(self.batch.latitude, self.row)
    }

    pub fn accuracy_m(self) -> Option<f64> {
        value(self.batch.accuracy_m, self.row)
    }

    /// The position as it was written, `longitude|latitude`, where that is not two plain numbers.
    pub fn position_text(self) -> Option<&'a str> {
        let texts = self.batch.position_text;
        texts.is_valid(self.row).then(|| texts.value(self.row))
    }

    /// A field of text.
    pub fn text(self, field: VisitField) -> Option<&'a str> {
        let texts = self.batch.text(field);
        texts.is_valid(self.row).then(|| texts.value(self.row))
    }

    /// A field of time, in microseconds since 1970 in UTC.
    pub fn time_us(self, field: VisitField) -> Option<i64> {
        value(self.batch.time(field), self.row)
    }

    /// When it began, in microseconds since 1970 in UTC.
    pub fn started_us(self) -> i64 {
        self.batch.time(VisitField::StartedAt).value(self.row)
    }

    /// When it ended: as told, or by its duration.
    pub fn ended_us(self) -> Option<i64> {
        let durations = self.batch.columns[VisitField::DurationS.index()].as_primitive();
        let by_duration = || {
            let seconds = value::<UInt32Type>(durations, self.row)?;
            Some(self.started_us() + i64::from(seconds) * 1_000_000)
        };
        self.time_us(VisitField::EndedAt).or_else(by_duration)
    }

    /// Whether the device says that its position was set by hand.
    pub fn is_mock(self) -> bool {
        let flags = self.batch.columns[VisitField::IsMock.index()].as_boolean();
        flags.is_valid(self.row) && flags.value(self.row)
    }

    /// A count of 8 bits, `None` where it is not told.
    pub fn count(self, field: VisitField) -> Option<u8> {
        value(self.batch.small(field), self.row)
    }

    /// One bit for each field whose value was doubtful ([`VisitField::bit`]).
    pub fn doubtful(self) -> u32 {
        self.batch.doubtful.value(self.row)
    }
}

fn value<T: arrow::datatypes::ArrowPrimitiveType>(
    array: &arrow::array::PrimitiveArray<T>,
    row: usize,
) -> Option<T::Native> {
    array.is_valid(row).then(|| array.value(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_a_bit() {
        assert!(VisitField::ALL.len() <= 32);
    }

    #[test]
    fn unpacks_the_code_it_packed() {
        for text in ["01", "3171010001", "9999999999"] {
            let code: RegionCode = text.parse().unwrap();
            assert_eq!(unpack_code(pack_code(code)), Some(code));
        }
    }
}
