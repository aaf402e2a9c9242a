//! Benchmarks: each beside a plain way of the same work in the same run, printed as a ratio.
//!
//! `cargo bench` measures on the invented country. `cargo bench -- --register DIR --regions VERSION
//! --visits FILE...` measures on one's own regions and visits. With `--lookup-only` it answers points
//! from a file, as a contestant beside others.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark is an edge: it reads files and the clock"
)]

mod answer;
mod build;
mod cache;
mod growth;
mod layers;
mod lookup;
mod nation;
mod persons;
mod plain;
mod points;
mod protect;
mod protected_nation;
mod survey;
mod table;
mod usage;

use std::path::{Path, PathBuf};

use clap::Parser;
use growth::{Growth, Way};
use sebaran::domain::region::Slug;
use sebaran::store::regions;
use survey::Survey;
use table::Table;

#[derive(Parser)]
struct Arguments {
    /// The register that has the regions; without it, the invented country in a folder of its own.
    #[arg(long, requires = "regions")]
    register: Option<PathBuf>,
    /// The version of the regions.
    #[arg(long, requires = "register")]
    regions: Option<Slug>,
    /// Visits in Parquet, in village order; without them they are invented.
    #[arg(long, num_args = 1.., requires = "register")]
    visits: Vec<PathBuf>,
    /// Households to invent where no visits are given.
    #[arg(long, default_value_t = 1_000_000)]
    households: u64,
    /// Sums the layers of a nation's invented leaves, and nothing else.
    #[arg(long)]
    nation_only: bool,
    /// Finds village and hexagon of the points of a file, and nothing else.
    #[arg(long, requires_all = ["register", "points", "output"])]
    lookup_only: bool,
    /// Asks a full cache of answers and one that is nearly empty, and nothing else.
    #[arg(long)]
    cache_only: bool,
    /// Protects an invented nation, and nothing else.
    #[arg(long)]
    protect_only: bool,
    /// Points in Parquet with the columns longitude and latitude.
    #[arg(long)]
    points: Option<PathBuf>,
    /// Where to write the villages' codes and the hexagons' indexes, in the order of the points.
    #[arg(long, short)]
    output: Option<PathBuf>,
    /// Households of the table of growth, ascending; without any there is none.
    #[arg(long, value_delimiter = ',', default_values_t = [250_000, 1_000_000, 4_000_000])]
    growth: Vec<u64>,
    /// Builds once from the visits that are given, and nothing else.
    #[arg(long, hide = true)]
    build_only: Option<Way>,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let (true, Some(register), Some(version), Some(points), Some(output)) = (
        arguments.lookup_only,
        &arguments.register,
        &arguments.regions,
        &arguments.points,
        &arguments.output,
    ) {
        return answer::run(register, version, points, output);
    }
    let folder = tempfile::tempdir()?;
    if let Some(way) = arguments.build_only {
        return growth::once(way, &prepare(&arguments, folder.path())?);
    }
    let mut table = Table::default();
    if arguments.protect_only {
        protect::run(&mut table)?;
        println!("{table}");
        return Ok(());
    }
    if arguments.cache_only {
        cache::run(&mut table);
        println!("{table}");
        return Ok(());
    }
    let growth =
        if arguments.nation_only { None } else { measure(&arguments, folder.path(), &mut table)? };
    eprintln!("Summing the layers of a nation");
    layers::run_nation(&mut table)?;
    println!("{table}");
    if let Some(growth) = growth {
        println!("{growth}");
    }
    Ok(())
}

fn prepare(arguments: &Arguments, folder: &Path) -> anyhow::Result<Survey> {
    survey::prepare(
        folder,
        arguments.register.as_deref().zip(arguments.regions.as_ref()),
        &arguments.visits,
        arguments.households,
    )
}

/// Measures lookup, build and layers; where the visits were invented, also how builds grow.
fn measure(
    arguments: &Arguments,
    folder: &Path,
    table: &mut Table,
) -> anyhow::Result<Option<Growth>> {
    let survey = prepare(arguments, folder)?;
    let (tree, shapes) = regions::load(&survey.register, &survey.version)?;
    eprintln!("Looking positions up");
    lookup::run(&survey, &tree, &shapes, table)?;
    eprintln!("Building");
    let release = build::run(&survey, &tree, &shapes, table)?;
    eprintln!("Summing layers");
    layers::run(&release, &tree, table)?;
    eprintln!("Asking the cache of answers");
    cache::run(table);
    eprintln!("Protecting");
    protect::run(table)?;
    if !arguments.visits.is_empty() {
        return Ok(None);
    }
    eprintln!("Joining persons");
    persons::run(&survey, &tree, &shapes, table)?;
    drop((tree, shapes));
    growth::run(&survey, &arguments.growth).map(Some)
}
