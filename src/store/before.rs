//! Where households were in a release before: a sorted table on the disk, looked up by their keys.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, UInt8Type};
use bytemuck::{Pod, Zeroable};
use memmap2::Mmap;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Release, StoreError};
use crate::check::moved_since::Before;
use crate::domain::key::key_of;
use crate::domain::position::Position;
use crate::place::Standing;

/// Files into which the households are dealt, so that one of them fits into memory.
const DEALT: usize = 64;
/// Bits of a key by which a lookup starts.
const INDEX_BITS: u32 = 20;
const PER_DEGREE: f64 = 1e7;

/// A household's key and position, in ten millionths of a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
struct Entry {
    household: u64,
    longitude: i32,
    latitude: i32,
}

/// The positions of a release that were used: of households shown in a hexagon.
pub struct PositionsBefore {
    entries: Mmap,
    /// Where the keys with each beginning start.
    starts: Vec<u32>,
}

impl PositionsBefore {
    /// Reads a release. The table is a file without a name in `folder`.
    ///
    /// # Errors
    /// [`StoreError`] where the release can't be read or the table not be kept.
    pub fn of(release: &Release, folder: &Path) -> Result<Self, StoreError> {
        let failed = |error| StoreError::io("keep positions in", folder)(error);
        let mut dealt = Vec::with_capacity(DEALT);
        for _ in 0..DEALT {
            dealt.push(BufWriter::new(tempfile::tempfile_in(folder).map_err(failed)?));
        }
        for name in release.files_in("placed") {
            let path = release.file(name)?;
            let refused = |error| StoreError::parquet("read the placed visits", &path)(error);
            let file = File::open(&path).map_err(StoreError::io("read", &path))?;
            let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(refused)?;
            let columns = ["household_id", "hexagon", "standing", "geometry"];
            let mask = ProjectionMask::columns(builder.parquet_schema(), columns);
            let reader = builder.with_projection(mask).build();
            let reader = reader.map_err(StoreError::parquet("read the placed visits", &path))?;
            for batch in reader {
                let batch = batch.map_err(|error| {
                    StoreError::parquet("read the placed visits", &path)(error.into())
                })?;
                deal(&batch, &mut dealt).map_err(StoreError::io("keep positions in", folder))?;
            }
        }
        sorted(dealt, folder).map_err(StoreError::io("keep positions in", folder))
    }

    fn entries(&self) -> &[Entry] {
        bytemuck::cast_slice(&self.entries)
    }
}

impl Before for PositionsBefore {
    fn position(&self, household: u64) -> Option<Position> {
        let bucket = (household >> (64 - INDEX_BITS)) as usize;
        let near = &self.entries()[self.starts[bucket] as usize..self.starts[bucket + 1] as usize];
        let at = near.binary_search_by_key(&household, |entry| entry.household).ok()?;
        let degrees = |fixed: i32| f64::from(fixed) / PER_DEGREE;
        Position::new(degrees(near[at].longitude), degrees(near[at].latitude))
    }
}

/// Deals the households of a batch out by their keys.
fn deal(batch: &RecordBatch, dealt: &mut [BufWriter<File>]) -> io::Result<()> {
    let column = |name: &str| batch.column_by_name(name).expect("a release has the column");
    let households = column("household_id").as_string::<i32>();
    let standings = column("standing").as_primitive::<UInt8Type>();
    let hexagons = column("hexagon");
    let points = column("geometry").as_struct();
    let axis = |number: usize| points.column(number).as_primitive::<Float64Type>();
    let (longitude, latitude) = (axis(0), axis(1));
    for row in 0..batch.num_rows() {
        let is_used = standings.value(row) == Standing::Counted as u8
            && hexagons.is_valid(row)
            && points.is_valid(row);
        if !is_used {
            continue;
        }
        let fixed = |degrees: f64| (degrees * PER_DEGREE).round() as i32;
        let household = key_of(households.value(row));
        let (longitude, latitude) = (fixed(longitude.value(row)), fixed(latitude.value(row)));
        let entry = Entry { household, longitude, latitude };
        let file = &mut dealt[(household >> 58) as usize];
        file.write_all(bytemuck::bytes_of(&entry))?;
    }
    Ok(())
}

/// Sorts each of the files, puts them one after the other, and indexes the whole.
fn sorted(dealt: Vec<BufWriter<File>>, folder: &Path) -> io::Result<PositionsBefore> {
    let mut whole = BufWriter::new(tempfile::tempfile_in(folder)?);
    let mut counts = vec![0_u32; (1 << INDEX_BITS) + 1];
    for file in dealt {
        let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        let mut entries =
            vec![Entry::zeroed(); file.metadata()?.len() as usize / size_of::<Entry>()];
        file.read_exact(bytemuck::cast_slice_mut(&mut entries))?;
        entries.sort_unstable();
        for entry in &entries {
            counts[(entry.household >> (64 - INDEX_BITS)) as usize + 1] += 1;
        }
        whole.write_all(bytemuck::cast_slice(&entries))?;
    }
    for at in 1..counts.len() {
        counts[at] += counts[at - 1];
    }
    let file = whole.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(PositionsBefore { entries: map(&file)?, starts: counts })
}

#[expect(unsafe_code, reason = "the file has no name, so nobody else can change it")]
fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the file is a temporary one without a name and was written to its end.
    unsafe { Mmap::map(file) }
}
