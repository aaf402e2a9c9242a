//! Reading persons, sorting them by their homes, and adding each home up.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::SortOptions;

use super::group::{GROUPS, Grouping, HOME_ID, HOUSEHOLD, INSTITUTION, PackedPerson, persons_of};
use crate::count::PersonAccounts;
use crate::domain::person::{Definition, MOST_PERSONS, PersonCounts};
use crate::engine::error::EngineError;
use crate::engine::hashes::{HashNoting, Hashes};
use crate::engine::kept::{Keeping, Kept};
use crate::engine::passes::sorted;
use crate::engine::plan::{Build, Take, drive};
use crate::engine::source::Source;
use crate::read::persons::PersonFiles;

/// Persons added up, by partition.
pub struct Gathered {
    /// Of those who were absent, repeated, and in institutions.
    pub accounts: PersonAccounts,
    pub households: Vec<Kept>,
    pub institutions: Vec<Kept>,
    pub ids: Arc<Hashes>,
}

/// Reads all, and adds up home by home. `rows` are the numbers of rows read so far, by file.
pub async fn gather(
    build: &Build<'_>,
    files: &Arc<PersonFiles>,
    rows: &Arc<[AtomicU64]>,
    progress: impl Fn(u64),
) -> Result<Gathered, EngineError> {
    let partitions = build.threads.get();
    let absent = Arc::new(AtomicU64::new(0));
    let source = source(files, rows, &absent, partitions);
    let plan = sorted(Arc::new(source), partitions, &[(HOME_ID, SortOptions::default())])?;
    let ids = Hashes::in_folder(build.spill_folder);
    let definition = files.definition();
    let number = Cell::new(0);
    let make_end = || {
        let partition = number.replace(number.get() + 1);
        let keep = || Keeping::in_folder(build.spill_folder);
        let keeping = keep().and_then(|households| Ok((households, keep()?)));
        keeping.map(|keeping| Homes::new(partition, keeping, ids.noting(), definition))
    };
    let mut ended = Vec::new();
    for end in drive(build, plan, make_end, rows, progress).await? {
        ended.push(end?.finish()?);
    }
    ended.sort_by_key(|(partition, ..)| *partition);
    let absent = absent.load(Ordering::Relaxed);
    let mut gathered = Gathered {
        accounts: PersonAccounts { absent, ..PersonAccounts::default() },
        households: Vec::with_capacity(partitions),
        institutions: Vec::with_capacity(partitions),
        ids,
    };
    for (_, accounts, households, institutions) in ended {
        gathered.accounts.merge(&accounts);
        gathered.households.push(households);
        gathered.institutions.push(institutions);
    }
    Ok(gathered)
}

/// Reads the files into rows of [`GROUPS`].
fn source(
    files: &Arc<PersonFiles>,
    rows: &Arc<[AtomicU64]>,
    absent: &Arc<AtomicU64>,
    partitions: usize,
) -> Source {
    let portions = files.portions(partitions);
    let count = portions.len();
    let (files, rows, absent) = (Arc::clone(files), Arc::clone(rows), Arc::clone(absent));
    let make = move |partition: usize,
                     most_rows: usize,
                     put: &mut dyn FnMut(RecordBatch) -> ControlFlow<()>| {
        let mut grouping = Grouping::default();
        let mut flow = ControlFlow::Continue(());
        for portion in &portions[partition] {
            files.read(portion, &mut |batch, _| {
                rows[portion.file()].fetch_add(batch.len() as u64, Ordering::Relaxed);
                absent.fetch_add(grouping.add(&batch), Ordering::Relaxed);
                if grouping.rows() >= most_rows {
                    flow = put_parts(&grouping.take(), most_rows, put);
                }
                flow
            })?;
            if flow.is_break() {
                return Ok(());
            }
        }
        // Whether it is taken or not, it was the last.
        let _ = put_parts(&grouping.take(), most_rows, put);
        Ok(())
    };
    Source::new("Persons", Arc::clone(&GROUPS), count, Arc::new(make))
}

