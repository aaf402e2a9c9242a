//! The registers that are joined to the visits of a build.

mod benefits;
mod places;
mod residents;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};

use crate::check::office_position::Offices;
use crate::check::register::{RegisterFinding, RegisterRule};
use crate::domain::code::RegionCode;
use crate::domain::date::Date;
use crate::domain::indicator::Denominators;
use crate::domain::institution::{Institution, Resource, offices};
use crate::domain::person::{Definition, PersonCounts};
use crate::domain::region::{RegionId, RegionTree};
use crate::engine::{Built, Compared, EngineError, Ground, Joined, RegisterFiles};
use crate::read::institutions::{ReadTable, read_institutions, read_resources};
use crate::read::persons::PersonFiles;
use crate::read::prelist::PrelistFiles;
use crate::read::recipients::RecipientFiles;
use crate::read::table::FileValues;
use crate::read::visits::ColumnsFile;
use crate::store::manifest::{BuildRecord, InputUsed, PersonsUsed, PrelistUsed, RegisterUsed};
use crate::store::register_findings::RegisterFindings;
use crate::store::{Draft, coverage};

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
    /// Prelist files: the households that were to be visited.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub prelist: Vec<PathBuf>,
    /// Regions of any level whose fieldwork is closed: villages there of which little was visited are
    /// told of.
    #[arg(long, num_args = 1.., value_name = "CODE", requires = "prelist")]
    pub closed: Vec<RegionCode>,
    /// Institutions files: points, with their capacity and residents.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub institutions: Vec<PathBuf>,
    /// Resources files: volunteers and facilitators by region.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub resources: Vec<PathBuf>,
    /// Recipients files: whom programmes reach, by household or by person.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub recipients: Vec<PathBuf>,
}

