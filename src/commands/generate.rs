//! `sebaran generate`: writes the tables of an invented survey.

mod facts;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use anyhow::{Context, bail};
use arrow::array::RecordBatch;
use chrono::NaiveDate;
use rayon::prelude::*;
use serde::Serialize;
use tracing::info;

use super::Common;
use super::answer::print;
use super::progress::Progress;
use crate::domain::region::{RegionTree, Shapes, Slug};
use crate::invent::survey::{
    self, Facts, Fieldwork, Persons, Positions, Settings, Survey, TableKind,
};
use crate::store::aside::Aside;
use crate::store::regions;
use crate::store::tables::{TableFormat, TableLayout, TableWriter, TableWritten};

/// Invents a survey: visits, persons, prelist, institutions, resources, recipients, denominators.
#[derive(Debug, Clone, clap::Args)]
pub struct GenerateArgs {
    /// The version of regions in which to invent it.
    #[arg(long)]
    pub regions: Slug,
    /// Households of wave 0.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub households: u64,
    /// Another seed, another survey.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Surveys the same households again, so many years later.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=100))]
    pub wave: u16,
    /// Injects a fault into this share of the completed visits, 0 to 1, and writes the truth about
    /// them as the table faults.
    #[arg(long, value_parser = parse_share)]
    pub faults: Option<f64>,
    /// parquet or csv. Faults of writing, such as `abc` for a latitude, occur in CSV only.
    #[arg(long, default_value = "parquet")]
    pub format: TableFormat,
    /// A CSV of population and poverty: region_code, population, poverty_share.
    #[arg(long)]
    pub facts: Option<PathBuf>,
    /// The date at which visits count children and elderly; 30 June of the wave's year by default.
    #[arg(long)]
    pub reference_date: Option<NaiveDate>,
    /// Whether to write the persons table: yes or no.
    #[arg(long, default_value = "yes", value_parser = parse_persons)]
    pub persons: Persons,
    /// How far the fieldwork has come: complete, or lagging, in which some regencies have hardly begun.
    #[arg(long, default_value = "complete", value_parser = parse_fieldwork)]
    pub fieldwork: Fieldwork,
    /// The folder to write into: new, or empty.
    #[arg(long)]
    pub out: PathBuf,
}

fn parse_share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "give a share from 0 to 1, for example 0.02".to_owned())
}

fn parse_fieldwork(text: &str) -> Result<Fieldwork, String> {
    match text {
        "complete" => Ok(Fieldwork::Complete),
        "lagging" => Ok(Fieldwork::Lagging),
        _ => Err("say complete or lagging".to_owned()),
    }
}

