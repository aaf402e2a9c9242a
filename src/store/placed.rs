//! Placed visits and their findings on disk: a file of each for every province.
//!
//! Visits are GeoParquet with a native point column; both are in the order region, household, visit,
//! in row groups of a fixed size, so the same visits make the same bytes.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::thread::{self, JoinHandle};

use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, Float64Builder, RecordBatch, StringArray,
    StringBuilder, StructArray,
};
use arrow::buffer::NullBuffer;
use arrow::compute::BatchCoalescer;
use arrow::datatypes::{DataType, Field, Fields, Float64Type, Schema, SchemaRef, UInt64Type};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use super::placed_persons;
use crate::check::Severity;
use crate::domain::region::RegionTree;
use crate::domain::visit::{POSITION_TEXT, VISIT_SCHEMA, VisitField, unpack_code};
use crate::place::PlacedBatch;

/// Rows of a row group.
const GROUP_ROWS: usize = 1 << 17;
/// Rows that are encoded at a time. Page bounds depend on it, so batches are cut to it.
const CHUNK_ROWS: usize = 1 << 13;
/// Columns that hardly repeat a value: a dictionary would be built in vain.
const DISTINCT: [&str; 9] = [
    "visit_id",
    "household_id",
    "id_prelist",
    "geometry.x",
    "geometry.y",
    "started_at",
    "ended_at",
    "received_at",
    "gps_accuracy_m",
];
/// The GeoParquet 1.1 description of the point column.
pub(super) const GEO: &str = r#"{"version":"1.1.0","primary_column":"geometry","columns":{"geometry":{"encoding":"point","geometry_types":["Point"]}}}"#;
/// The file of visits in no province.
const UNPLACED: &str = "unplaced";

#[derive(Debug, thiserror::Error)]
pub enum PlacedError {
    #[error("cannot write `{path}`")]
    Create { path: PathBuf, source: io::Error },
    #[error("cannot write `{path}`")]
    Write { path: PathBuf, source: parquet::errors::ParquetError },
    #[error("cannot arrange placed visits")]
    Arrange(#[from] arrow::error::ArrowError),
}

/// Writes placed visits that come province by province.
pub struct PlacedWriter {
    folder: PathBuf,
    tree: Arc<RegionTree>,
    province: Option<(String, Table, Table)>,
    schema: &'static SchemaRef,
    /// Files that are being forced to the disk while the next are written.
    syncing: Vec<Syncing>,
}

type Syncing = (PathBuf, JoinHandle<io::Result<()>>);

impl PlacedWriter {
    /// Writes to `placed/` and `findings/` in this folder, which are there.
    pub fn new(folder: PathBuf, tree: Arc<RegionTree>) -> Self {
        Self { folder, tree, province: None, schema: &PLACED_FILE, syncing: Vec::new() }
    }

    /// Writes the counts of the households' persons too.
    pub fn with_persons(self) -> Self {
        Self { schema: &PLACED_FILE_WITH_PERSONS, ..self }
    }

    /// Takes the next visits.
    ///
    /// # Errors
    /// [`PlacedError`] where they can't be written.
    pub fn put(&mut self, batch: &RecordBatch) -> Result<(), PlacedError> {
        let mut start = 0;
        while start < batch.num_rows() {
            let run = PlacedBatch::new(batch).province_run(start);
            let part = batch.slice(start, run);
            let placed = PlacedBatch::new(&part);
            let province = placed.province(0);
            let name = province
                .map_or_else(|| UNPLACED.to_owned(), |id| self.tree.get(id).code.to_string());
            if self.province.as_ref().is_none_or(|(open, ..)| *open != name) {
                self.end_province()?;
                let path = |table: &str| self.folder.join(table).join(format!("{name}.parquet"));
                let visits = Table::create(&path("placed"), self.schema)?;
                let findings = Table::create(&path("findings"), &FINDINGS_FILE)?;
                self.province = Some((name, visits, findings));
            }
            if let Some((_, visits, findings)) = &mut self.province {
                visits.put(placed_rows(&part, &placed, &self.tree, self.schema)?)?;
                findings.put(finding_rows(&placed, &self.tree)?)?;
            }
            start += run;
        }
        Ok(())
    }

