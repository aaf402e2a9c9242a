//! The region index: which region holds a point, at once for most points, by a few edges for the rest.

use std::ops::Range;

use geo::{Coord, MultiPolygon};

use super::cell::{Cell, PARTS_OF_CELL, RECORD_ALIGN, Record};
use super::grid::Grid;
use crate::domain::position::Position;

/// The words at the head of an index: what it is, its checksum, and the lengths of its sections.
const MAGIC: u64 = u64::from_le_bytes(*b"sebaran2");
const HEAD: usize = 14;

/// A static, exact index of regions of one level: a grid whose cells either lie in one region, or
/// carry the few edges that cross them. It is one row of words, so it can be mapped from a file.
pub struct RegionIndex {
    words: Box<dyn AsRef<[u64]> + Send + Sync>,
    layout: Layout,
}

#[derive(Debug, Clone)]
struct Layout {
    grid: Grid,
    cells: Range<usize>,
    parts: Range<usize>,
    records: Range<usize>,
    region_starts: Range<usize>,
    ring_starts: Range<usize>,
    vertices: Range<usize>,
}

/// What an index is made of.
pub(super) struct Sections<'a> {
    pub grid: Grid,
    pub cells: Vec<u32>,
    pub parts: Vec<u32>,
    pub records: Vec<u64>,
    pub regions: &'a [MultiPolygon],
}

/// Words that are no index, or no longer the one that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the region index is damaged or of another version; it is built again")]
pub struct DamagedIndex;

impl RegionIndex {
    /// Takes the words of an index.
    ///
    /// # Errors
    /// [`DamagedIndex`] where they are none, or changed since.
    pub fn open(words: Box<dyn AsRef<[u64]> + Send + Sync>) -> Result<Self, DamagedIndex> {
        let slice = (*words).as_ref();
        let layout = Layout::read(slice).ok_or(DamagedIndex)?;
        if slice[1] != checksum(&slice[2..]) {
            return Err(DamagedIndex);
        }
        Ok(Self { words, layout })
    }

    pub(super) fn from_sections(sections: &Sections<'_>) -> Self {
        let words = sections.write();
        let layout = Layout::read(&words).expect("was written in this layout");
        Self { words: Box::new(words), layout }
    }

    /// The words, to be written to a file and opened again.
    pub fn words(&self) -> &[u64] {
        (*self.words).as_ref()
    }

    /// The number of regions that were indexed.
    pub fn regions(&self) -> usize {
        self.layout.region_starts.len() - 1
    }

    /// The index with its sections at hand, for many questions.
    pub fn view(&self) -> View<'_> {
        let words = self.words();
        let part = |range: &Range<usize>| &words[range.clone()];
        View {
            grid: self.layout.grid,
            cells: bytemuck::cast_slice(part(&self.layout.cells)),
            parts: bytemuck::cast_slice(part(&self.layout.parts)),
            records: part(&self.layout.records),
            region_starts: part(&self.layout.region_starts),
            ring_starts: part(&self.layout.ring_starts),
            vertices: part(&self.layout.vertices),
        }
    }
}

impl Layout {
    fn read(words: &[u64]) -> Option<Self> {
        let head = words.get(..HEAD)?;
        let mut at = HEAD;
        let mut section = |length: u64| {
            let end = at.checked_add(usize::try_from(length).ok()?)?;
            let range = at..end;
            at = end;
            (end <= words.len()).then_some(range)
        };
        let layout = Self {
            grid: Grid {
                west: f64::from_bits(head[2]),
                south: f64::from_bits(head[3]),
                cell: f64::from_bits(head[4]),
                columns: usize::try_from(head[5]).ok()?,
                rows: usize::try_from(head[6]).ok()?,
            },
            cells: section(head[7])?,
            parts: section(head[8])?,
            records: section(head[9])?,
            region_starts: section(head[10])?,
            ring_starts: section(head[11])?,
            vertices: section(head[12])?,
        };
        let is_whole = head[0] == MAGIC && at == words.len() && !layout.region_starts.is_empty();
        is_whole.then_some(layout)
    }
}

impl Sections<'_> {
    fn write(&self) -> Vec<u64> {
        let (region_starts, ring_starts, vertices) = outlines(self.regions);
        let (cells, parts) = (pairs(&self.cells), pairs(&self.parts));
        let grid = &self.grid;
        let sections = [&cells, &parts, &self.records, &region_starts, &ring_starts, &vertices];
        let mut words = vec![MAGIC, 0];
        words.extend([grid.west, grid.south, grid.cell].map(f64::to_bits));
        words.extend([grid.columns as u64, grid.rows as u64]);
        words.extend(sections.map(|section| section.len() as u64));
        words.resize(HEAD, 0);
        words.reserve_exact(sections.iter().map(|section| section.len()).sum());
        for section in sections {
            words.extend_from_slice(section);
        }
        words[1] = checksum(&words[2..]);
        words
    }
}

/// Two 32-bit numbers to a word, as `bytemuck` reads them again.
fn pairs(numbers: &[u32]) -> Vec<u64> {
    let mut words = vec![0; numbers.len().div_ceil(2)];
    bytemuck::cast_slice_mut::<u64, u32>(&mut words)[..numbers.len()].copy_from_slice(numbers);
    words
}

/// Where each region's rings start, where each ring's vertices start, and all vertices.
fn outlines(regions: &[MultiPolygon]) -> (Vec<u64>, Vec<u64>, Vec<u64>) {
    let (mut region_starts, mut ring_starts, mut vertices) = (vec![0], vec![0], Vec::new());
    for region in regions {
        for polygon in region {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                vertices.extend(ring.coords().flat_map(|at| [at.x.to_bits(), at.y.to_bits()]));
                ring_starts.push(vertices.len() as u64);
            }
        }
        region_starts.push(ring_starts.len() as u64 - 1);
    }
    (region_starts, ring_starts, vertices)
}

