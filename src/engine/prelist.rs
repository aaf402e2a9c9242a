//! The prelist beside the visits: which of its households were visited.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::EngineError;
use super::ground::Ground;
use super::hashes::{Hashes, hash_of};
use super::keyed;
use super::latest::Choice;
use super::operator::MakeStep;
use super::plan::Build;
use super::twice::{Twice, find_twice};
use super::walk::{Meet, Visited, Walks};
use crate::check::low_coverage::{Coverage, Coverages};
use crate::count::{Cube, PrelistCell, Unit};
use crate::domain::code::RegionCode;
use crate::domain::coverage::{self, CoverageTable, Deliberation};
use crate::domain::indicator::CubeColumn;
use crate::domain::region::{RegionId, RegionTree};
use crate::domain::visit::{pack_code, unpack_code};
use crate::read::prelist::{Entry, PrelistFiles};

/// A prelist while it is being compared.
pub struct Prelist {
    walks: Arc<Walks<Compare>>,
    rows: Vec<u64>,
    repeated: u64,
}

/// A prelist that was compared.
#[derive(Debug)]
pub struct Compared {
    pub coverage: CoverageTable,
    /// The households that are there to be surveyed, each once, by the village that lists them.
    pub households: BTreeMap<RegionCode, PrelistCell>,
    /// The rows of each file.
    pub rows: Vec<u64>,
    /// Rows that stand in the input once more.
    pub repeated: u64,
    /// Visited households that no entry names.
    pub not_listed: u64,
}

impl Prelist {
    /// Reads the prelist and sorts it by household.
    ///
    /// # Errors
    /// [`EngineError`]: rows that can't be read, an entry that stands in the input twice.
    pub async fn gather(
        build: &Build<'_>,
        files: &Arc<PrelistFiles>,
        progress: impl Fn(u64),
    ) -> Result<Self, EngineError> {
        let rows: Arc<[AtomicU64]> = files.paths().map(|_| AtomicU64::new(0)).collect();
        let ids = Hashes::in_folder(build.spill_folder);
        let made = entries(build.threads.get(), files, &rows);
        let kept = keyed::gather(build, made, Some(&ids), &rows, progress).await?;
        refuse_repeated(&ids, files)?;
        let walks = Walks::begin(kept.parts, || Ok(Compare::default()))?;
        let rows = rows.iter().map(|rows| rows.load(Ordering::Relaxed)).collect();
        Ok(Self { walks, rows, repeated: kept.repeated })
    }

    /// Makes the step that compares a partition's entries with its visits.
    pub fn step(&self, choice: &Arc<Choice>) -> MakeStep {
        self.walks.step(choice)
    }

    /// Ends the comparison, when all visits went by.
    ///
    /// # Errors
    /// Where what is kept on the disk can't be read.
    pub fn finish(self) -> Result<Compared, EngineError> {
        let (mut coverage, mut not_listed) = (CoverageTable::default(), 0);
        let mut households: BTreeMap<RegionCode, PrelistCell> = BTreeMap::new();
        for compare in self.walks.finish()? {
            coverage.merge(compare.coverage);
            not_listed += compare.not_listed;
            for (village, cell) in compare.households {
                households.entry(village).or_default().add(&cell);
            }
        }
        let (rows, repeated) = (self.rows, self.repeated);
        Ok(Compared { coverage, households, rows, repeated, not_listed })
    }
}

impl Compared {
    /// What the rule about coverage looks at, by village. Entries that name no household are left out:
    /// whether they were visited can't be known.
    pub fn coverages(&self, ground: &Ground) -> Coverages {
        let (tree, closed) = (&ground.tree, &ground.beside.closed);
        let villages = self.coverage.by_village().into_iter();
        let known = villages.filter_map(|(code, told)| Some((tree.find(code)?, told)));
        let coverage = |(village, told): (RegionId, coverage::Coverage)| {
            let prelist = told.listed - told.without_household;
            let is_closed = closed.iter().any(|region| tree.is_within(village, *region));
            (village, Coverage { visited: told.visited, prelist, is_closed })
        };
        known.map(coverage).collect()
    }
}

/// Adds the households of the prelist to a cube, those of a village that is none of the regions to the nation.
pub fn add_prelist(cube: &mut Cube, compared: &Compared, tree: &RegionTree) {
    cube.know_prelist();
    for (village, cell) in &compared.households {
        cube.add_prelist(tree.find(*village), cell);
    }
}

