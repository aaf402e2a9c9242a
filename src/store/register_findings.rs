//! Findings of the registers on disk: one table, in the order in which they are told.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, Float64Builder, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::StoreError;
use crate::check::register::{RegisterFinding, RegisterRule};

/// The table's name in a release.
pub const REGISTER_FINDINGS: &str = "findings/registers.parquet";

/// Findings that are encoded at a time.
const CHUNK_ROWS: usize = 1 << 13;

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let text = |name| Field::new(name, DataType::Utf8, false);
    Arc::new(Schema::new(vec![
        text("register"),
        text("rule"),
        text("severity"),
        text("of"),
        text("id"),
        Field::new("value", DataType::Float64, false),
        text("unit"),
    ]))
});

/// Writes findings as they are told, and counts them.
pub struct RegisterFindings {
    path: PathBuf,
    writer: ArrowWriter<BufWriter<File>>,
    texts: [StringBuilder; 6],
    values: Float64Builder,
    held: usize,
    counts: BTreeMap<RegisterRule, u64>,
}

impl RegisterFindings {
    /// Begins the table in a release that is being made.
    ///
    /// # Errors
    /// [`StoreError`] where it can't be written.
    pub fn create(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(REGISTER_FINDINGS);
        let file = File::create(&path).map_err(StoreError::io("write", &path))?;
        let properties = WriterProperties::builder().set_compression(Compression::LZ4_RAW).build();
        let writer =
            ArrowWriter::try_new(BufWriter::new(file), Arc::clone(&SCHEMA), Some(properties));
        let writer = writer.map_err(StoreError::parquet("write the findings", &path))?;
        let (texts, values) = (Default::default(), Float64Builder::new());
        Ok(Self { path, writer, texts, values, held: 0, counts: BTreeMap::new() })
    }

    /// Takes the next finding.
    ///
    /// # Errors
    /// [`StoreError`] where it can't be written.
    pub fn put(&mut self, finding: &RegisterFinding<'_>) -> Result<(), StoreError> {
        let text = finding.rule.text();
        let told = [
            text.register,
            text.name,
            finding.rule.severity().name(),
            text.of,
            finding.id,
            text.unit,
        ];
        for (column, text) in self.texts.iter_mut().zip(told) {
            column.append_value(text);
        }
        self.values.append_value(finding.value);
        *self.counts.entry(finding.rule).or_default() += 1;
        self.held += 1;
        if self.held == CHUNK_ROWS { self.write() } else { Ok(()) }
    }

    /// Ends the table, and tells how many findings each rule made.
    ///
    /// # Errors
    /// [`StoreError`] where it can't be written.
    pub fn finish(mut self) -> Result<BTreeMap<RegisterRule, u64>, StoreError> {
        self.write()?;
        let Self { path, writer, counts, .. } = self;
        writer.close().map_err(StoreError::parquet("write the findings", &path))?;
        Ok(counts)
    }

    fn write(&mut self) -> Result<(), StoreError> {
        self.held = 0;
        let mut columns: Vec<ArrayRef> =
            self.texts.iter_mut().map(|text| Arc::new(text.finish()) as ArrayRef).collect();
        columns.insert(columns.len() - 1, Arc::new(self.values.finish()));
        let batch = RecordBatch::try_new(Arc::clone(&SCHEMA), columns)
            .expect("the columns are in the order and of the length of the schema");
        let written = self.writer.write(&batch);
        written.map_err(StoreError::parquet("write the findings", &self.path))
    }
}
