//! `sebaran check`: what the rules find in visits, without building anything.

mod html;
mod lines;
mod report;
mod text;

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::array::RecordBatch;

use self::report::Report;
use super::Common;
use super::answer::print;
use super::build::{Assign, columns, ground, remark, threads};
use super::progress::Progress;
use super::{beside, doubtful, strange_codes};
use crate::check::{Language, RulesUsed};
use crate::domain::date::Date;
use crate::domain::region::Slug;
use crate::engine::{self, Build, EngineError, RegisterFiles, Sink};
use crate::read::visits::VisitFiles;

/// Tell what the quality rules find in visits; nothing is stored.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Visits files: .csv, .csv.gz, .tsv or .parquet.
    #[arg(required = true)]
    pub visits: Vec<PathBuf>,
    /// The regions by which visits are judged; `demo` is the invented country.
    #[arg(long)]
    pub regions: Slug,
    /// A TOML file that names the columns of visits files with other column names.
    #[arg(long)]
    pub columns: Option<PathBuf>,
    /// The release before: households far from where it has them are noted.
    #[arg(long)]
    pub since: Option<Slug>,
    /// Lines of CSV: every region, enumerator, supervisor and device with its sums by rule.
    #[arg(long, conflicts_with = "html")]
    pub csv: bool,
    /// A page for printing.
    #[arg(long)]
    pub html: bool,
    /// The language of the report.
    #[arg(long, value_enum, default_value_t = Spoken::En)]
    pub language: Spoken,
}

/// [`Language`] on the command line.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Spoken {
    En,
    Id,
}

impl From<Spoken> for Language {
    fn from(spoken: Spoken) -> Self {
        match spoken {
            Spoken::En => Self::English,
            Spoken::Id => Self::Indonesian,
        }
    }
}

/// Judges visits and prints the report.
///
/// # Errors
/// Where the visits or the regions can't be read.
pub fn run(common: &Common, args: &CheckArgs) -> Result<()> {
    let report = report(common, args)?;
    let language = args.language.into();
    if common.json {
        return print(&serde_json::to_string(&report)?);
    }
    match (args.csv, args.html) {
        (true, _) => print(lines::lines(&report).trim_end()),
        (_, true) => print(&html::page(&report, language)),
        _ => print(&text::text(&report, language)),
    }
}

/// Judges visits.
///
/// # Errors
/// Where the visits or the regions can't be read.
fn report(common: &Common, args: &CheckArgs) -> Result<Report> {
    let progress = Progress::new(common);
    let mut settings = common.settings()?;
    // A visit of tomorrow is a wrong clock, whether or not the settings say when the fieldwork ends.
    let today = Date::from(
        chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).date_naive(),
    );
    settings.check.fieldwork_until = settings.check.fieldwork_until.min(today);
    settings.check.fieldwork_from = settings.check.fieldwork_from.min(today);
    let files = Arc::new(VisitFiles::open(&args.visits, columns(args.columns.as_deref())?)?);
    remark(files.remarks().into_iter());
    let spill = tempfile::tempdir().context("cannot make a folder to spill to")?;
    let (beside, ..) = beside::collect(common, args.since.as_ref(), spill.path())?;
    let ground = Arc::new(ground(common, &args.regions, Assign::Declared, &settings, beside)?);
    let work = Build {
        files: Arc::clone(&files),
        registers: RegisterFiles::default(),
        rules: RulesUsed::All,
        ground: Arc::clone(&ground),
        threads: threads(common),
        memory_bytes: settings.build.memory_mib as usize * 1024 * 1024,
        spill_folder: spill.path(),
    };
    let last = Cell::new(None);
    let tell = |pass: engine::Pass, rows| {
        if last.replace(Some(pass)) != Some(pass) {
            progress.phase(pass.words());
        }
        progress.count(rows);
    };
    let built = engine::run(&work, || Box::new(Nowhere), tell)?;
    let unread = doubtful::find(&built, &files, &[], &ground)?;
    if unread.is_empty() {
        strange_codes::refuse(&built, &args.regions, &files, &ground)?;
    }
    let report = Report::new(&built, &ground.tree, &args.regions);
    Ok(Report { unread, empty_rows: files.empty_rows().iter().sum(), ..report })
}

/// Keeps nothing of the placed visits.
struct Nowhere;

impl Sink for Nowhere {
    fn put(&mut self, _: &RecordBatch) -> Result<(), EngineError> {
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), EngineError> {
        Ok(())
    }
}
