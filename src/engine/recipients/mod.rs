//! The recipients of programmes joined to the visits by which their households count.
//!
//! Those that name a person are brought to the person's household first, by a join with the persons who
//! may be meant: a second, narrow scan of the persons lets those through whose ids' hashes are marked.

mod by_person;
mod rows;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::error::EngineError;
use super::hashes::hash_of;
use super::kept::{Keeping, Kept, Merged};
use super::keyed;
use super::latest::Choice;
use super::notes::{NotedRows, Notes, Noting};
use super::operator::MakeStep;
use super::plan::Build;
use super::walk::{Meet, Visited, Walks};
use crate::count::RecipientAccounts;
use crate::domain::programme::Period;
use crate::read::recipients::{Recipient, RecipientBatch, RecipientFiles};

use by_person::Resolved;
pub use rows::RowBenefits;

/// More programmes are none: the column holds something else.
const MOST_PROGRAMMES: usize = 32;

/// Recipients while they are being joined.
pub struct Recipients {
    walks: Arc<Walks<Receive>>,
    programmes: Arc<[String]>,
    periods: Vec<Period>,
    rows: Vec<u64>,
    accounts: RecipientAccounts,
    unknown_persons: Vec<Kept>,
    notes: Arc<Notes<u32>>,
}

/// Recipients that were joined.
#[derive(Debug)]
pub struct Benefits {
    pub accounts: RecipientAccounts,
    /// The rows of each file.
    pub rows: Vec<u64>,
    /// The names of the programmes, by their numbers.
    pub programmes: Arc<[String]>,
    /// The latest period of each programme.
    pub periods: Vec<Period>,
    /// Rows by the household that is in no visit.
    pub unknown_households: Merged,
    /// Rows by the person whom no persons file has.
    pub unknown_persons: Merged,
}

/// What the second pass is told of the recipients: by row, a bit for each programme that reaches it.
pub struct BenefitsTold {
    pub programmes: Arc<[String]>,
    bits: NotedRows<u32>,
}

impl Recipients {
    /// Reads the recipients, finds the households of persons, and sorts all by household.
    ///
    /// # Errors
    /// [`EngineError`]: rows that can't be read, and too many programmes.
    pub async fn gather(
        build: &Build<'_>,
        files: &Arc<RecipientFiles>,
        progress: impl Fn(u64),
    ) -> Result<Self, EngineError> {
        let rows: Arc<[AtomicU64]> = files.paths().map(|_| AtomicU64::new(0)).collect();
        let resolved = by_person::resolve(build, files, &rows, &progress).await?;
        let Resolved { persons, accounts, unknown } = resolved;
        let names = Arc::new(Mutex::new(Latest::new()));
        let make = by_household(build, files, &rows, persons, &names);
        let kept = keyed::gather(build, make, None, &rows, progress).await?;
        let names = std::mem::take(&mut *names.lock().unwrap_or_else(PoisonError::into_inner));
        let (names, periods): (Vec<String>, Vec<Period>) = names.into_iter().unzip();
        let programmes: Arc<[String]> = names.into();
        if programmes.len() > MOST_PROGRAMMES {
            return Err(EngineError::TooManyProgrammes { found: programmes.len() });
        }
        let notes = Notes::in_folder(build.spill_folder);
        let walks = Walks::begin(kept.parts, || {
            let unknown = Keeping::in_folder(build.spill_folder)?;
            Ok(Receive::new(Arc::clone(&programmes), notes.noting(), unknown))
        })?;
        let rows: Vec<u64> = rows.iter().map(|rows| rows.load(Ordering::Relaxed)).collect();
        let repeated = accounts.repeated + kept.repeated;
        let accounts = RecipientAccounts { rows: rows.iter().sum(), repeated, ..accounts };
        Ok(Self { walks, programmes, periods, rows, accounts, unknown_persons: unknown, notes })
    }

    /// Makes the step that joins a partition's recipients to its visits.
    pub fn step(&self, choice: &Arc<Choice>) -> MakeStep {
        self.walks.step(choice)
    }

    /// Ends the join, when all visits went by.
    ///
    /// # Errors
    /// Where what is kept on the disk can't be read or written.
    pub fn finish(self) -> Result<(Benefits, BenefitsTold), EngineError> {
        let (mut accounts, mut unknown) = (self.accounts, Vec::new());
        for receive in self.walks.finish()? {
            accounts.of_visited_households += receive.visited;
            accounts.of_unknown_households += receive.not_visited;
            drop(receive.noting);
            unknown.push(receive.unknown.finish()?);
        }
        let benefits = Benefits {
            accounts,
            rows: self.rows,
            programmes: Arc::clone(&self.programmes),
            periods: self.periods,
            unknown_households: Merged::of(unknown)?,
            unknown_persons: Merged::of(self.unknown_persons)?,
        };
        let told = BenefitsTold { programmes: self.programmes, bits: self.notes.finish()? };
        Ok((benefits, told))
    }
}

