//! The content that a release's public figures were made of: the cube with its digests, on the disk of the register.
//!
//! It is exact and restricted. By it an audit makes the public figures again, and the next release knows what changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, UInt64Array};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, UInt64Type};
use h3o::CellIndex;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::{Release, StoreError};
use crate::count::{Cell, Cube, CubeKey, PrelistCell, ReachCell, UnknownCell};
use crate::domain::indicator::CubeColumn;
use crate::domain::programme::Programme;
use crate::domain::region::{RegionId, RegionTree};
use crate::domain::table::Table;

/// The content's name in a release.
pub const CONTENT: &str = "content.parquet";

/// Rows in one batch.
const ROWS: usize = 1 << 16;

/// Writes the content into a release that is being made: a row for each cell, in the order of their keys.
///
/// # Errors
/// [`StoreError`] where it can't be written.
pub fn write(folder: &Path, cube: &Cube, regions: &RegionTree) -> Result<(), StoreError> {
    let path = folder.join(CONTENT);
    let refuse = |error| StoreError::parquet("write the content", &path)(error);
    let file = File::create(&path).map_err(StoreError::io("write", &path))?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROWS))
        .build();
    let programmes = cube.programmes();
    let schema = Arc::new(schema(&programmes, cube.has_prelist()));
    let mut writer =
        ArrowWriter::try_new(BufWriter::new(file), Arc::clone(&schema), Some(properties))
            .map_err(refuse)?;
    let cells: Vec<(CubeKey, &Cell)> = cube.cells().collect();
    let beside = Beside::of(cube);
    for rows in cells.chunks(ROWS) {
        let mut columns = columns(rows, &beside, regions);
        columns.extend(of_persons().map(|column| beyond(rows, cube, column)));
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns)
            .expect("the columns are made in the order of the schema, all of one length");
        writer.write(&batch).map_err(refuse)?;
    }
    writer.close().map(drop).map_err(refuse)
}

fn schema(programmes: &[Programme], has_prelist: bool) -> Schema {
    let mut fields = vec![
        Field::new("region", DataType::Utf8, true),
        Field::new("hexagon", DataType::UInt64, true),
    ];
    let counts = |column: &CubeColumn| Field::new(column.name(), DataType::Int64, true);
    let digest = |table: Table| Field::new(digest_name(table), DataType::UInt64, true);
    fields.extend(CubeColumn::ALL[..CubeColumn::COUNT].iter().map(counts));
    fields.extend(Table::OF_CELLS.map(digest));
    let tables = programmes.iter().map(|programme| Table::of_programme(*programme));
    let prelist = has_prelist.then_some(Table::Coverage);
    for table in tables.chain(Table::UNKNOWN).chain(prelist) {
        fields.extend(table.columns().iter().map(counts));
        fields.push(digest(table));
    }
    let beyond = |column: CubeColumn| Field::new(beyond_name(column), DataType::Int64, true);
    fields.extend(of_persons().map(beyond));
    Schema::new(fields)
}

/// The columns of persons, of whom some may be beyond the bounds of a household.
fn of_persons() -> impl Iterator<Item = CubeColumn> {
    CubeColumn::AGES.into_iter().chain(CubeColumn::DISABILITIES)
}

/// The column of persons of another that are beyond the bounds; null where none are.
fn beyond_name(column: CubeColumn) -> String {
    format!("beyond_{}", column.name())
}

fn digest_name(table: Table) -> String {
    format!("digest_{}", table.name())
}

/// What is counted by region alone: of each table how many columns it has, and by region their counts and the digest.
struct Beside(Vec<(usize, ByRegion)>);

type ByRegion = BTreeMap<Option<RegionId>, (Vec<i64>, u64)>;

impl Beside {
    fn of(cube: &Cube) -> Self {
        let reach = cube.programmes().into_iter().map(|programme| {
            let cells = cube.reach(programme);
            let cells = cells.map(|(region, it)| (region, (it.counts.to_vec(), it.digest)));
            (Table::of_programme(programme).columns().len(), cells.collect())
        });
        let unknown = (0..Table::UNKNOWN.len()).map(|at| {
            let cells = cube.unknown();
            let cells = cells.map(|(region, it)| (region, (vec![it.counts[at]], it.digests[at])));
            (1, cells.collect())
        });
        let prelist = cube.has_prelist().then(|| {
            let cells = cube.prelist();
            let cells = cells.map(|(region, it)| (region, (it.counts.to_vec(), it.digest)));
            (CubeColumn::PRELIST.len(), cells.collect())
        });
        Self(reach.chain(unknown).chain(prelist).collect())
    }
}

