//! The leaf table as a columnar batch, in which it is stored and read back.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, UInt64Array};
use arrow::buffer::ScalarBuffer;
use arrow::datatypes::{DataType, Field, Int64Type, Schema, UInt64Type};
use h3o::{CellIndex, Resolution};
use serde::{Deserialize, Serialize};

use super::leaves::{LeafFacts, LeafPlaces, LeafTable, Protection};
use super::policy::Policy;
use super::status::CoverageTerms;
use crate::domain::indicator::{CubeColumn, Indicators, PovertyThreshold};
use crate::domain::programme::Programme;
use crate::domain::region::{RegionId, RegionTree};
use crate::domain::visit::VisitField;

const REGION: &str = "region";
const HEXAGON: &str = "hexagon";
/// The metadata that says what is true of all leaves. It is the region column's and not the schema's,
/// because the reader of Parquet drops the schema's; and one text, because a map of several has no order.
const FACTS: &str = "sebaran.leaves";

/// A batch that is no leaf table of these regions.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LeafError {
    #[error("the leaf table does not say in `{FACTS}` what it is; build the release again")]
    Facts,
    #[error("the leaf table has no column `{name}` of the right type; build the release again")]
    Column { name: &'static str },
    #[error("the leaf table has the region `{code}`, which is not in the regions `{version}`")]
    Region { code: String, version: String },
    #[error("the leaf table has the hexagon {value:x}, which is none of resolution 7 or 8")]
    Hexagon { value: u64 },
    #[error(
        "the column `{name}` of the leaf table holds more than can be counted; build the release again"
    )]
    TooMany { name: &'static str },
    #[error("row {row} of the leaf table stands out of order or twice; build the release again")]
    Order { row: usize },
}

impl LeafTable {
    /// The leaves as a batch: `region` (code, or null), `hexagon` (H3 index, or null), then the cube's
    /// columns, all null where the input does not hold them. The first column's metadata says the rest.
    pub fn to_batch(&self, tree: &RegionTree) -> RecordBatch {
        let leaves = &self.leaves;
        let code = |region: Option<RegionId>| region.map(|id| tree.get(id).code.to_string());
        let regions: StringArray =
            leaves.by_region().map(|place| code(leaves.region(place))).collect();
        let cell = |place: usize| leaves.hexagons()[place].map(u64::from);
        let hexagons: UInt64Array = leaves.by_region().map(cell).collect();
        let mut arrays: Vec<ArrayRef> = vec![Arc::new(regions), Arc::new(hexagons)];
        for column in CubeColumn::ALL {
            arrays.push(Arc::new(match leaves.counts_by_region(column) {
                Some(counts) => Int64Array::from(counts),
                None => Int64Array::new_null(self.len()),
            }));
        }
        RecordBatch::try_new(Arc::new(self.facts.schema()), arrays)
            .expect("the arrays are made in the order, type and length of the schema")
    }

    /// Reads a batch that [`LeafTable::to_batch`] made on the same regions.
    ///
    /// # Errors
    /// [`LeafError`] where it is not such a batch.
    pub fn from_batch(batch: &RecordBatch, tree: &RegionTree) -> Result<Self, LeafError> {
        let column = |name| batch.column_by_name(name).cloned().ok_or(LeafError::Column { name });
        Self::from_columns(batch.schema_ref(), column, tree)
    }

    /// Reads the columns of such a batch as they are asked for, several at the same time: a nation's take
    /// more memory together than the table that is made of them.
    ///
    /// # Errors
    /// [`LeafError`] as an `E` where they are not such columns, and what `column` refuses.
    pub fn from_columns<E: From<LeafError> + Send>(
        schema: &Schema,
        column: impl Fn(&'static str) -> Result<ArrayRef, E> + Sync,
        tree: &RegionTree,
    ) -> Result<Self, E> {
        let facts = LeafFacts::read(schema).ok_or(LeafError::Facts)?;
        let (regions, hexagons) = rayon::join(
            || Ok::<_, E>(read_regions(&column(REGION)?, tree)?),
            || Ok::<_, E>(read_hexagons(&column(HEXAGON)?)?),
        );
        let places = LeafPlaces { regions: regions?, hexagons: hexagons? };
        places.check_order()?;
        let held = facts.held(&Indicators::embedded());
        let counts = |wanted: CubeColumn| {
            let is_held = held & wanted.bit() != 0;
            // Leaves that were made before coverage was published lack its columns.
            if !is_held && CubeColumn::PRELIST.contains(&wanted) {
                return Ok(None);
            }
            Ok(read_counts(&column(wanted.name())?, wanted.name(), is_held)?)
        };
        Self::load(facts, &places, counts, tree)
    }
}

impl LeafPlaces {
    fn check_order(&self) -> Result<(), LeafError> {
        for row in 1..self.regions.len() {
            let key = |row: usize| (self.regions[row], self.hexagons[row]);
            if key(row - 1) >= key(row) {
                return Err(LeafError::Order { row });
            }
        }
        Ok(())
    }
}

/// What is true of all leaves, as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFacts {
    protection: Protection,
    poverty_threshold: PovertyThreshold,
    /// The visit fields that the input held, in the order of the table.
    fields: Vec<String>,
    /// The programmes of which it is known whom they reach.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    programmes: Vec<Programme>,
    /// Whether a prelist was given.
    #[serde(default)]
    prelist: bool,
    #[serde(default)]
    coverage: CoverageTerms,
    /// Of public leaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<Policy>,
}

