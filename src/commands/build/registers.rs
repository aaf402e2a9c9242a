//! The registers that are joined to the visits of a build.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};

use crate::check::register::{RegisterFinding, RegisterRule};
use crate::domain::date::Date;
use crate::domain::person::Definition;
use crate::engine::{EngineError, Joined};
use crate::read::persons::PersonFiles;
use crate::read::visits::ColumnsFile;
use crate::store::Draft;
use crate::store::manifest::{BuildRecord, PersonsUsed, RegisterUsed};
use crate::store::register_findings::RegisterFindings;

/// The registers' files.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct RegisterArgs {
    /// Persons files, .csv, .csv.gz, .tsv or .parquet: the persons of a household count, and not what
    /// the visit says of them.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub persons: Vec<PathBuf>,
    /// By what it is told who is disabled, where the persons files have both.
    #[arg(long, value_enum, requires = "persons")]
    pub disability: Option<DisabilityBy>,
}

/// [`Definition`] on the command line.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum DisabilityBy {
    /// `disability_code`, 00 to 12.
    Dtks,
    /// `wg_a` to `wg_i`, the questions of the Washington Group.
    Wg,
}

/// The registers of a build, their headers read.
pub struct Registers {
    pub persons: Option<Arc<PersonFiles>>,
}

impl Registers {
    /// Opens the files.
    ///
    /// # Errors
    /// Those of the first file that can't be read as its register.
    pub fn open(args: &RegisterArgs, columns: &ColumnsFile, reference: Date) -> Result<Self> {
        let asked = args.disability.map(|by| match by {
            DisabilityBy::Dtks => Definition::Dtks,
            DisabilityBy::Wg => Definition::Wg,
        });
        let open = || PersonFiles::open(&args.persons, columns, asked, reference);
        let persons = (!args.persons.is_empty()).then(open).transpose()?;
        Ok(Self { persons: persons.map(Arc::new) })
    }

    /// The counts of households that the registers tell, as bits of visit fields.
    pub fn fields(&self) -> u32 {
        self.persons.as_ref().map_or(0, |persons| persons.fields())
    }

    /// Writes what the registers come to into the release, and records it.
    ///
    /// # Errors
    /// Where the accounts do not close, and where files can't be read or written.
    pub fn keep(
        &self,
        draft: &Draft,
        joined: Option<Joined>,
        record: &mut BuildRecord,
    ) -> Result<()> {
        if self.persons.is_none() {
            return Ok(());
        }
        let mut findings = RegisterFindings::create(draft.path())?;
        if let (Some(files), Some(joined)) = (&self.persons, joined) {
            keep_persons(files, joined, record, &mut findings)?;
        }
        for (rule, count) in findings.finish()? {
            record.findings.insert(rule.text().name.to_owned(), count);
        }
        Ok(())
    }
}

fn keep_persons(
    files: &PersonFiles,
    joined: Joined,
    record: &mut BuildRecord,
    findings: &mut RegisterFindings,
) -> Result<()> {
    joined.accounts.close().context("the accounts of persons do not close")?;
    let inputs = super::inputs(&files.paths().collect::<Vec<_>>(), &joined.rows)?;
    let used = RegisterUsed { inputs, ignored_columns: files.ignored() };
    record.registers.insert("persons".to_owned(), used);
    record.persons =
        Some(PersonsUsed { definition: files.definition(), accounts: joined.accounts });
    let rule = RegisterRule::OrphanPersons;
    joined.orphans.each(|id, counts| {
        let finding = RegisterFinding { rule, id, value: f64::from(counts.members()) };
        findings.put(&finding).map_err(|error| EngineError::Write(Box::new(error)))
    })?;
    Ok(())
}
