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
mod growth;
mod layers;
mod lookup;
mod plain;
mod points;
mod survey;
mod table;
mod usage;

use std::path::PathBuf;

use clap::Parser;
use growth::Way;
use sebaran::domain::region::Slug;
use sebaran::store::regions;
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
    /// Finds village and hexagon of the points of a file, and nothing else.
    #[arg(long, requires_all = ["register", "points", "output"])]
    lookup_only: bool,
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
    measure(&arguments)
}

fn measure(arguments: &Arguments) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let survey = survey::prepare(
        folder.path(),
        arguments.register.as_deref().zip(arguments.regions.as_ref()),
        &arguments.visits,
        arguments.households,
    )?;
    if let Some(way) = arguments.build_only {
        return growth::once(way, &survey);
    }
    let (tree, shapes) = regions::load(&survey.register, &survey.version)?;
    let mut table = Table::default();
    eprintln!("Looking positions up");
    lookup::run(&survey, &tree, &shapes, &mut table)?;
    eprintln!("Building");
    let release = build::run(&survey, &tree, &shapes, &mut table)?;
    eprintln!("Summing layers");
    layers::run(&release, &tree, &mut table)?;
    println!("{table}");
    if arguments.visits.is_empty() {
        println!("{}", growth::run(&survey, &arguments.growth)?);
    }
    Ok(())
}