/// Makes rows by household: those of the files that name one, and those of persons that were found.
fn by_household(
    build: &Build<'_>,
    files: &Arc<RecipientFiles>,
    rows: &Arc<[AtomicU64]>,
    persons: Vec<Kept>,
    names: &Arc<Mutex<Latest>>,
) -> keyed::Rows {
    let portions = files.portions(build.threads.get());
    let persons: Vec<Mutex<Option<Kept>>> =
        persons.into_iter().map(|kept| Mutex::new(Some(kept))).collect();
    let partitions = portions.len() + persons.len();
    let (files, rows, names) = (Arc::clone(files), Arc::clone(rows), Arc::clone(names));
    keyed::Rows::new("Recipients", partitions, move |partition, handing| {
        let mut told = Latest::new();
        if let Some(found) = partition.checked_sub(portions.len()) {
            let kept = persons[found].lock().unwrap_or_else(PoisonError::into_inner).take();
            let mut reader = kept.expect("a partition is made once").read()?;
            while let Some((household, row)) = reader.get() {
                note(&mut told, programme_of(row), period_of(row));
                if handing.push(household, row).is_break() {
                    return Ok(());
                }
                reader.advance()?;
            }
        } else {
            let mut packed = Vec::new();
            for portion in &portions[partition] {
                files.read(portion, &mut |batch| {
                    rows[portion.file()].fetch_add(batch.len() as u64, Ordering::Relaxed);
                    for row in 0..batch.len() {
                        let Recipient::Household(household) = batch.recipient(row) else {
                            continue;
                        };
                        note(&mut told, batch.programme(row), batch.period(row));
                        pack(batch, row, &mut packed);
                        handing.push(household, &packed)?;
                    }
                    ControlFlow::Continue(())
                })?;
                if handing.is_over() {
                    return Ok(());
                }
            }
        }
        let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
        told.iter().for_each(|(programme, period)| note(&mut names, programme, *period));
        Ok(())
    })
}

/// The latest period of each programme, by its name.
type Latest = BTreeMap<String, Period>;

fn note(latest: &mut Latest, programme: &str, period: Period) {
    match latest.get_mut(programme) {
        Some(known) => *known = period.max(*known),
        None => {
            latest.insert(programme.to_owned(), period);
        }
    }
}

/// A row by its period, whether the programme reaches the recipient, the hash of the person or 0, and the
/// programme: two persons of a household have two rows.
fn pack(batch: &RecipientBatch, row: usize, bytes: &mut Vec<u8>) {
    bytes.clear();
    bytes.extend(batch.period(row).0.to_be_bytes());
    bytes.push(u8::from(batch.status(row).receives()));
    let person = match batch.recipient(row) {
        Recipient::Household(_) => 0,
        Recipient::Person(person) => hash_of(person),
    };
    bytes.extend(person.to_be_bytes());
    bytes.extend(batch.programme(row).as_bytes());
}

const fn period_of(row: &[u8]) -> Period {
    Period(u16::from_be_bytes([row[0], row[1]]))
}

fn programme_of(row: &[u8]) -> &str {
    std::str::from_utf8(&row[11..]).expect("it was a text")
}

/// One partition's join.
struct Receive {
    programmes: Arc<[String]>,
    noting: Noting<u32>,
    unknown: Keeping,
    visited: u64,
    not_visited: u64,
}

impl Receive {
    const fn new(programmes: Arc<[String]>, noting: Noting<u32>, unknown: Keeping) -> Self {
        Self { programmes, noting, unknown, visited: 0, not_visited: 0 }
    }

    /// The programmes that reach a household, as bits: what the latest period of each says.
    fn bits(&self, rows: &[Vec<u8>]) -> u32 {
        let mut latest: BTreeMap<&str, (Period, bool)> = BTreeMap::new();
        for row in rows {
            let told = (period_of(row), row[2] == 1);
            let known = latest.entry(programme_of(row)).or_insert(told);
            // In one period any payment counts.
            *known = (*known).max(told);
        }
        let reached = latest.into_iter().filter(|(_, (_, receives))| *receives);
        let number = |programme: &str| {
            self.programmes.binary_search_by(|known| known.as_str().cmp(programme))
        };
        reached
            .filter_map(|(programme, _)| number(programme).ok())
            .fold(0, |bits, at| bits | 1 << at)
    }
}

impl Meet for Receive {
    fn visited(&mut self, household: Visited<'_>, rows: &[Vec<u8>]) -> Result<(), EngineError> {
        self.visited += rows.len() as u64;
        match (household.counted, self.bits(rows)) {
            (Some(row), bits) if bits != 0 => self.noting.note(row, bits),
            _ => Ok(()),
        }
    }

    fn not_visited(&mut self, household: &str, row: &[u8]) -> Result<(), EngineError> {
        self.not_visited += 1;
        self.unknown.put(household, row)
    }
}
