//! The join of persons to a build: ours beside a hash map of households on one thread, which keeps all of
//! them in memory, finds no repeated person and closes no accounts.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Date32Type;
use sebaran::commands::build::{self, Assign, BuildArgs, RegisterArgs, Rules, Tiles};
use sebaran::commands::engine::Engine;
use sebaran::commands::generate::{self, GenerateArgs};
use sebaran::domain::region::{RegionTree, Shapes};
use sebaran::invent::survey::{Fieldwork, Persons};
use sebaran::store::Release;
use sebaran::store::tables::TableFormat;

use crate::points;
use crate::survey::{Survey, common};
use crate::table::Table;
use crate::usage::measure;

/// Households to invent, with their persons.
const HOUSEHOLDS: u64 = 300_000;
/// At which the invented visits count their persons.
const REFERENCE_DATE: &str = "2021-06-30";

/// Measures builds with persons and without.
pub fn run(
    survey: &Survey,
    tree: &RegionTree,
    shapes: &Shapes,
    table: &mut Table,
) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("survey");
    let arguments = GenerateArgs {
        regions: survey.version.clone(),
        households: HOUSEHOLDS,
        seed: 2,
        wave: 0,
        faults: None,
        format: TableFormat::Parquet,
        fieldwork: Fieldwork::Complete,
        facts: None,
        reference_date: Some(REFERENCE_DATE.parse()?),
        persons: Persons::Listed,
        out: out.clone(),
    };
    generate::generate(&common(&out, None), &arguments, tree, shapes)?;
    let survey = Survey { visits: vec![out.join("visits-000.parquet")], ..survey.clone() };
    let persons = out.join("persons.parquet");
    let (alone, before) = measure(|| ours(&survey, "visits-alone", &[]));
    let (joined, with) = measure(|| ours(&survey, "with-persons", std::slice::from_ref(&persons)));
    let (plain, theirs) = measure(|| plain(&persons));
    let (alone, joined, plain) = (alone?, joined?, plain?);
    let used = joined.manifest().build().persons.expect("persons were given");
    assert_eq!(used.accounts.rows, plain.values().map(|counts| u64::from(counts[0])).sum::<u64>());
    let leaves = |release: &Release| release.manifest().files()["leaves.parquet"];
    assert_eq!(leaves(&alone), leaves(&joined), "the persons are those that the visits count");
    let work = format!("join of {} persons to a build", used.accounts.rows);
    table.compare(format!("{work}: by the clock"), "s", with.wall_s - before.wall_s, theirs.wall_s);
    table.compare(format!("{work}: CPU"), "s", with.cpu_s - before.cpu_s, theirs.cpu_s);
    Ok(())
}

fn ours(survey: &Survey, release: &str, persons: &[PathBuf]) -> anyhow::Result<Release> {
    let arguments = BuildArgs {
        visits: survey.visits.clone(),
        regions: survey.version.clone(),
        release: release.parse()?,
        reference_date: REFERENCE_DATE.parse()?,
        columns: None,
        denominators: None,
        registers: RegisterArgs { persons: persons.to_vec(), ..RegisterArgs::default() },
        assign: Assign::Declared,
        since: None,
        accept_doubtful: Vec::new(),
        restricted: true,
        publish: false,
        spend: None,
        erasure: None,
        person: None,
        tiles: Tiles::No,
        memory_mib: None,
        rules: Rules::All,
        engine: Engine::Local,
    };
    let cores = u16::try_from(available_parallelism()?.get())?;
    build::build(&common(&survey.register, Some(cores)), &arguments)
}

/// Members, children, elderly and disabled by household.
fn plain(persons: &Path) -> anyhow::Result<HashMap<String, [u32; 4]>> {
    let mut households = HashMap::new();
    let columns = ["household_id", "birth_date", "disability_code"];
    for batch in points::batches(persons, &columns)? {
        add(&batch?, &mut households);
    }
    Ok(households)
}

fn add(batch: &RecordBatch, households: &mut HashMap<String, [u32; 4]>) {
    let column = |name: &str| batch.column_by_name(name).expect("it was asked for");
    let ids = column("household_id").as_string::<i32>();
    let born = column("birth_date").as_primitive::<Date32Type>();
    let codes = column("disability_code").as_string::<i32>();
    // Born after 30 June 2003, and up to 30 June 1961.
    let (adult, elderly) = (12_233, -3_107);
    for row in 0..batch.num_rows() {
        let counts = households.entry(ids.value(row).to_owned()).or_default();
        counts[0] += 1;
        counts[1] += u32::from(born.value(row) > adult);
        counts[2] += u32::from(born.value(row) <= elderly);
        counts[3] += u32::from(codes.is_valid(row) && codes.value(row) != "00");
    }
}
