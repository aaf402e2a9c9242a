//! `sebaran regions`: bring boundaries in, list them, look at what was found in them.

mod summary;

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Subcommand;
use serde_json::json;
use tracing::warn;

use super::Common;
use super::answer::print;
use super::progress::Progress;
use crate::domain::code::CodeSystem;
use crate::domain::licence::Licence;
use crate::domain::region::Slug;
use crate::invent;
use crate::outline::{self, OutlineSettings};
use crate::read::mapping::RegionMapping;
use crate::read::regions::{self as source, RegionsRequest};
use crate::store::regions::{self as store, IfThere, ImportReport, Manifest, SourceStamp};

#[derive(Debug, Subcommand)]
pub enum RegionsCommand {
    /// Read boundaries from any vector file, derive the levels above, and store them as a version.
    Import(ImportArgs),
    /// List the versions that there are.
    List,
    /// Say what a version holds: levels, areas, kinds, overlaps, gaps; and that its files are whole.
    Check {
        /// The version, for example bps-2020.
        version: Slug,
    },
}

#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// `GeoJSON`, `GeoPackage`, `FlatGeobuf`, Shapefile or what else GDAL opens, also gzipped or zipped.
    pub source: PathBuf,
    /// A TOML file that says which field holds what; without it the canonical names are taken.
    #[arg(long)]
    pub mapping: Option<PathBuf>,
    /// Who gave the codes out: bps, kemendagri or invented.
    #[arg(long)]
    pub system: CodeSystem,
    /// The name to store the regions under, for example bps-2020.
    #[arg(long)]
    pub version: Slug,
    /// The layer to read, where the source has several.
    #[arg(long)]
    pub layer: Option<String>,
    /// In which encoding a Shapefile's text is written, instead of what the source says: UTF-8, windows-1252, CP850.
    #[arg(long)]
    pub encoding: Option<String>,
    /// Under which licence the boundaries may be shown: a line that stands below every map of them.
    #[arg(long, value_name = "TEXT")]
    pub licence: Option<Licence>,
    /// Put the regions in the place of those that have this version's name.
    #[arg(long)]
    pub replace: bool,
}

/// Runs `sebaran regions`.
///
/// # Errors
/// Whatever stopped it.
pub fn run(common: &Common, command: &RegionsCommand) -> anyhow::Result<()> {
    match command {
        RegionsCommand::Import(args) => import(common, args),
        RegionsCommand::List => list(common),
        RegionsCommand::Check { version } => check(common, version),
    }
}

fn import(common: &Common, args: &ImportArgs) -> anyhow::Result<()> {
    if args.version.as_str() == invent::VERSION {
        bail!("`{}` is the invented country; choose another --version", args.version);
    }
    let if_there = if args.replace { IfThere::Replace } else { IfThere::Refuse };
    store::refuse_existing(&common.register, &args.version, if_there)?;
    let progress = Progress::new(common);
    let mapping = args.mapping.as_deref().map(RegionMapping::read).transpose()?;
    let request = RegionsRequest {
        path: &args.source,
        layer: args.layer.as_deref(),
        mapping: mapping.as_ref(),
        encoding: args.encoding.as_deref(),
        system: args.system,
    };
    progress.phase("Reading and checking the features");
    let read = source::read(&request, &|done| progress.count(done))?;
    read.warnings.iter().for_each(|warning| warn!("In `{}`: {warning}", args.source.display()));
    progress.phase("Deriving levels, areas and generalised shapes");
    let settings = OutlineSettings::default();
    let derived = outline::derive(args.system, args.version.clone(), read.regions, &settings)
        .with_context(|| {
            format!("cannot use the regions of `{}`, layer `{}`", args.source.display(), read.layer)
        })?;
    progress.phase("Storing the regions");
    let files = source::files(&args.source);
    let stamp = SourceStamp::of(&args.source, &files, &read.layer)?;
    let report = ImportReport::new(stamp, read.repaired, derived.coverage);
    let (licence, left_out, warnings) = (args.licence.clone(), read.left_out, read.warnings);
    let report = ImportReport { licence, left_out, warnings, ..report };
    if !report.left_out.is_empty() {
        warn!("{}", summary::of_left_out(&report.left_out).join("\n"));
    }
    let (tree, shapes) = (&derived.tree, &derived.shapes);
    let manifest = store::save(&common.register, tree, shapes, &report, if_there)?;
    drop(progress);
    tell(common, "imported", &manifest)
}

fn check(common: &Common, version: &Slug) -> anyhow::Result<()> {
    store::ensure(&common.register, version)?;
    let manifest = store::load_manifest(&common.register, version)?;
    store::load_tree(&common.register, version)?;
    tell(common, "checked", &manifest)
}

fn tell(common: &Common, done: &str, manifest: &Manifest) -> anyhow::Result<()> {
    if common.json {
        return print(&json!({ done: manifest }).to_string());
    }
    if common.quiet {
        return Ok(());
    }
    print(&summary::of_version(manifest))
}

fn list(common: &Common) -> anyhow::Result<()> {
    let versions = store::versions(&common.register)?;
    let mut manifests = Vec::new();
    for version in &versions {
        match store::load_manifest(&common.register, version) {
            Ok(manifest) => manifests.push(manifest),
            Err(error) => warn!("Left out of the list: {error}"),
        }
    }
    if common.json {
        let rows: Vec<_> = manifests
            .iter()
            .map(|it| {
                json!({
                    "version": it.version,
                    "system": it.system,
                    "levels": it.levels,
                    "source": it.report.source,
                })
            })
            .collect();
        return print(&json!({ "regions": rows }).to_string());
    }
    print(&summary::of_list(&manifests))
}