    /// Ends the last files, and waits until all are on the disk.
    ///
    /// # Errors
    /// [`PlacedError`] where they can't be written.
    pub fn close(&mut self) -> Result<(), PlacedError> {
        self.end_province()?;
        for (path, syncing) in self.syncing.drain(..) {
            let synced = syncing.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()));
            synced.map_err(|source| PlacedError::Create { path, source })?;
        }
        Ok(())
    }

    fn end_province(&mut self) -> Result<(), PlacedError> {
        if let Some((_, visits, findings)) = self.province.take() {
            self.syncing.push(visits.close()?);
            self.syncing.push(findings.close()?);
        }
        Ok(())
    }
}

struct Table {
    path: PathBuf,
    writer: ArrowWriter<BufWriter<File>>,
    chunks: BatchCoalescer,
}

impl Table {
    fn create(path: &Path, schema: &SchemaRef) -> Result<Self, PlacedError> {
        let file = File::create(path)
            .map_err(|source| PlacedError::Create { path: path.into(), source })?;
        let is_geographic = schema.field_with_name("geometry").is_ok();
        let geo = is_geographic.then(|| vec![KeyValue::new("geo".to_owned(), GEO.to_owned())]);
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::LZ4_RAW)
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_key_value_metadata(geo);
        for name in DISTINCT {
            let path = ColumnPath::from(name.split('.').map(str::to_owned).collect::<Vec<_>>());
            properties = properties.set_column_dictionary_enabled(path, false);
        }
        let properties = properties.build();
        let writer =
            ArrowWriter::try_new(BufWriter::new(file), Arc::clone(schema), Some(properties))
                .map_err(|source| PlacedError::Write { path: path.into(), source })?;
        let chunks = BatchCoalescer::new(Arc::clone(schema), CHUNK_ROWS);
        Ok(Self { path: path.into(), writer, chunks })
    }

    fn put(&mut self, batch: RecordBatch) -> Result<(), PlacedError> {
        self.chunks.push_batch(batch)?;
        self.write_chunks()
    }

    fn write_chunks(&mut self) -> Result<(), PlacedError> {
        while let Some(chunk) = self.chunks.next_completed_batch() {
            self.writer
                .write(&chunk)
                .map_err(|source| PlacedError::Write { path: self.path.clone(), source })?;
        }
        Ok(())
    }

    fn close(mut self) -> Result<Syncing, PlacedError> {
        self.chunks.finish_buffered_batch()?;
        self.write_chunks()?;
        let Self { path, writer, .. } = self;
        let written = match writer.into_inner() {
            Ok(written) => written,
            Err(source) => return Err(PlacedError::Write { path, source }),
        };
        match written.into_inner().map_err(io::IntoInnerError::into_error) {
            Ok(file) => Ok((path, thread::spawn(move || file.sync_all()))),
            Err(source) => Err(PlacedError::Create { path, source }),
        }
    }
}

pub(super) fn point_fields() -> Fields {
    Fields::from(vec![
        Field::new("x", DataType::Float64, false),
        Field::new("y", DataType::Float64, false),
    ])
}

/// The fields of a visit that stand in the file as they are.
fn kept_fields() -> impl Iterator<Item = &'static VisitField> {
    let remade = [VisitField::VillageCode, VisitField::Longitude, VisitField::Latitude];
    VisitField::ALL.iter().filter(move |field| !remade.contains(field))
}

static PLACED_FILE: LazyLock<SchemaRef> = LazyLock::new(|| {
    let mut fields = vec![
        Field::new("region_code", DataType::Utf8, true),
        Field::new("hexagon", DataType::UInt64, true),
        Field::new("standing", DataType::UInt8, false),
        Field::new("declared_code", DataType::Utf8, true),
        Field::new("geometry", DataType::Struct(point_fields()), true),
        Field::new(POSITION_TEXT, DataType::Utf8, true),
    ];
    fields.extend(kept_fields().map(|field| VISIT_SCHEMA.field(field.index()).clone()));
    Arc::new(Schema::new(fields))
});

