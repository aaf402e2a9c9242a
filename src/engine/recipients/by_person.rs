//! Recipients who are persons, brought to the households in which they live.

use std::cmp::Ordering as Order;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::pack;
use crate::count::RecipientAccounts;
use crate::engine::error::EngineError;
use crate::engine::hashes::hash_of;
use crate::engine::kept::{Keeping, Kept, KeptReader};
use crate::engine::keyed;
use crate::engine::plan::Build;
use crate::read::persons::PersonFiles;
use crate::read::recipients::{Recipient, RecipientFiles};

/// Recipients who are persons, by household.
pub struct Resolved {
    /// Rows by the household of the person, by partition; in the order of persons.
    pub persons: Vec<Kept>,
    pub accounts: RecipientAccounts,
    /// Rows by the person, of persons who are not known.
    pub unknown: Vec<Kept>,
}

/// Marks of hashes: 32 MiB, made when the first recipient is a person.
#[derive(Default)]
struct Marks(OnceLock<Box<[AtomicU64]>>);

const MARK_BITS: u32 = 28;

impl Marks {
    fn mark(&self, hash: u64) {
        let words =
            self.0.get_or_init(|| (0..1 << (MARK_BITS - 6)).map(|_| AtomicU64::new(0)).collect());
        let bit = hash >> (64 - MARK_BITS);
        words[(bit >> 6) as usize].fetch_or(1 << (bit & 63), Ordering::Relaxed);
    }

    fn is_marked(&self, hash: u64) -> bool {
        let bit = hash >> (64 - MARK_BITS);
        self.0.get().is_some_and(|words| {
            words[(bit >> 6) as usize].load(Ordering::Relaxed) >> (bit & 63) & 1 == 1
        })
    }

    fn is_empty(&self) -> bool {
        self.0.get().is_none()
    }
}

/// Finds the households of all recipients who are persons. `rows` tells nothing here but that work goes
/// on: they are counted when those of households are read.
pub async fn resolve(
    build: &Build<'_>,
    files: &Arc<RecipientFiles>,
    rows: &Arc<[AtomicU64]>,
    progress: &impl Fn(u64),
) -> Result<Resolved, EngineError> {
    let marks = Arc::new(Marks::default());
    let recipients =
        keyed::gather(build, recipients(build, files, &marks), None, rows, progress).await?;
    let mut resolved = Resolved {
        persons: Vec::new(),
        accounts: RecipientAccounts { repeated: recipients.repeated, ..Default::default() },
        unknown: Vec::new(),
    };
    if marks.is_empty() {
        return Ok(resolved);
    }
    let Some(persons) = &build.registers.persons else {
        for kept in recipients.parts {
            let mut reader = kept.read()?;
            while reader.get().is_some() {
                resolved.accounts.persons_not_given += 1;
                reader.advance()?;
            }
        }
        return Ok(resolved);
    };
    let homes = keyed::gather(build, homes(build, persons, &marks), None, rows, progress).await?;
    for (recipients, homes) in recipients.parts.into_iter().zip(homes.parts) {
        let (found, unknown) =
            (Keeping::in_folder(build.spill_folder)?, Keeping::in_folder(build.spill_folder)?);
        let mut join =
            Join { homes: homes.read()?, found, unknown, accounts: &mut resolved.accounts };
        join.run(recipients.read()?)?;
        let Join { found, unknown, .. } = join;
        resolved.persons.push(found.finish()?);
        resolved.unknown.push(unknown.finish()?);
    }
    Ok(resolved)
}

/// The rows that name a person and no household, by person; marks their hashes.
fn recipients(build: &Build<'_>, files: &Arc<RecipientFiles>, marks: &Arc<Marks>) -> keyed::Rows {
    let portions = files.portions(build.threads.get());
    let (files, marks) = (Arc::clone(files), Arc::clone(marks));
    keyed::Rows::new("RecipientPersons", portions.len(), move |partition, handing| {
        let mut packed = Vec::new();
        for portion in &portions[partition] {
            files.read(portion, &mut |batch| {
                for row in 0..batch.len() {
                    let Recipient::Person(person) = batch.recipient(row) else { continue };
                    marks.mark(hash_of(person));
                    pack(batch, row, &mut packed);
                    handing.push(person, &packed)?;
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

/// The households of persons whose hashes are marked, by person.
fn homes(build: &Build<'_>, files: &Arc<PersonFiles>, marks: &Arc<Marks>) -> keyed::Rows {
    let portions = files.portions(build.threads.get());
    let (files, marks) = (Arc::clone(files), Arc::clone(marks));
    keyed::Rows::new("Homes", portions.len(), move |partition, handing| {
        for portion in &portions[partition] {
            files.read(portion, &mut |batch, _| {
                for row in (0..batch.len()).filter(|&row| batch.rows[row].is_present) {
                    let person = batch.person_ids.value(row);
                    if marks.is_marked(hash_of(person)) {
                        handing.push(person, batch.household(row).as_bytes())?;
                    }
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

/// Recipients and persons of one partition, both in the order of persons.
struct Join<'a> {
    homes: KeptReader,
    found: Keeping,
    unknown: Keeping,
    accounts: &'a mut RecipientAccounts,
}

impl Join<'_> {
    fn run(&mut self, mut recipients: KeptReader) -> Result<(), EngineError> {
        while let Some((person, row)) = recipients.get() {
            let home = loop {
                let Some((known, home)) = self.homes.get() else { break None };
                match known.cmp(person) {
                    Order::Less => self.homes.advance()?,
                    Order::Equal => break Some(std::str::from_utf8(home).expect("it was a text")),
                    Order::Greater => break None,
                }
            };
            match home {
                Some("") => self.accounts.in_institutions += 1,
                Some(household) => self.found.put(household, row)?,
                None => {
                    self.accounts.of_unknown_persons += 1;
                    self.unknown.put(person, row)?;
                }
            }
            recipients.advance()?;
        }
        Ok(())
    }
}
