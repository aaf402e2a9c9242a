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
mod layers;
mod lookup;
mod nation;
mod plain;
mod points;
mod protect;
mod survey;
mod table;
mod usage;

use std::path::PathBuf;

use clap::Parser;
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
    /// Protects an invented nation, and nothing else.
    #[arg(long)]
    protect_only: bool,
    /// Points in Parquet with the columns longitude and latitude.
    #[arg(long)]
    points: Option<PathBuf>,
    /// Where to write the villages' codes and the hexagons' indexes, in the order of the points.
    #[arg(long, short)]
    output: Option<PathBuf>,
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
    if arguments.protect_only {
        let mut table = Table::default();
        protect::run(&mut table)?;
        println!("{table}");
        return Ok(());
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
    let (tree, shapes) = regions::load(&survey.register, &survey.version)?;
    let mut table = Table::default();
    eprintln!("Looking positions up");
    lookup::run(&survey, &tree, &shapes, &mut table)?;
    eprintln!("Building");
    let release = build::run(&survey, &tree, &shapes, &mut table)?;
    eprintln!("Summing layers");
    layers::run(&release, &tree, &mut table)?;
    eprintln!("Protecting");
    protect::run(&mut table)?;
    println!("{table}");
    Ok(())
}
