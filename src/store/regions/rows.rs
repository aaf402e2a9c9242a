//! Reading the table of regions back: its rows, and the shapes that are asked for.

use arrow::array::{Array, AsArray, BinaryArray, PrimitiveArray, RecordBatch, StringArray};
use arrow::datatypes::{ArrowPrimitiveType, Float64Type, Int16Type};
use bytes::Bytes;
use geo::MultiPolygon;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use rayon::prelude::*;

use super::table::{FULL, GENERAL, PLAIN};
use crate::domain::code::{CodeSystem, RegionCode};
use crate::domain::position::{Bounds, Position};
use crate::domain::region::{Level, Region};
use crate::domain::wkb;

/// Which shapes are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    Plain,
    General,
    Both,
}

/// Rows in the order of the table; a shape that was not asked for is missing.
#[derive(Debug, Default)]
pub struct Rows {
    pub regions: Vec<Region>,
    pub full: Vec<MultiPolygon>,
    pub general: Vec<MultiPolygon>,
}

/// Reads the table, its row groups side by side. The error says what is wrong with the file.
pub fn read(table: &Bytes, system: CodeSystem, columns: Columns) -> Result<Rows, String> {
    let metadata = ArrowReaderMetadata::load(table, ArrowReaderOptions::new())
        .map_err(|error| error.to_string())?;
    let wanted: Vec<&str> = match columns {
        Columns::Plain => names().collect(),
        Columns::General => names().chain([GENERAL]).collect(),
        Columns::Both => names().chain([FULL, GENERAL]).collect(),
    };
    let mask = ProjectionMask::columns(metadata.parquet_schema(), wanted);
    let groups = 0..metadata.metadata().num_row_groups();
    let parts: Vec<Rows> = groups
        .into_par_iter()
        .map(|group| {
            let reader =
                ParquetRecordBatchReaderBuilder::new_with_metadata(table.clone(), metadata.clone())
                    .with_projection(mask.clone())
                    .with_row_groups(vec![group])
                    .build()
                    .map_err(|error| error.to_string())?;
            let mut rows = Rows::default();
            for batch in reader {
                let batch = batch.map_err(|error| error.to_string())?;
                add(&mut rows, &batch, system, columns)?;
            }
            Ok(rows)
        })
        .collect::<Result<_, String>>()?;
    Ok(parts.into_iter().fold(Rows::default(), join))
}

fn names() -> impl Iterator<Item = &'static str> {
    PLAIN.iter().map(|(name, _)| *name)
}

fn join(mut rows: Rows, part: Rows) -> Rows {
    rows.regions.extend(part.regions);
    rows.full.extend(part.full);
    rows.general.extend(part.general);
    rows
}

fn add(
    rows: &mut Rows,
    batch: &RecordBatch,
    system: CodeSystem,
    columns: Columns,
) -> Result<(), String> {
    rows.regions.extend(regions(batch, system)?);
    if columns == Columns::Both {
        rows.full.extend(shapes(batch, FULL)?);
    }
    if columns != Columns::Plain {
        rows.general.extend(shapes(batch, GENERAL)?);
    }
    Ok(())
}

fn regions(batch: &RecordBatch, system: CodeSystem) -> Result<Vec<Region>, String> {
    let [codes, names, kinds] = [text(batch, "code")?, text(batch, "name")?, text(batch, "kind")?];
    let float = |name| primitive::<Float64Type>(batch, name);
    let areas = float("area_km2")?;
    let [west, south, east, north] =
        [float("west")?, float("south")?, float("east")?, float("north")?];
    let (longitudes, latitudes) = (float("label_longitude")?, float("label_latitude")?);
    let offsets = primitive::<Int16Type>(batch, "utc_offset_min")?;
    let region = |row: usize| -> Result<Region, String> {
        let bad = |what: &str| format!("row {row} has a bad {what}");
        let code: RegionCode = codes.value(row).parse().map_err(|_| bad("code"))?;
        Ok(Region {
            code,
            name: names.value(row).to_owned(),
            level: level(system, code).ok_or_else(|| bad("code"))?,
            kind: kinds.value(row).parse().map_err(|_| bad("kind"))?,
            area_km2: areas.value(row),
            bounds: Bounds {
                west: west.value(row),
                south: south.value(row),
                east: east.value(row),
                north: north.value(row),
            },
            label: Position::new(longitudes.value(row), latitudes.value(row))
                .ok_or_else(|| bad("label point"))?,
            utc_offset_min: offsets.value(row),
        })
    };
    (0..batch.num_rows()).map(region).collect()
}

fn level(system: CodeSystem, code: RegionCode) -> Option<Level> {
    system.level(code.width())
}

fn shapes(batch: &RecordBatch, name: &str) -> Result<Vec<MultiPolygon>, String> {
    let column: &BinaryArray = batch
        .column_by_name(name)
        .and_then(|column| column.as_binary_opt())
        .ok_or_else(|| missing(name))?;
    let rows = (0..column.len()).into_par_iter();
    let shape = |row| wkb::decode(column.value(row)).map_err(|error| format!("row {row}: {error}"));
    rows.map(shape).collect()
}

fn text<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a StringArray, String> {
    let column = batch.column_by_name(name).and_then(|column| column.as_string_opt());
    column.ok_or_else(|| missing(name))
}

fn primitive<'a, T: ArrowPrimitiveType>(
    batch: &'a RecordBatch,
    name: &str,
) -> Result<&'a PrimitiveArray<T>, String> {
    let column = batch.column_by_name(name).and_then(|column| column.as_primitive_opt());
    column.ok_or_else(|| missing(name))
}

fn missing(name: &str) -> String {
    format!("it has no column `{name}` of the right type")
}