impl RegisterArgs {
    /// Every file, register by register.
    pub fn paths(&self) -> Vec<PathBuf> {
        [&self.persons[..], &self.prelist, &self.recipients, &self.institutions, &self.resources]
            .concat()
    }
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
    /// Those that are joined by the engine.
    pub files: RegisterFiles,
    pub institutions: Option<ReadTable<Institution>>,
    pub resources: Option<ReadTable<Resource>>,
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
        let persons = (!args.persons.is_empty())
            .then(|| PersonFiles::open(&args.persons, columns, asked, reference));
        let prelist =
            (!args.prelist.is_empty()).then(|| PrelistFiles::open(&args.prelist, columns));
        let recipients =
            (!args.recipients.is_empty()).then(|| RecipientFiles::open(&args.recipients, columns));
        let institutions =
            (!args.institutions.is_empty()).then(|| read_institutions(&args.institutions, columns));
        let resources =
            (!args.resources.is_empty()).then(|| read_resources(&args.resources, columns));
        Ok(Self {
            institutions: institutions.transpose()?,
            resources: resources.transpose()?,
            files: RegisterFiles {
                persons: persons.transpose()?.map(Arc::new),
                prelist: prelist.transpose()?.map(Arc::new),
                recipients: recipients.transpose()?.map(Arc::new),
            },
        })
    }

    /// The offices among the institutions, by which rules find positions that were taken at one.
    pub fn offices(&self) -> Offices {
        let rows = self.institutions.as_ref().map(|table| &table.rows[..]);
        Offices::new(rows.map_or_else(Vec::new, offices))
    }

    /// The rows of each file, in the order of [`RegisterArgs::paths`].
    pub fn rows(&self, built: &Built) -> Vec<u64> {
        let joined = &built.registers;
        let persons = joined.persons.iter().flat_map(|joined| &joined.rows);
        let prelist = joined.prelist.iter().flat_map(|compared| &compared.rows);
        let recipients = joined.recipients.iter().flat_map(|benefits| &benefits.rows);
        let large = persons.chain(prelist).chain(recipients);
        let institutions = self.institutions.iter().flat_map(|table| &table.rows_of_file);
        let resources = self.resources.iter().flat_map(|table| &table.rows_of_file);
        large.chain(institutions).chain(resources).copied().collect()
    }

    /// Records the files, which come in the order of [`RegisterArgs::paths`].
    pub fn record(&self, inputs: Vec<InputUsed>, record: &mut BuildRecord) {
        let mut inputs = inputs.into_iter();
        let mut keep = |register: &str, files: usize, ignored_columns: Vec<String>| {
            let inputs = inputs.by_ref().take(files).collect();
            let used = RegisterUsed { inputs, ignored_columns };
            record.registers.insert(register.to_owned(), used);
        };
        if let Some(files) = &self.files.persons {
            keep("persons", files.paths().len(), files.ignored());
        }
        if let Some(files) = &self.files.prelist {
            keep("prelist", files.paths().len(), files.ignored());
        }
        if let Some(files) = &self.files.recipients {
            keep("recipients", files.paths().len(), files.ignored());
        }
        if let Some(table) = &self.institutions {
            keep("institutions", table.rows_of_file.len(), table.ignored.clone());
        }
        if let Some(table) = &self.resources {
            keep("resources", table.rows_of_file.len(), table.ignored.clone());
        }
    }

    /// The rows of each file that were left out because they hold nothing, in the order of
    /// [`RegisterArgs::paths`].
    pub fn empty_rows(&self) -> Vec<u64> {
        let RegisterFiles { persons, prelist, recipients } = &self.files;
        let persons = persons.iter().flat_map(|files| files.empty_rows());
        let prelist = prelist.iter().flat_map(|files| files.empty_rows());
        let recipients = recipients.iter().flat_map(|files| files.empty_rows());
        let institutions = self.institutions.iter().flat_map(|table| table.empty_rows.clone());
        let resources = self.resources.iter().flat_map(|table| table.empty_rows.clone());
        persons.chain(prelist).chain(recipients).chain(institutions).chain(resources).collect()
    }

    /// What people should know of the columns that were found.
    pub fn remarks(&self) -> Vec<String> {
        let RegisterFiles { persons, prelist, recipients } = &self.files;
        let persons = persons.iter().flat_map(|files| files.remarks());
        let prelist = prelist.iter().flat_map(|files| files.remarks());
        let recipients = recipients.iter().flat_map(|files| files.remarks());
        let institutions = self.institutions.iter().flat_map(|table| table.remarks.clone());
        let resources = self.resources.iter().flat_map(|table| table.remarks.clone());
        persons.chain(prelist).chain(recipients).chain(institutions).chain(resources).collect()
    }

    /// The columns with values that can't be read, by register and file.
    pub fn values(&self) -> Vec<(&'static str, Vec<FileValues>)> {
        let RegisterFiles { persons, prelist, .. } = &self.files;
        let persons = persons.iter().map(|files| ("persons", files.values()));
        let prelist = prelist.iter().map(|files| ("prelist", files.values()));
        let institutions =
            self.institutions.iter().map(|table| ("institutions", table.values.clone()));
        persons.chain(prelist).chain(institutions).collect()
    }

    /// The first household that the prelist names.
    ///
    /// # Errors
    /// Where its files can't be read again.
    pub fn first_of_prelist(&self) -> Result<Option<String>> {
        let Some(files) = &self.files.prelist else { return Ok(None) };
        let mut first = None;
        for portion in files.portions(1).concat() {
            files.read(&portion, &mut |batch, _| {
                let mut households = (0..batch.len()).filter_map(|row| batch.entry(row).household);
                first = households.next().map(str::to_owned);
                if first.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            if first.is_some() {
                break;
            }
        }
        Ok(first)
    }

    fn are_given(&self) -> bool {
        let RegisterFiles { persons, prelist, recipients } = &self.files;
        let large = [persons.is_some(), prelist.is_some(), recipients.is_some()];
        let small = [self.institutions.is_some(), self.resources.is_some()];
        large.into_iter().chain(small).any(|is_given| is_given)
    }

    /// The counts of households that the registers tell, as bits of visit fields.
    pub fn fields(&self) -> u32 {
        self.files.persons.as_ref().map_or(0, |persons| persons.fields())
    }

    /// Writes what the registers come to into the release, and records it.
    ///
    /// # Errors
    /// Where the accounts do not close, and where files can't be read or written.
    pub fn keep(
        &self,
        draft: &Draft,
        built: &mut Built,
        (ground, denominators): (&Ground, Option<&Denominators>),
        record: &mut BuildRecord,
    ) -> Result<()> {
        let over = denominators.map_or_else(BTreeMap::new, |given| {
            residents::overcounted(given, &built.cube, &ground.tree)
        });
        if !self.are_given() && over.is_empty() {
            return Ok(());
        }
        let mut findings = RegisterFindings::create(draft.path())?;
        let mut of_institutions = BTreeMap::new();
        let joined = std::mem::take(&mut built.registers);
        if let (Some(files), Some(joined)) = (&self.files.persons, joined.persons) {
            let accounts = joined.accounts;
            record.persons = Some(PersonsUsed { definition: files.definition(), accounts });
            of_institutions = keep_persons(joined, &mut findings)?;
        }
        if let Some(benefits) = joined.recipients {
            let table = &built.targeting;
            record.programmes = benefits::terms(&benefits, &ground.programmes);
            record.recipients =
                Some(benefits::keep_benefits(draft, benefits, table, ground, &mut findings)?);
        }
        if let Some(compared) = joined.prelist {
            record.prelist = Some(keep_prelist(draft, &compared, ground, &mut findings)?);
        }
        residents::keep(&over, &ground.tree, &mut findings)?;
        if let Some(table) = &self.institutions {
            let has_persons = self.files.persons.is_some();
            let residents = has_persons.then_some(of_institutions);
            places::keep_institutions(draft, table, residents, ground, &mut findings)?;
        }
        if let Some(table) = &self.resources {
            places::keep_resources(draft, table, ground, &mut findings)?;
        }
        for (rule, count) in findings.finish()? {
            record.findings.insert(rule.text().name.to_owned(), count);
        }
        Ok(())
    }
}

/// The regions whose fieldwork is closed.
///
/// # Errors
/// Where a code is none of the regions'.
pub fn closed_regions(codes: &[RegionCode], tree: &RegionTree) -> Result<BTreeSet<RegionId>> {
    let find = |code: &RegionCode| {
        tree.find(*code).with_context(|| {
            format!("`--closed {code}` names no region of this version; write the code of one, of any level")
        })
    };
    codes.iter().map(find).collect()
}

/// Tells of orphans, and gives the residents of institutions.
fn keep_persons(
    joined: Joined,
    findings: &mut RegisterFindings,
) -> Result<BTreeMap<String, PersonCounts>> {
    joined.accounts.close().context("the accounts of persons do not close")?;
    let rule = RegisterRule::OrphanPersons;
    joined.orphans.each(|id, row| {
        let value = f64::from(PersonCounts::from_bytes(row).members());
        let finding = RegisterFinding { rule, id, value };
        findings.put(&finding).map_err(|error| EngineError::Write(Box::new(error)))
    })?;
    let mut residents = BTreeMap::new();
    joined.institutions.each(|id, row| {
        residents.insert(id.to_owned(), PersonCounts::from_bytes(row));
        Ok::<_, EngineError>(())
    })?;
    Ok(residents)
}

fn keep_prelist(
    draft: &Draft,
    compared: &Compared,
    ground: &Ground,
    findings: &mut RegisterFindings,
) -> Result<PrelistUsed> {
    let total = compared.coverage.total();
    let used = PrelistUsed {
        rows: compared.rows.iter().sum(),
        visited: total.visited,
        not_visited: total.listed - total.visited,
        repeated: compared.repeated,
        not_listed: compared.not_listed,
    };
    let told = used.visited + used.not_visited + used.repeated;
    ensure!(
        used.rows == told,
        "the accounts of the prelist do not close: {} rows came in, but {told} were told of",
        used.rows
    );
    for (village, coverage) in compared.coverage.by_village() {
        if ground.tree.find(village).is_none() {
            let id = village.to_string();
            let rule = RegisterRule::PrelistUnknownVillage;
            #[expect(clippy::cast_precision_loss, reason = "entries are fewer than 2^52")]
            let value = coverage.listed as f64;
            findings.put(&RegisterFinding { rule, id: &id, value })?;
        }
    }
    coverage::write(draft.path(), &compared.coverage)?;
    Ok(used)
}