fn parse_persons(text: &str) -> Result<Persons, String> {
    match text {
        "yes" => Ok(Persons::Listed),
        "no" => Ok(Persons::Omitted),
        _ => Err("say yes or no".to_owned()),
    }
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Generated {
    pub regions: Slug,
    pub households: u64,
    pub seed: u64,
    pub wave: u16,
    pub out: PathBuf,
    /// By the table's name.
    pub tables: std::collections::BTreeMap<&'static str, TableWritten>,
}

/// Runs the command.
///
/// # Errors
/// Where the regions or facts can't be read, the folder is in use, or the disk refuses.
pub fn run(common: &Common, args: &GenerateArgs) -> anyhow::Result<()> {
    regions::ensure(&common.register, &args.regions)?;
    let (tree, shapes) = regions::load(&common.register, &args.regions)?;
    let generated = generate(common, args, &tree, &shapes)?;
    if common.json {
        return print(&serde_json::to_string(&generated)?);
    }
    Ok(())
}

/// Writes the survey of the arguments for these regions: aside first, so that a folder holds a whole
/// survey or none.
///
/// # Errors
/// Where the facts can't be read, the folder is in use, or the disk refuses.
pub fn generate(
    common: &Common,
    args: &GenerateArgs,
    tree: &RegionTree,
    shapes: &Shapes,
) -> anyhow::Result<Generated> {
    let survey = Survey::plan(tree, shapes, settings(args)?)?;
    let aside = open_aside(&args.out)?;
    let threads = common.threads.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let progress = Progress::new(common);
    progress.phase_of("Inventing households", args.households);
    let tables = write(&survey, &pool, args.format, aside.path(), &progress)?;
    aside.put(&args.out)?;
    drop(progress);
    let rows = tables.values().map(|table| table.rows).sum::<u64>();
    let out = args.out.display().to_string();
    info!(households = args.households, rows, out, "Invented {} households", args.households);
    Ok(Generated {
        regions: args.regions.clone(),
        households: args.households,
        seed: args.seed,
        wave: args.wave,
        out: args.out.clone(),
        tables,
    })
}

fn settings(args: &GenerateArgs) -> anyhow::Result<Settings> {
    let facts = match &args.facts {
        Some(path) => facts::read(path)?,
        None => Facts::default(),
    };
    let writes_text = args.format == TableFormat::Csv && args.faults.is_some();
    Ok(Settings {
        households: args.households,
        seed: args.seed,
        wave: args.wave,
        faults: args.faults,
        reference_date: args.reference_date.unwrap_or_else(|| survey::reference_date(args.wave)),
        persons: args.persons,
        fieldwork: args.fieldwork,
        positions: if writes_text { Positions::Text } else { Positions::Numbers },
        facts,
    })
}

/// A folder beside the wanted one, which must be new or empty.
fn open_aside(out: &Path) -> anyhow::Result<Aside> {
    let shown = out.display();
    if out.exists() {
        let mut entries =
            std::fs::read_dir(out).with_context(|| format!("cannot list folder `{shown}`"))?;
        if entries.next().is_some() {
            bail!("folder `{shown}` is not empty; give a new one with --out");
        }
    }
    let parent = match out.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    Ok(Aside::new_in(parent, ".generate-")?)
}

/// Households that are invented at once, and wait to be written at most twice.
const HOUSEHOLDS_IN_WINDOW: u64 = 100_000;

/// The batches of a window's groups of one table, each with its minutes ahead of UTC.
type Window = Vec<(RecordBatch, i16)>;

/// Invents window after window in parallel, while one thread for each table writes the one before.
fn write(
    survey: &Survey<'_>,
    pool: &rayon::ThreadPool,
    format: TableFormat,
    folder: &Path,
    progress: &Progress,
) -> anyhow::Result<std::collections::BTreeMap<&'static str, TableWritten>> {
    let kinds = survey::kinds(survey.settings());
    thread::scope(|scope| {
        let mut senders = Vec::new();
        let mut writers = Vec::new();
        for &kind in &kinds {
            let (sender, windows) = sync_channel::<Window>(1);
            let layout = layout(kind, survey.settings().positions, format);
            let writer = TableWriter::create(folder, layout)?;
            senders.push(sender);
            writers.push((kind, scope.spawn(move || write_table(writer, windows))));
        }
        invent(survey, pool, &kinds, &senders, progress);
        drop(senders);
        let mut tables = std::collections::BTreeMap::new();
        for (kind, writer) in writers {
            let written = writer.join().expect("writing a table does not panic")?;
            tables.insert(kind.name(), written);
        }
        Ok(tables)
    })
}

fn layout(kind: TableKind, positions: Positions, format: TableFormat) -> TableLayout {
    TableLayout {
        name: kind.name(),
        schema: kind.schema(positions),
        format,
        rows_in_file: (kind == TableKind::Visits).then_some(5_000_000),
        distinct_columns: kind.distinct_columns(),
    }
}

fn write_table(mut writer: TableWriter, windows: Receiver<Window>) -> anyhow::Result<TableWritten> {
    for window in windows {
        for (batch, utc_offset_min) in window {
            writer.write(&batch, utc_offset_min)?;
        }
    }
    Ok(writer.finish()?)
}

/// Sends the windows in order; ends early where a writer has failed, which tells of it itself.
fn invent(
    survey: &Survey<'_>,
    pool: &rayon::ThreadPool,
    kinds: &[TableKind],
    senders: &[SyncSender<Window>],
    progress: &Progress,
) {
    let (mut first, mut done) = (0, 0);
    while first < survey.groups() {
        let (mut end, mut households) = (first, 0);
        while end < survey.groups() && (end == first || households < HOUSEHOLDS_IN_WINDOW) {
            households += survey.households_of(end);
            end += 1;
        }
        let groups: Vec<_> = pool
            .install(|| (first..end).into_par_iter().map(|group| survey.invent(group)).collect());
        let mut windows: Vec<Window> = kinds.iter().map(|_| Window::new()).collect();
        for tables in groups {
            let utc_offset_min = tables.utc_offset_min;
            for (window, (_, batch)) in windows.iter_mut().zip(tables.into_batches()) {
                window.push((batch, utc_offset_min));
            }
        }
        for (sender, window) in senders.iter().zip(windows) {
            if sender.send(window).is_err() {
                return;
            }
        }
        done += households;
        progress.count(done);
        first = end;
    }
}

#[cfg(test)]
#[path = "generate/generate_tests.rs"]
mod generate_tests;