impl LeafFacts {
    fn schema(&self) -> Schema {
        let fields = VisitField::ALL.iter().filter(|field| self.fields & field.bit() != 0);
        let facts = WrittenFacts {
            protection: self.protection,
            poverty_threshold: self.threshold,
            fields: fields.map(|field| field.name().to_owned()).collect(),
            programmes: self.programmes.clone(),
            prelist: self.has_prelist,
            coverage: self.coverage,
            policy: self.policy,
        };
        let facts = serde_json::to_string(&facts).expect("words and a number can be written");
        let metadata = HashMap::from([(FACTS.to_owned(), facts)]);
        let region = Field::new(REGION, DataType::Utf8, true).with_metadata(metadata);
        let mut columns = vec![region, Field::new(HEXAGON, DataType::UInt64, true)];
        for column in CubeColumn::ALL {
            columns.push(Field::new(column.name(), DataType::Int64, true));
        }
        Schema::new(columns)
    }

    fn read(schema: &Schema) -> Option<Self> {
        let facts = schema.field_with_name(REGION).ok()?.metadata().get(FACTS)?;
        let facts: WrittenFacts = serde_json::from_str(facts).ok()?;
        let mut fields = 0;
        for name in &facts.fields {
            fields |= VisitField::find(name)?.bit();
        }
        let WrittenFacts {
            protection,
            poverty_threshold,
            programmes,
            prelist,
            coverage,
            policy,
            ..
        } = facts;
        // Public figures without the policy of their noise would be told as exact ones.
        let is_whole = (protection == Protection::Public) == policy.is_some();
        let threshold = poverty_threshold;
        let has_prelist = prelist;
        is_whole.then_some(Self {
            protection,
            threshold,
            fields,
            programmes,
            has_prelist,
            coverage,
            policy,
        })
    }
}

fn read_regions(column: &dyn Array, tree: &RegionTree) -> Result<Vec<Option<RegionId>>, LeafError> {
    let column = column.as_string_opt::<i32>().ok_or(LeafError::Column { name: REGION })?;
    let mut last: (Option<&str>, Option<RegionId>) = (None, None);
    let mut regions = Vec::with_capacity(column.len());
    for text in column {
        if text != last.0 {
            last = (text, text.map(|text| find_region(text, tree)).transpose()?);
        }
        regions.push(last.1);
    }
    Ok(regions)
}

fn find_region(text: &str, tree: &RegionTree) -> Result<RegionId, LeafError> {
    let found = text.parse().ok().and_then(|code| tree.find(code));
    found.ok_or_else(|| LeafError::Region {
        code: text.to_owned(),
        version: tree.version().to_string(),
    })
}

fn read_hexagons(column: &dyn Array) -> Result<Vec<Option<CellIndex>>, LeafError> {
    let cell = |value: u64| {
        let cell = CellIndex::try_from(value).ok();
        let shown = [Resolution::Seven, Resolution::Eight];
        let cell = cell.filter(|cell| shown.contains(&cell.resolution()));
        cell.ok_or(LeafError::Hexagon { value })
    };
    let column = column.as_primitive_opt::<UInt64Type>();
    let column = column.ok_or(LeafError::Column { name: HEXAGON })?;
    let mut hexagons = Vec::with_capacity(column.len());
    for value in column {
        hexagons.push(value.map(cell).transpose()?);
    }
    Ok(hexagons)
}

/// What the counts of a column may be together, signs left out: 30,000 times the people on Earth. No sum of them, nor
/// of all columns, can then pass the largest number.
const MOST: u64 = 1 << 48;

fn read_counts(
    column: &dyn Array,
    name: &'static str,
    is_held: bool,
) -> Result<Option<ScalarBuffer<i64>>, LeafError> {
    let column = column.as_primitive_opt::<Int64Type>().ok_or(LeafError::Column { name })?;
    let nulls = if is_held { 0 } else { column.len() };
    if column.null_count() != nulls {
        return Err(LeafError::Column { name });
    }
    if is_held
        && column.values().iter().map(|count| count.unsigned_abs()).fold(0, u64::saturating_add)
            > MOST
    {
        return Err(LeafError::TooMany { name });
    }
    Ok(is_held.then(|| column.values().clone()))
}
