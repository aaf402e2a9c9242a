//! What a partition of the second pass comes to, as rows: what was written, the accounts, the cube.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BinaryBuilder, RecordBatch, StringArray, UInt32Array,
    UInt64Array,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt32Type, UInt64Type};
use arrow::error::ArrowError;
use h3o::CellIndex;
use serde::{Deserialize, Serialize};

use crate::check::Rule;
use crate::count::{Accounts, Cell, Cube, CubeKey, Quality, UnknownCell};
use crate::domain::indicator::{Counts, CubeColumn};
use crate::domain::programme::TargetingTable;
use crate::domain::region::RegionId;
use crate::engine::doubtful::Doubtful;
use crate::engine::end::Ended;

/// One row tells the [`Summary`], each other one a cell of the cube, households of a region whose figures are
/// unknown, or persons of a cell that are beyond the bounds of a household.
pub static ENDED_SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new("summary", DataType::Utf8, true),
        Field::new("region", DataType::UInt32, true),
        Field::new("hexagon", DataType::UInt64, true),
        Field::new("counts", DataType::Binary, true),
        Field::new("unknown", DataType::Binary, true),
        Field::new("beyond", DataType::Binary, true),
    ]))
});

/// What a partition came to, but for its cube.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The folder of the attempt, in the folder for work.
    pub folder: String,
    /// The names of the files in it, in `placed` and in `findings` alike.
    pub files: Vec<String>,
    pub accounts: Accounts,
    /// By the rules' numbers.
    pub findings: Vec<(u8, u64)>,
    pub quality: Quality,
    pub doubtful: Doubtful,
    /// The visit that stands in the input with different contents.
    pub unequal: Option<String>,
}

impl Summary {
    pub fn new(folder: &Path, files: Vec<String>, ended: &Ended) -> Self {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        Self {
            folder: name.into_owned(),
            files,
            accounts: ended.accounts,
            findings: ended.findings.iter().map(|(rule, count)| (*rule as u8, *count)).collect(),
            quality: ended.quality.clone(),
            doubtful: ended.doubtful.clone(),
            unequal: None,
        }
    }

    /// Of a partition that stopped at such a visit.
    pub fn unequal(visit_id: String) -> Self {
        Self {
            folder: String::new(),
            files: Vec::new(),
            accounts: Accounts::default(),
            findings: Vec::new(),
            quality: Quality::default(),
            doubtful: Doubtful::default(),
            unequal: Some(visit_id),
        }
    }
}

/// A batch of the summary alone.
///
/// # Errors
/// Those of Arrow.
pub fn summary_rows(summary: &Summary) -> Result<RecordBatch, ArrowError> {
    let text = serde_json::to_string(summary).expect("a summary is JSON");
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(vec![text])),
        Arc::new(UInt32Array::new_null(1)),
        Arc::new(UInt64Array::new_null(1)),
        Arc::new(BinaryArray::new_null(1)),
        Arc::new(BinaryArray::new_null(1)),
        Arc::new(BinaryArray::new_null(1)),
    ];
    RecordBatch::try_new(Arc::clone(&ENDED_SCHEMA), columns)
}

/// Batches of a cube's cells.
///
/// # Errors
/// Those of Arrow.
pub fn cube_rows(cube: &Cube, most: usize) -> Result<Vec<RecordBatch>, ArrowError> {
    let cells: Vec<(CubeKey, &Cell)> = cube.cells().collect();
    let unknown: Vec<(Option<RegionId>, &UnknownCell)> = cube.unknown().collect();
    let beyond: Vec<(CubeKey, &Counts)> = cube.beyond().collect();
    let cells = cells.chunks(most).map(cell_rows).chain(unknown.chunks(most).map(unknown_rows));
    cells.chain(beyond.chunks(most).map(beyond_rows)).collect()
}