/// Notices a changed or missing word; made for speed, not against malice.
fn checksum(words: &[u64]) -> u64 {
    let mut lanes = [0_u64; 8];
    let mut chunks = words.chunks_exact(8);
    for chunk in &mut chunks {
        for (lane, word) in lanes.iter_mut().zip(chunk) {
            *lane = lane.rotate_left(1).wrapping_add(*word);
        }
    }
    let rest = chunks.remainder().iter();
    lanes.iter().chain(rest).fold(words.len() as u64, |sum, word| {
        (sum ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23)
    })
}

/// A [`RegionIndex`] with its sections at hand.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub(super) grid: Grid,
    cells: &'a [u32],
    parts: &'a [u32],
    records: &'a [u64],
    region_starts: &'a [u64],
    ring_starts: &'a [u64],
    vertices: &'a [u64],
}

impl<'a> View<'a> {
    /// The first region, in the order of codes, that the position lies in or touches.
    #[inline]
    pub fn find(&self, position: Position) -> Option<u32> {
        let point = position.coord();
        self.find_in(self.cell_at(point), point)
    }

    /// [`View::find`] for each of many positions: the memory that one waits for is fetched while others
    /// are looked at, so positions in no order cost little more than sorted ones.
    pub fn find_many(&self, positions: &[Option<Position>], found: &mut Vec<Option<u32>>) {
        const BLOCK: usize = 64;
        let mut cells = [Cell::Empty; BLOCK];
        found.reserve(positions.len());
        for block in positions.chunks(BLOCK) {
            for (cell, position) in cells.iter_mut().zip(block) {
                *cell = position.map_or(Cell::Empty, |position| self.cell_at(position.coord()));
            }
            let touched = cells[..block.len()].iter().map(|&cell| self.touch(cell));
            std::hint::black_box(touched.fold(0, u64::wrapping_add));
            found.extend(cells.iter().zip(block).map(|(&cell, position)| {
                position.and_then(|position| self.find_in(cell, position.coord()))
            }));
        }
    }

    #[inline]
    fn find_in(&self, cell: Cell, point: Coord) -> Option<u32> {
        match cell {
            Cell::Inside(region) => Some(region),
            Cell::Border(record) => {
                let record = self.record(record);
                let mask = record.cover(point).mask;
                (mask != 0).then(|| record.candidate(mask.trailing_zeros()))
            }
            Cell::Empty | Cell::Divided(_) => None,
        }
    }

    /// Reads a word of each of a record's first cache lines, so that they are there when it is read.
    #[inline]
    fn touch(&self, cell: Cell) -> u64 {
        const LINE: usize = 8;
        let Cell::Border(record) = cell else { return 0 };
        let start = record as usize * RECORD_ALIGN;
        let word = |line: usize| self.records.get(start + line * LINE).copied().unwrap_or(0);
        word(0) ^ word(1) ^ word(2) ^ word(3)
    }

    /// The undivided cell at a point.
    #[inline]
    fn cell_at(&self, point: Coord) -> Cell {
        let Some((column, row)) = self.grid.find(point) else { return Cell::Empty };
        let mut cell = Cell::unpack(self.cells[row * self.grid.columns + column]);
        let mut square = self.grid.square(column, row);
        while let Cell::Divided(parts) = cell {
            let number = square.part_of(point);
            cell = Cell::unpack(self.parts[parts as usize * PARTS_OF_CELL + number]);
            square = square.part(number);
        }
        cell
    }

    #[inline]
    fn record(&self, number: u32) -> Record<'a> {
        Record::at(self.records, number as usize * RECORD_ALIGN)
    }

    /// The rings of a region, each closed.
    pub(super) fn rings(
        &self,
        region: u32,
    ) -> impl Iterator<Item = impl Iterator<Item = Coord> + 'a> {
        let Self { ring_starts, vertices, .. } = *self;
        let region = region as usize;
        let rings = self.region_starts[region] as usize..self.region_starts[region + 1] as usize;
        rings.map(move |ring| {
            let words = &vertices[ring_starts[ring] as usize..ring_starts[ring + 1] as usize];
            words
                .chunks_exact(2)
                .map(|at| Coord { x: f64::from_bits(at[0]), y: f64::from_bits(at[1]) })
        })
    }

    /// Calls `visit` with the vertices of every chain of edges in the cells of a window of the grid.
    pub(super) fn chains_in(
        &self,
        columns: Range<usize>,
        rows: Range<usize>,
        visit: &mut dyn FnMut(&mut dyn Iterator<Item = Coord>),
    ) {
        for row in rows {
            for column in columns.clone() {
                self.chains_of(Cell::unpack(self.cells[row * self.grid.columns + column]), visit);
            }
        }
    }

    fn chains_of(&self, cell: Cell, visit: &mut dyn FnMut(&mut dyn Iterator<Item = Coord>)) {
        match cell {
            Cell::Border(record) => {
                for (_, mut vertices) in self.record(record).chains() {
                    visit(&mut vertices);
                }
            }
            Cell::Divided(parts) => {
                let first = parts as usize * PARTS_OF_CELL;
                for &part in &self.parts[first..first + PARTS_OF_CELL] {
                    self.chains_of(Cell::unpack(part), visit);
                }
            }
            Cell::Empty | Cell::Inside(_) => {}
        }
    }
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