fn columns(rows: &[(CubeKey, &Cell)], beside: &Beside, regions: &RegionTree) -> Vec<ArrayRef> {
    let code = |(key, _): &(CubeKey, _)| key.region.map(|id| regions.get(id).code.to_string());
    let hexagon = |(key, _): &(CubeKey, _)| key.hexagon.map(u64::from);
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(rows.iter().map(code).collect::<StringArray>()),
        Arc::new(rows.iter().map(hexagon).collect::<UInt64Array>()),
    ];
    for column in 0..CubeColumn::COUNT {
        let counts = rows.iter().map(|(_, cell)| cell.counts[column]);
        columns.push(Arc::new(Int64Array::from_iter_values(counts)));
    }
    for table in Table::OF_CELLS {
        let digests = rows.iter().map(|(_, cell)| cell.digests[table.index()]);
        columns.push(Arc::new(UInt64Array::from_iter_values(digests)));
    }
    for (classes, by_region) in &beside.0 {
        let found: Vec<_> = rows
            .iter()
            .map(|(key, _)| key.hexagon.is_none().then(|| by_region.get(&key.region)).flatten())
            .collect();
        for class in 0..*classes {
            let counts = found.iter().map(|it| it.map(|(counts, _)| counts[class]));
            columns.push(Arc::new(counts.collect::<Int64Array>()));
        }
        let digests = found.iter().map(|it| it.map(|(_, digest)| *digest));
        columns.push(Arc::new(digests.collect::<UInt64Array>()));
    }
    columns
}

/// The persons of a column beyond the bounds of a household, cell by cell.
fn beyond(rows: &[(CubeKey, &Cell)], cube: &Cube, column: CubeColumn) -> ArrayRef {
    let of_cell =
        |(key, _): &(CubeKey, _)| cube.beyond_of(key).map(|counts| counts[column.index()]);
    Arc::new(rows.iter().map(of_cell).collect::<Int64Array>())
}

