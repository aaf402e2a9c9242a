//! The leaf table as a columnar batch, in which it is stored and read back.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, UInt64Array};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, UInt64Type};
use h3o::{CellIndex, Resolution};
use serde::{Deserialize, Serialize};

use super::leaves::{LeafColumns, LeafFacts, LeafTable, Protection};
use crate::domain::indicator::{CubeColumn, Indicators, PovertyThreshold};
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
    #[error("row {row} of the leaf table stands out of order or twice; build the release again")]
    Order { row: usize },
}

impl LeafTable {
    /// The leaves as a batch: `region` (code, or null), `hexagon` (H3 index, or null), then the cube's
    /// columns, all null where the input does not hold them. The first column's metadata says the rest.
    pub fn to_batch(&self, tree: &RegionTree) -> RecordBatch {
        let code = |region: Option<RegionId>| region.map(|id| tree.get(id).code.to_string());
        let regions: StringArray = self.columns.regions.iter().map(|id| code(*id)).collect();
        let cell = |cell: &Option<CellIndex>| cell.map(u64::from);
        let hexagons: UInt64Array = self.columns.hexagons.iter().map(cell).collect();
        let mut arrays: Vec<ArrayRef> = vec![Arc::new(regions), Arc::new(hexagons)];
        for counts in &self.columns.counts {
            arrays.push(Arc::new(match counts {
                Some(counts) => Int64Array::new(counts.clone(), None),
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
        let facts = LeafFacts::read(batch.schema_ref()).ok_or(LeafError::Facts)?;
        let regions = read_regions(batch, tree)?;
        let hexagons = read_hexagons(batch)?;
        let held = Indicators::embedded().held(facts.fields);
        let counts = CubeColumn::ALL
            .into_iter()
            .map(|column| read_counts(batch, column, held & column.bit() != 0))
            .collect::<Result<_, _>>()?;
        for row in 1..regions.len() {
            if (regions[row - 1], hexagons[row - 1]) >= (regions[row], hexagons[row]) {
                return Err(LeafError::Order { row });
            }
        }
        Ok(Self::assemble(facts, LeafColumns { regions, hexagons, counts }, tree))
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
}

impl LeafFacts {
    fn schema(self) -> Schema {
        let fields = VisitField::ALL.iter().filter(|field| self.fields & field.bit() != 0);
        let facts = WrittenFacts {
            protection: self.protection,
            poverty_threshold: self.threshold,
            fields: fields.map(|field| field.name().to_owned()).collect(),
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
        let WrittenFacts { protection, poverty_threshold, .. } = facts;
        Some(Self { protection, threshold: poverty_threshold, fields })
    }
}

fn read_regions(
    batch: &RecordBatch,
    tree: &RegionTree,
) -> Result<Vec<Option<RegionId>>, LeafError> {
    let column = batch.column_by_name(REGION).and_then(|column| column.as_string_opt::<i32>());
    let mut last: (Option<&str>, Option<RegionId>) = (None, None);
    let mut regions = Vec::with_capacity(batch.num_rows());
    for text in column.ok_or(LeafError::Column { name: REGION })? {
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

fn read_hexagons(batch: &RecordBatch) -> Result<Vec<Option<CellIndex>>, LeafError> {
    let column = batch.column_by_name(HEXAGON);
    let column = column.and_then(|column| column.as_primitive_opt::<UInt64Type>());
    let cell = |value: u64| {
        let cell = CellIndex::try_from(value).ok();
        let shown = [Resolution::Seven, Resolution::Eight];
        let cell = cell.filter(|cell| shown.contains(&cell.resolution()));
        cell.ok_or(LeafError::Hexagon { value })
    };
    let column = column.ok_or(LeafError::Column { name: HEXAGON })?;
    column.iter().map(|value| value.map(cell).transpose()).collect()
}

fn read_counts(
    batch: &RecordBatch,
    column: CubeColumn,
    is_held: bool,
) -> Result<Option<arrow::buffer::ScalarBuffer<i64>>, LeafError> {
    let name = column.name();
    let array = batch.column_by_name(name);
    let array = array.and_then(|array| array.as_primitive_opt::<Int64Type>());
    let array = array.ok_or(LeafError::Column { name })?;
    let nulls = if is_held { 0 } else { array.len() };
    if array.null_count() != nulls {
        return Err(LeafError::Column { name });
    }
    Ok(is_held.then(|| array.values().clone()))
}