fn beyond_rows(cells: &[(CubeKey, &Counts)]) -> Result<RecordBatch, ArrowError> {
    let mut beyond = BinaryBuilder::new();
    for (_, counts) in cells {
        let bytes = counts.iter().flat_map(|count| count.to_le_bytes());
        beyond.append_value(bytes.collect::<Vec<u8>>());
    }
    let [regions, hexagons] = places(cells.iter().map(|(key, _)| *key));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::new_null(cells.len())),
        regions,
        hexagons,
        Arc::new(BinaryArray::new_null(cells.len())),
        Arc::new(BinaryArray::new_null(cells.len())),
        Arc::new(beyond.finish()),
    ];
    RecordBatch::try_new(Arc::clone(&ENDED_SCHEMA), columns)
}

/// The columns `region` and `hexagon` of these keys.
fn places(keys: impl Iterator<Item = CubeKey> + Clone) -> [ArrayRef; 2] {
    let regions = keys.clone().map(|key| key.region.map(|region| region.0));
    let hexagons = keys.map(|key| key.hexagon.map(u64::from));
    [Arc::new(regions.collect::<UInt32Array>()), Arc::new(hexagons.collect::<UInt64Array>())]
}

fn unknown_rows(regions: &[(Option<RegionId>, &UnknownCell)]) -> Result<RecordBatch, ArrowError> {
    let mut unknown = BinaryBuilder::new();
    for (_, cell) in regions {
        let figures = cell.counts.iter().map(|count| count.to_le_bytes());
        let digests = cell.digests.iter().map(|digest| digest.to_le_bytes());
        unknown.append_value(figures.chain(digests).flatten().collect::<Vec<u8>>());
    }
    let codes = regions.iter().map(|(region, _)| region.map(|region| region.0));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::new_null(regions.len())),
        Arc::new(codes.collect::<UInt32Array>()),
        Arc::new(UInt64Array::new_null(regions.len())),
        Arc::new(BinaryArray::new_null(regions.len())),
        Arc::new(unknown.finish()),
        Arc::new(BinaryArray::new_null(regions.len())),
    ];
    RecordBatch::try_new(Arc::clone(&ENDED_SCHEMA), columns)
}

fn cell_rows(cells: &[(CubeKey, &Cell)]) -> Result<RecordBatch, ArrowError> {
    let mut counts = BinaryBuilder::new();
    for (_, cell) in cells {
        let figures = cell.counts.iter().map(|count| count.to_le_bytes());
        let digests = cell.digests.iter().map(|digest| digest.to_le_bytes());
        let bytes: Vec<u8> = figures.chain(digests).flatten().collect();
        counts.append_value(bytes);
    }
    let [regions, hexagons] = places(cells.iter().map(|(key, _)| *key));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::new_null(cells.len())),
        regions,
        hexagons,
        Arc::new(counts.finish()),
        Arc::new(BinaryArray::new_null(cells.len())),
        Arc::new(BinaryArray::new_null(cells.len())),
    ];
    RecordBatch::try_new(Arc::clone(&ENDED_SCHEMA), columns)
}

/// What all partitions came to.
#[derive(Debug, Default)]
pub struct AllEnded {
    pub summaries: Vec<Summary>,
    cube: Cube,
}

impl AllEnded {
    /// Takes the next rows of any partition.
    ///
    /// # Errors
    /// Where they are not as [`summary_rows`] and [`cube_rows`] make them.
    pub fn take(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        let summaries = batch.column(0).as_string::<i32>();
        let regions = batch.column(1).as_primitive::<UInt32Type>();
        let hexagons = batch.column(2).as_primitive::<UInt64Type>();
        let counts = batch.column(3).as_binary::<i32>();
        let unknown = batch.column(4).as_binary::<i32>();
        let beyond = batch.column(5).as_binary::<i32>();
        for row in 0..batch.num_rows() {
            if summaries.is_valid(row) {
                let summary = serde_json::from_str(summaries.value(row));
                self.summaries.push(summary.map_err(|e| ArrowError::JsonError(e.to_string()))?);
                continue;
            }
            let region = regions.is_valid(row).then(|| RegionId(regions.value(row)));
            if unknown.is_valid(row) {
                self.cube.add_unknown(region, &unknown_of(unknown.value(row)));
                continue;
            }
            let hexagon = hexagons.is_valid(row).then(|| CellIndex::try_from(hexagons.value(row)));
            let hexagon = hexagon.transpose().map_err(|e| ArrowError::ParseError(e.to_string()))?;
            let key = CubeKey { region, hexagon };
            if beyond.is_valid(row) {
                let mut counts = [0; CubeColumn::COUNT];
                read_words(beyond.value(row), &mut counts, &mut []);
                self.cube.add_beyond(key, &counts);
                continue;
            }
            self.cube.add_cell(key, &cell_of(counts.value(row)));
        }
        Ok(())
    }

