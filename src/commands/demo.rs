//! `sebaran demo`: the invented country, surveyed, built and served.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result};
use tracing::info;

use super::Common;
use super::build::{self, Assign, BuildArgs, RegisterArgs, Rules, Tiles};
use super::engine::Engine;
use super::generate::{self, GenerateArgs};
use super::publish;
use super::serve::{self, ServeArgs};
use crate::domain::region::Slug;
use crate::invent;
use crate::invent::survey::{Fieldwork, Persons};
use crate::store::aside::Aside;
use crate::store::tables::TableFormat;
use crate::store::{public, regions, release};

/// Generate, build and serve the invented country; the second start is instant.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// The households to invent.
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(1..=50_000_000))]
    pub households: u64,
    /// The address to listen on; by default the setting, 127.0.0.1:8080.
    #[arg(long)]
    pub listen: Option<SocketAddr>,
}

/// The last day of the invented survey's year.
const REFERENCE_DATE: &str = "2021-12-31";

/// Makes the invented release where there is none yet, and serves it.
///
/// # Errors
/// Whatever stopped it.
pub fn run(common: &Common, args: &DemoArgs) -> Result<()> {
    let id: Slug = format!("demo-{}", args.households).parse()?;
    if release::open(&common.register, Some(&id)).is_err() {
        invent_release(common, args, &id)?;
    }
    if !public::is_published(&common.register, &id) {
        // It was killed before it was published.
        publish::publish(common, &id, None)?;
    }
    let listen = args.listen;
    serve::run(common, &ServeArgs { listen, release: Some(id), restricted: false })
}

fn invent_release(common: &Common, args: &DemoArgs, id: &Slug) -> Result<()> {
    let version: Slug = invent::VERSION.parse()?;
    info!("Inventing a country of {} households", args.households);
    regions::ensure(&common.register, &version)?;
    let folder = Aside::new_in(&common.register, ".demo-")?;
    let out = folder.path().join("survey");
    let survey = GenerateArgs {
        regions: version.clone(),
        households: args.households,
        seed: 1,
        wave: 0,
        faults: None,
        format: TableFormat::Parquet,
        fieldwork: Fieldwork::Lagging,
        facts: None,
        reference_date: None,
        persons: Persons::Listed,
        out: out.clone(),
    };
    let (tree, shapes) = regions::load(&common.register, &version)?;
    generate::generate(common, &survey, &tree, &shapes)?;
    let files = glob(&out, "visits")?;
    let build = BuildArgs {
        visits: files,
        regions: version,
        release: id.clone(),
        reference_date: REFERENCE_DATE.parse()?,
        columns: None,
        denominators: glob(&out, "denominators")?.pop(),
        registers: RegisterArgs {
            persons: glob(&out, "persons")?,
            disability: None,
            prelist: glob(&out, "prelist")?,
            closed: Vec::new(),
            institutions: glob(&out, "institutions")?,
            resources: glob(&out, "resources")?,
            recipients: glob(&out, "recipients")?,
        },
        accept_doubtful: Vec::new(),
        restricted: false,
        publish: true,
        spend: None,
        erasure: None,
        person: None,
        assign: Assign::Declared,
        tiles: Tiles::Yes,
        since: None,
        memory_mib: None,
        rules: Rules::All,
        engine: Engine::Local,
    };
    build::build(common, &build).map(drop)
}

/// The files of a table, in order.
fn glob(folder: &std::path::Path, table: &str) -> Result<Vec<PathBuf>> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("cannot list `{}`", folder.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(table))
    });
    files.sort();
    Ok(files)
}