/// The entries by household.
fn entries(count: usize, files: &Arc<PrelistFiles>, rows: &Arc<[AtomicU64]>) -> keyed::Rows {
    let portions = files.portions(count);
    let (files, rows) = (Arc::clone(files), Arc::clone(rows));
    keyed::Rows::new("Prelist", portions.len(), move |partition, handing| {
        let mut packed = Vec::new();
        for portion in &portions[partition] {
            files.read(portion, &mut |batch, _| {
                rows[portion.file()].fetch_add(batch.len() as u64, Ordering::Relaxed);
                for row in 0..batch.len() {
                    let (id, entry) = (hash_of(batch.ids.value(row)), batch.entry(row));
                    pack(id, &entry, &mut packed);
                    handing.push(entry.household.unwrap_or_default(), &packed)?;
                }
                ControlFlow::Continue(())
            })?;
            if handing.is_over() {
                break;
            }
        }
        Ok(())
    })
}

/// An entry by the hash of its id, its village, the village's word on it, and its enumerator.
fn pack(id: u64, entry: &Entry<'_>, bytes: &mut Vec<u8>) {
    bytes.clear();
    bytes.extend(id.to_be_bytes());
    bytes.extend(pack_code(entry.village).to_be_bytes());
    bytes.push(entry.deliberation.map_or(0, |status| status as u8));
    bytes.extend(entry.enumerator.unwrap_or_default().as_bytes());
}

fn unpack<'b>(household: &'b str, bytes: &'b [u8]) -> Entry<'b> {
    let code = bytes[8..16].try_into().expect("a village has 8 bytes");
    let enumerator = std::str::from_utf8(&bytes[17..]).expect("it was a text");
    Entry {
        household: Some(household).filter(|household| !household.is_empty()),
        village: unpack_code(u64::from_be_bytes(code)).expect("it was a code"),
        enumerator: Some(enumerator).filter(|enumerator| !enumerator.is_empty()),
        deliberation: Deliberation::from_number(i64::from(bytes[16])),
    }
}

fn refuse_repeated(ids: &Hashes, files: &PrelistFiles) -> Result<(), EngineError> {
    let names: Vec<String> = files.paths().map(|path| path.display().to_string()).collect();
    let twice = find_twice(ids, |look| {
        let mut flow = ControlFlow::Continue(());
        for portion in files.portions(1).concat() {
            let name = &names[portion.file()];
            files.read(&portion, &mut |batch, row_number| {
                for row in 0..batch.len() {
                    let place = || format!("row {} of `{name}`", row_number(row));
                    let (entry, mut content) = (batch.entry(row), DefaultHasher::new());
                    (entry.household, entry.enumerator).hash(&mut content);
                    (entry.village, entry.deliberation.map(|status| status as u8))
                        .hash(&mut content);
                    flow = look(batch.ids.value(row), content.finish(), &place);
                    if flow.is_break() {
                        break;
                    }
                }
                flow
            })?;
            if flow.is_break() {
                break;
            }
        }
        Ok(())
    })?;
    match twice {
        None => Ok(()),
        Some(Twice { id, first, second }) => {
            Err(EngineError::RepeatedEntry { id_prelist: id, first, second })
        }
    }
}

/// One partition's comparison.
#[derive(Default)]
struct Compare {
    coverage: CoverageTable,
    households: BTreeMap<RegionCode, PrelistCell>,
    /// The last household that was not visited, which may be listed more than once.
    last: String,
    not_listed: u64,
}

impl Compare {
    /// Adds a household, by the first of its entries.
    fn add_household(&mut self, id: &str, village: RegionCode, column: CubeColumn) {
        self.households.entry(village).or_default().add_household(Unit::new(id), column);
    }
}

impl Meet for Compare {
    fn visited(&mut self, household: Visited<'_>, rows: &[Vec<u8>]) -> Result<(), EngineError> {
        self.not_listed += u64::from(rows.is_empty());
        if let Some(row) = rows.first().filter(|_| !household.is_resolved) {
            let column = match household.counted {
                Some(_) => CubeColumn::PrelistCounted,
                None => CubeColumn::PrelistNotCounted,
            };
            self.add_household(household.id, unpack("", row).village, column);
        }
        for row in rows {
            let entry = unpack("", row);
            let coverage = self.coverage.entry(entry.village, entry.enumerator);
            coverage.add_entry(entry.deliberation);
            coverage.visited += 1;
            coverage.counted += u64::from(household.counted.is_some());
            coverage.resolved += u64::from(household.is_resolved);
        }
        Ok(())
    }

    fn not_visited(&mut self, household: &str, row: &[u8]) -> Result<(), EngineError> {
        let entry = unpack(household, row);
        let coverage = self.coverage.entry(entry.village, entry.enumerator);
        coverage.add_entry(entry.deliberation);
        coverage.without_household += u64::from(entry.household.is_none());
        if entry.household.is_some() && self.last != household {
            household.clone_into(&mut self.last);
            self.add_household(household, entry.village, CubeColumn::PrelistNotCounted);
        }
        Ok(())
    }
}