    /// The sums of all partitions.
    pub fn sum(self) -> Ended {
        let (mut accounts, mut findings) = (Accounts::default(), BTreeMap::new());
        let (mut quality, mut doubtful) = (Quality::default(), Doubtful::default());
        for summary in self.summaries {
            quality.merge(summary.quality);
            doubtful.merge(summary.doubtful);
            accounts.merge(&summary.accounts);
            for (rule, count) in &summary.findings {
                let rule = Rule::from_number(*rule).expect("an executor is of the same program");
                *findings.entry(rule).or_default() += count;
            }
        }
        // A cluster joins no registers.
        let targeting = TargetingTable::new();
        Ended { cube: self.cube, accounts, findings, quality, doubtful, targeting }
    }
}

/// The counts of a cell, then the digests.
fn cell_of(bytes: &[u8]) -> Cell {
    let mut cell = Cell::default();
    read_words(bytes, &mut cell.counts, &mut cell.digests);
    cell
}

fn unknown_of(bytes: &[u8]) -> UnknownCell {
    let mut cell = UnknownCell::default();
    read_words(bytes, &mut cell.counts, &mut cell.digests);
    cell
}

fn read_words(bytes: &[u8], counts: &mut [i64], digests: &mut [u64]) {
    let (words, _) = bytes.as_chunks();
    let (first, others) = words.split_at(counts.len().min(words.len()));
    for (count, word) in counts.iter_mut().zip(first) {
        *count = i64::from_le_bytes(*word);
    }
    for (digest, word) in digests.iter_mut().zip(others) {
        *digest = u64::from_le_bytes(*word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::table::Table;

    #[test]
    fn what_partitions_came_to_travels_whole() {
        let mut ended = Ended {
            cube: Cube::default(),
            accounts: Accounts { counted: 3, ..Accounts::default() },
            findings: BTreeMap::from([(Rule::NullIsland, 2)]),
            quality: Quality::default(),
            doubtful: Doubtful::default(),
            targeting: TargetingTable::new(),
        };
        let hexagon = CellIndex::try_from(0x088_283_4706_dfff_ff).ok();
        for (region, count) in [(Some(RegionId(4)), 1_i64), (None, 2)] {
            let key = CubeKey { region, hexagon: hexagon.filter(|_| region.is_some()) };
            let digests = [count.cast_unsigned() << 40; Table::COUNT];
            let cell = Cell { counts: [count; CubeColumn::COUNT], digests };
            ended.cube.add_cell(key, &cell);
            let unknown = UnknownCell { counts: [count; 3], digests: [7; 3] };
            ended.cube.add_unknown(region, &unknown);
            ended.cube.add_beyond(key, &[count; CubeColumn::COUNT]);
        }
        let summary =
            Summary::new(Path::new("/shared/attempt-1"), vec!["11.parquet".into()], &ended);
        let mut all = AllEnded::default();
        all.take(&summary_rows(&summary).unwrap()).unwrap();
        for batch in cube_rows(&ended.cube, 1).unwrap() {
            all.take(&batch).unwrap();
        }
        assert_eq!(all.summaries, [summary]);
        assert_eq!(all.summaries[0].folder, "attempt-1");
        assert_eq!(all.sum(), ended);
    }
}
