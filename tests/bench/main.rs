//! Benchmarks: each beside a plain way of the same work in the same run, printed as a ratio.
//!
//! `cargo bench -- --register DIR --regions VERSION --visits FILE...` measures on one's own regions and
//! visits; without, on the invented country.

mod lookup;

use std::path::PathBuf;

use clap::Parser;
use sebaran::domain::region::Slug;
use sebaran::invent;
use sebaran::store::regions;

#[derive(Parser)]
struct Arguments {
    /// The register that has the regions.
    #[arg(long, requires = "regions")]
    register: Option<PathBuf>,
    #[arg(long, requires = "visits")]
    regions: Option<Slug>,
    /// Visits in Parquet, in village order.
    #[arg(long, num_args = 1..)]
    visits: Vec<PathBuf>,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let version = arguments.regions.map_or_else(|| invent::VERSION.parse(), Ok)?;
    let temporary = tempfile::tempdir()?;
    let register = arguments.register.as_deref().unwrap_or(temporary.path());
    regions::ensure(register, &version)?;
    let (tree, shapes) = regions::load(register, &version)?;
    let positions = lookup::positions(&arguments.visits)?;
    lookup::run(&tree, &shapes, positions)
}