fn put_parts(
    batch: &RecordBatch,
    most_rows: usize,
    put: &mut dyn FnMut(RecordBatch) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let rows = batch.num_rows();
    let mut parts = (0..rows).step_by(most_rows);
    parts.try_for_each(|start| put(batch.slice(start, most_rows.min(rows - start))))
}

/// The homes of one partition, one after the other.
struct Homes {
    partition: usize,
    households: Keeping,
    institutions: Keeping,
    ids: HashNoting,
    definition: Option<Definition>,
    accounts: PersonAccounts,
    id: String,
    /// The persons of the household and of the institution of this id.
    persons: [Vec<PackedPerson>; 2],
}

impl Homes {
    fn new(
        partition: usize,
        (households, institutions): (Keeping, Keeping),
        ids: HashNoting,
        definition: Option<Definition>,
    ) -> Self {
        Self {
            partition,
            households,
            institutions,
            ids,
            definition,
            accounts: PersonAccounts::default(),
            id: String::new(),
            persons: Default::default(),
        }
    }

    fn take_batch(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        let ids = batch.column(0).as_string::<i32>();
        let persons = batch.column(1).as_binary::<i32>();
        for row in 0..batch.num_rows() {
            if ids.value(row) != self.id {
                self.end_home()?;
                ids.value(row).clone_into(&mut self.id);
            }
            let (kind, persons) = persons_of(persons.value(row));
            let held = &mut self.persons[usize::from(kind)];
            held.extend(persons);
            if held.len() > 2 * MOST_PERSONS {
                self.accounts.repeated += leave_out_repeated(held);
                self.refuse_crowd(kind)?;
            }
        }
        Ok(())
    }

    fn end_home(&mut self) -> Result<(), EngineError> {
        for kind in [HOUSEHOLD, INSTITUTION] {
            let held = &mut self.persons[usize::from(kind)];
            if held.is_empty() {
                continue;
            }
            self.accounts.repeated += leave_out_repeated(held);
            let count = held.len();
            self.refuse_crowd(kind)?;
            let mut counts = PersonCounts::default();
            for person in self.persons[usize::from(kind)].drain(..) {
                counts.add(person.person());
                self.ids.note(person.id)?;
            }
            match self.definition {
                Some(Definition::Dtks) => {}
                Some(Definition::Wg) => counts.set_other_definition(),
                None => counts.forget_disabilities(),
            }
            if kind == HOUSEHOLD {
                self.households.put(&self.id, counts.as_bytes())?;
            } else {
                self.accounts.in_institutions += count as u64;
                self.institutions.put(&self.id, counts.as_bytes())?;
            }
        }
        Ok(())
    }

    fn refuse_crowd(&self, kind: u8) -> Result<(), EngineError> {
        if self.persons[usize::from(kind)].len() <= MOST_PERSONS {
            return Ok(());
        }
        let home = if kind == HOUSEHOLD { "household" } else { "institution" };
        Err(EngineError::CrowdedHome { home, id: self.id.clone() })
    }

    fn finish(mut self) -> Result<(usize, PersonAccounts, Kept, Kept), EngineError> {
        self.end_home()?;
        Ok((self.partition, self.accounts, self.households.finish()?, self.institutions.finish()?))
    }
}

impl Take for Result<Homes, EngineError> {
    fn take(&mut self, batch: RecordBatch) -> Result<(), EngineError> {
        match self {
            Ok(homes) => homes.take_batch(&batch),
            Err(_) => Ok(()),
        }
    }
}

/// Leaves one of equal rows, and gives the number of the others.
fn leave_out_repeated(persons: &mut Vec<PackedPerson>) -> u64 {
    let all = persons.len();
    persons.sort_unstable();
    persons.dedup();
    (all - persons.len()) as u64
}