static PLACED_FILE_WITH_PERSONS: LazyLock<SchemaRef> = LazyLock::new(|| {
    let fields = PLACED_FILE.fields().iter().map(|field| field.as_ref().clone());
    Arc::new(Schema::new(fields.chain(placed_persons::fields()).collect::<Vec<_>>()))
});

fn placed_rows(
    batch: &RecordBatch,
    placed: &PlacedBatch<'_>,
    tree: &RegionTree,
    schema: &SchemaRef,
) -> Result<RecordBatch, PlacedError> {
    let texts = batch.column_by_name(POSITION_TEXT).expect("the reader made the column");
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(region_codes(placed, tree)),
        Arc::new(placed.hexagons().clone()),
        Arc::new(placed.standings().clone()),
        Arc::new(declared_codes(batch)),
        points(batch)?,
        Arc::clone(texts),
    ];
    columns.extend(kept_fields().map(|field| Arc::clone(batch.column(field.index()))));
    if columns.len() < schema.fields().len() {
        columns.extend(placed_persons::columns(placed));
    }
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}

fn region_codes(placed: &PlacedBatch<'_>, tree: &RegionTree) -> StringArray {
    let rows = placed.visits().len();
    let mut codes = StringBuilder::with_capacity(rows, rows * 10);
    let mut last = (None, String::new());
    for row in 0..rows {
        let region = placed.region(row);
        if region != last.0 {
            last = (region, region.map_or_else(String::new, |id| tree.get(id).code.to_string()));
        }
        codes.append_option(region.map(|_| &last.1));
    }
    codes.finish()
}

fn declared_codes(batch: &RecordBatch) -> StringArray {
    let packed = batch.column(VisitField::VillageCode.index()).as_primitive::<UInt64Type>();
    packed.iter().map(|packed| packed.and_then(unpack_code).map(|code| code.to_string())).collect()
}

/// Points of the positions as given; null where an axis is missing.
fn points(batch: &RecordBatch) -> Result<ArrayRef, PlacedError> {
    let axis = |field: VisitField| batch.column(field.index()).as_primitive::<Float64Type>();
    let (longitude, latitude) = (axis(VisitField::Longitude), axis(VisitField::Latitude));
    let nulls = NullBuffer::union(longitude.nulls(), latitude.nulls());
    let values = |axis: &Float64Array| -> ArrayRef {
        Arc::new(Float64Array::new(axis.values().clone(), None))
    };
    let axes = vec![values(longitude), values(latitude)];
    Ok(Arc::new(StructArray::try_new(point_fields(), axes, nulls)?))
}

static FINDINGS_FILE: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new("visit_id", DataType::Utf8, false),
        Field::new("region_code", DataType::Utf8, true),
        Field::new("rule", DataType::Utf8, false),
        Field::new("severity", DataType::Utf8, false),
        Field::new("value", DataType::Float64, false),
        Field::new("unit", DataType::Utf8, false),
    ]))
});

fn finding_rows(placed: &PlacedBatch<'_>, tree: &RegionTree) -> Result<RecordBatch, PlacedError> {
    let visit_ids = placed.visits().text(VisitField::VisitId);
    let mut texts: [StringBuilder; 5] = Default::default();
    let mut values = Float64Builder::new();
    for row in 0..placed.visits().len() {
        for finding in placed.findings(row) {
            let [visit, region, rule, severity, unit] = &mut texts;
            visit.append_value(visit_ids.value(row));
            region.append_option(placed.region(row).map(|id| tree.get(id).code.to_string()));
            rule.append_value(finding.rule.name());
            severity.append_value(Severity::name(finding.severity));
            values.append_value(finding.value);
            unit.append_value(finding.rule.text().unit);
        }
    }
    let [visit, region, rule, severity, unit] =
        texts.map(|mut text| -> ArrayRef { Arc::new(text.finish()) });
    let values: ArrayRef = Arc::new(values.finish());
    let columns = vec![visit, region, rule, severity, values, unit];
    Ok(RecordBatch::try_new(Arc::clone(&FINDINGS_FILE), columns)?)
}