/// Reads the content of a release that was built on these regions.
///
/// # Errors
/// [`StoreError`] where there is none, it can't be read, or it is none of these regions.
pub fn read(release: &Release, regions: &RegionTree) -> Result<Cube, StoreError> {
    let path = release.file(CONTENT)?;
    let refuse = |error| StoreError::parquet("read the content", &path)(error);
    let file = File::open(&path).map_err(StoreError::io("read", &path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(refuse)?;
    let names: BTreeSet<String> =
        builder.schema().fields().iter().map(|field| field.name().clone()).collect();
    let is_known =
        |programme: &Programme| names.contains(&digest_name(Table::of_programme(*programme)));
    let programmes: Vec<Programme> = Programme::ALL.into_iter().filter(is_known).collect();
    let mut cube = Cube::default();
    programmes.iter().for_each(|programme| cube.know(*programme));
    if names.contains(&digest_name(Table::Coverage)) {
        cube.know_prelist();
    }
    for batch in builder.with_batch_size(ROWS).build().map_err(refuse)? {
        let batch = batch.map_err(|error| refuse(error.into()))?;
        let rows = Rows { batch: &batch, path: &path };
        rows.add(&mut cube, &programmes, regions)?;
    }
    Ok(cube)
}

struct Rows<'a> {
    batch: &'a RecordBatch,
    path: &'a Path,
}

impl Rows<'_> {
    fn add(
        &self,
        cube: &mut Cube,
        programmes: &[Programme],
        regions: &RegionTree,
    ) -> Result<(), StoreError> {
        let keys = self.keys(regions)?;
        let mut cells = vec![Cell::default(); keys.len()];
        for (at, column) in CubeColumn::ALL[..CubeColumn::COUNT].iter().enumerate() {
            let counts = self.counts(*column)?;
            cells.iter_mut().zip(counts.values()).for_each(|(cell, it)| cell.counts[at] = *it);
        }
        for table in Table::OF_CELLS {
            let digests = self.digests(table)?;
            let digests = cells.iter_mut().zip(digests.values());
            digests.for_each(|(cell, it)| cell.digests[table.index()] = *it);
        }
        keys.iter().zip(&cells).for_each(|(key, cell)| cube.add_cell(*key, cell));
        for programme in programmes {
            let table = Table::of_programme(*programme);
            let digests = self.digests(table)?;
            let counts = table.columns().iter().map(|column| self.counts(*column));
            let counts = counts.collect::<Result<Vec<_>, _>>()?;
            for row in (0..keys.len()).filter(|row| digests.is_valid(*row)) {
                let mut cell = ReachCell { digest: digests.value(row), ..ReachCell::default() };
                cell.counts.iter_mut().zip(&counts).for_each(|(it, from)| *it = from.value(row));
                cube.add_reach(*programme, keys[row].region, &cell);
            }
        }
        if cube.has_prelist() {
            self.add_prelist(cube, &keys)?;
        }
        self.add_beyond(cube, &keys)?;
        self.add_unknown(cube, &keys)
    }

    fn add_beyond(&self, cube: &mut Cube, keys: &[CubeKey]) -> Result<(), StoreError> {
        let named = |column| Ok((column, self.count_column(&beyond_name(column))?));
        let columns = of_persons().map(named).collect::<Result<Vec<_>, StoreError>>()?;
        for row in (0..keys.len()).filter(|row| columns[0].1.is_valid(*row)) {
            let mut counts = [0; CubeColumn::COUNT];
            for (column, values) in &columns {
                counts[column.index()] = values.value(row);
            }
            cube.add_beyond(keys[row], &counts);
        }
        Ok(())
    }

    fn add_prelist(&self, cube: &mut Cube, keys: &[CubeKey]) -> Result<(), StoreError> {
        let digests = self.digests(Table::Coverage)?;
        let counts = CubeColumn::PRELIST.iter().map(|column| self.counts(*column));
        let counts = counts.collect::<Result<Vec<_>, _>>()?;
        for row in (0..keys.len()).filter(|row| digests.is_valid(*row)) {
            let mut cell = PrelistCell { digest: digests.value(row), ..PrelistCell::default() };
            cell.counts.iter_mut().zip(&counts).for_each(|(it, from)| *it = from.value(row));
            cube.add_prelist(keys[row].region, &cell);
        }
        Ok(())
    }

    fn add_unknown(&self, cube: &mut Cube, keys: &[CubeKey]) -> Result<(), StoreError> {
        let digests = Table::UNKNOWN.iter().map(|table| self.digests(*table));
        let digests = digests.collect::<Result<Vec<_>, _>>()?;
        let counts = CubeColumn::UNKNOWN.iter().map(|column| self.counts(*column));
        let counts = counts.collect::<Result<Vec<_>, _>>()?;
        for row in (0..keys.len()).filter(|row| digests[0].is_valid(*row)) {
            let mut cell = UnknownCell::default();
            cell.counts.iter_mut().zip(&counts).for_each(|(it, from)| *it = from.value(row));
            cell.digests.iter_mut().zip(&digests).for_each(|(it, from)| *it = from.value(row));
            cube.add_unknown(keys[row].region, &cell);
        }
        Ok(())
    }

    fn keys(&self, regions: &RegionTree) -> Result<Vec<CubeKey>, StoreError> {
        let codes = self.column("region")?.as_string_opt::<i32>();
        let codes = codes.ok_or_else(|| self.refuse("the column `region` holds no texts"))?;
        let hexagons = self.numbers("hexagon")?;
        let mut keys = Vec::with_capacity(codes.len());
        for (code, hexagon) in codes.iter().zip(hexagons) {
            let find = |code: &str| code.parse().ok().and_then(|code| regions.find(code));
            let region = code.map(|code| {
                find(code).ok_or_else(|| self.refuse("it has a region that is none of its release"))
            });
            let cell = |number| {
                CellIndex::try_from(number)
                    .map_err(|_| self.refuse("it has a hexagon that is none"))
            };
            keys.push(CubeKey {
                region: region.transpose()?,
                hexagon: hexagon.map(cell).transpose()?,
            });
        }
        Ok(keys)
    }

    fn counts(&self, column: CubeColumn) -> Result<&Int64Array, StoreError> {
        self.count_column(column.name())
    }

    fn count_column(&self, name: &str) -> Result<&Int64Array, StoreError> {
        let found = self.column(name)?.as_primitive_opt::<Int64Type>();
        found.ok_or_else(|| self.refuse("a column of counts holds none"))
    }

    fn digests(&self, table: Table) -> Result<&UInt64Array, StoreError> {
        self.numbers(&digest_name(table))
    }

    fn numbers(&self, name: &str) -> Result<&UInt64Array, StoreError> {
        let found = self.column(name)?.as_primitive_opt::<UInt64Type>();
        found.ok_or_else(|| self.refuse("a column of digests or hexagons holds none"))
    }

    fn column(&self, name: &str) -> Result<&ArrayRef, StoreError> {
        let found = self.batch.column_by_name(name);
        found.ok_or_else(|| self.refuse("it lacks a column"))
    }

    fn refuse(&self, what: &'static str) -> StoreError {
        StoreError::Content { path: self.path.to_owned(), what }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::Unit;
    use crate::domain::indicator::PovertyThreshold;
    use crate::protect::fixture::{cube, key, tree};
    use crate::store::Draft;
    use crate::store::manifest::tests::record;

    #[test]
    fn reads_back_every_cell_digest_and_what_is_counted_by_region() {
        let folder = tempfile::tempdir().unwrap();
        let tree = tree();
        let mut cube = cube(&tree);
        let mut cell = Cell::default();
        cell.counts[CubeColumn::Decile3.index()] = 1;
        cell.digests = Unit::new("h").digests(&cell.counts, PovertyThreshold::default());
        cube.add_cell(key(&tree, Some("0102001001"), None), &cell);
        let village = tree.find("0201001002".parse().unwrap());
        let mut unknown = UnknownCell::default();
        unknown.add_household(Unit::new("h"), [true, false, true]);
        cube.add_unknown(village, &unknown);
        cube.add_unknown(None, &unknown);
        let mut beyond = [0; CubeColumn::COUNT];
        beyond[CubeColumn::Age5To17.index()] = 3;
        cube.add_beyond(key(&tree, Some("0102001001"), None), &beyond);
        cube.know(Programme::Sembako);
        cube.add_reach(Programme::Pkh, village, &ReachCell { counts: [1, 2, 3], digest: 9 });
        let draft = Draft::begin(folder.path(), &"r".parse().unwrap()).unwrap();
        write(draft.path(), &cube, &tree).unwrap();
        let release = draft.publish(record()).unwrap();
        assert_eq!(read(&release, &tree).unwrap(), cube);
    }
}
