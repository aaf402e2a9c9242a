//! The regions and visits to measure on: one's own, or invented ones.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::Context;
use sebaran::commands::Common;
use sebaran::commands::generate::{self, GenerateArgs};
use sebaran::domain::region::{RegionTree, Shapes, Slug};
use sebaran::invent;
use sebaran::invent::survey::{Fieldwork, Persons};
use sebaran::store::regions;
use sebaran::store::tables::TableFormat;

/// Where the regions and the visits are.
#[derive(Clone)]
pub struct Survey {
    pub register: PathBuf,
    pub version: Slug,
    /// Parquet, in village order.
    pub visits: Vec<PathBuf>,
}

/// Takes the regions and visits that are given, and invents in this folder what is not. The register
/// is a new one in any case, so that one's own gets no releases.
pub fn prepare(
    folder: &Path,
    own: Option<(&Path, &Slug)>,
    visits: &[PathBuf],
    households: u64,
) -> anyhow::Result<Survey> {
    let register = folder.join("register");
    std::fs::create_dir(&register)?;
    let version = match own {
        Some((own, version)) => {
            let regions = own.join("regions").canonicalize();
            let regions = regions.with_context(|| format!("no register `{}`", own.display()))?;
            symlink(regions, register.join("regions"))?;
            version.clone()
        }
        None => invent::VERSION.parse()?,
    };
    regions::ensure(&register, &version)?;
    let mut visits = visits.to_vec();
    if visits.is_empty() {
        eprintln!("Inventing {households} households");
        let (tree, shapes) = regions::load(&register, &version)?;
        visits = invent(&folder.join("survey"), &version, households, (&tree, &shapes))?;
    }
    Ok(Survey { register, version, visits })
}

/// Invents so many households on these regions, in a folder: the visits' files.
pub fn invent(
    out: &Path,
    version: &Slug,
    households: u64,
    (tree, shapes): (&RegionTree, &Shapes),
) -> anyhow::Result<Vec<PathBuf>> {
    let arguments = GenerateArgs {
        regions: version.clone(),
        households,
        seed: 1,
        wave: 0,
        faults: None,
        format: TableFormat::Parquet,
        fieldwork: Fieldwork::Complete,
        facts: None,
        reference_date: None,
        persons: Persons::Omitted,
        out: out.to_owned(),
    };
    generate::generate(&common(out, None), &arguments, tree, shapes)?;
    let mut files = Vec::new();
    for entry in std::fs::read_dir(out)? {
        let path = entry?.path();
        let is_visits = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with("visits");
        files.extend(path.file_name().is_some_and(is_visits).then_some(path.clone()));
    }
    files.sort();
    Ok(files)
}

/// What a command takes besides its own arguments.
pub fn common(register: &Path, threads: Option<u16>) -> Common {
    Common { register: register.to_owned(), config: None, quiet: true, json: false, threads }
}
