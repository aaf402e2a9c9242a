//! The public side of a release: a folder of its own, all that a public server ever opens of it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::archive::{TileArchive, file_name};
use super::digest::Digest;
use super::error::StoreError;
use super::institutions::INSTITUTIONS;
use super::manifest::{Files, RegionsUsed};
use super::verified::Published;
use super::{denominators, leaves, public_institutions, regions, release, sealed, tree};
use crate::domain::code::RegionCode;
use crate::domain::date::Date;
use crate::domain::indicator::Denominators;
use crate::domain::institution::PublicInstitution;
use crate::domain::person::{Definition, PersonBounds};
use crate::domain::programme::ProgrammeTerms;
use crate::domain::region::{Level, RegionTree, Slug};
use crate::protect::carried_over::CarriedFrom;
use crate::protect::ledger::Spent;
use crate::protect::{LeafTable, Policy};

/// The folder of what is public in a release.
pub const PUBLIC: &str = "public";

/// The name of the facts in it.
const FACTS: &str = "facts.json";

/// The version of the facts' own form.
const FORMAT: u64 = 2;

/// What the public may know of a release besides its figures. The release's name is its folder's, so that
/// two releases of the same content are the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicFacts {
    pub regions: RegionsUsed,
    /// The day at which ages are taken.
    pub reference_date: Date,
    /// By what it is told who is disabled.
    pub disability_definition: Option<Definition>,
    /// The programmes of which figures are told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub programmes: Vec<ProgrammeTerms>,
    /// By which the figures were noised.
    pub policy: Policy,
    /// The regencies whose content is that of an earlier release, because too few of their villages changed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub carried_over: BTreeMap<RegionCode, CarriedFrom>,
}

#[derive(Serialize)]
struct Written<'a> {
    format: u64,
    facts: &'a PublicFacts,
    /// It follows from the policy, and is written for those who read the file.
    ledger: Vec<Spent>,
    /// The other files of the folder.
    files: Files,
}

#[derive(Deserialize)]
struct Read {
    facts: PublicFacts,
    files: Files,
}

/// The public side of a release, and nothing else of it.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicRelease {
    id: Slug,
    folder: PathBuf,
    facts: PublicFacts,
    files: Files,
    content: Digest,
}

/// Makes the folder of what is public in a release that is being made.
///
/// # Errors
/// [`StoreError`] where it can't be made.
pub fn begin(draft: &Path) -> Result<PathBuf, StoreError> {
    let folder = draft.join(PUBLIC);
    fs::create_dir(&folder).map_err(StoreError::io("make the folder", &folder))?;
    Ok(folder)
}

/// Writes the public side into its folder, beside the files that are there, which become part of it.
///
/// # Errors
/// [`StoreError`] where it can't be written.
pub fn write(
    folder: &Path,
    facts: &PublicFacts,
    (table, given): (&LeafTable, Option<&Denominators>),
    regions: &RegionTree,
) -> Result<(), StoreError> {
    leaves::write(folder, table, regions)?;
    if let Some(given) = given {
        denominators::write(folder, given)?;
    }
    let files = tree::hash_files(folder)?;
    let ledger = facts.policy.ledger();
    let written = Written { format: FORMAT, facts, ledger, files };
    let mut text = serde_json::to_string_pretty(&written).expect("its map keys are strings");
    text.push('\n');
    let path = folder.join(FACTS);
    fs::write(&path, sealed::seal(&text)).map_err(StoreError::io("write", &path))
}

/// Opens the public side of a release that was published, by default of the current one.
///
/// # Errors
/// [`StoreError::NotPublished`] where it is a candidate; as [`open`].
pub fn open_published(register: &Path, id: Option<&Slug>) -> Result<PublicRelease, StoreError> {
    let release = open(register, id)?;
    if is_published(register, release.id()) {
        return Ok(release);
    }
    Err(StoreError::NotPublished { release: release.id, path: register.to_owned() })
}

/// Opens the public side of a release, published or not, by default of the current one.
///
/// # Errors
/// [`StoreError::NotPublic`] where it has none; [`StoreError`] where there is no such release or its
/// public side is damaged.
pub fn open(register: &Path, id: Option<&Slug>) -> Result<PublicRelease, StoreError> {
    let no_current = || StoreError::NoCurrent { path: register.to_owned() };
    let id = match id {
        Some(id) => id.clone(),
        None => release::current(register)?.ok_or_else(no_current)?,
    };
    let release = release::releases_folder(register).join(id.as_str());
    if fs::symlink_metadata(&release).is_err() {
        return Err(StoreError::NoRelease { release: id, path: register.to_owned() });
    }
    let folder = release.join(PUBLIC);
    let path = folder.join(FACTS);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(StoreError::NotPublic { release: id, path: register.to_owned() });
        }
        Err(error) => return Err(StoreError::io("read", &path)(error)),
    };
    let content = Digest::of_bytes(&text);
    release::check_format(&text, &path, FORMAT)?;
    if !sealed::is_whole(&text) {
        return Err(StoreError::Damaged { release: id, file: format!("{PUBLIC}/{FACTS}") });
    }
    let Read { facts, files } =
        serde_json::from_slice(&text).map_err(|source| StoreError::Manifest { path, source })?;
    for (name, fact) in &files {
        let found = fs::symlink_metadata(folder.join(name));
        if !found.is_ok_and(|file| file.is_file() && file.len() == fact.bytes) {
            return Err(StoreError::Damaged { release: id, file: format!("{PUBLIC}/{name}") });
        }
    }
    Ok(PublicRelease { id, folder, facts, files, content })
}

/// What tells a published public side from another that has had its release's name, and from itself before any of the
/// files changed that it is opened from; `None` where there is none.
pub fn stamp(register: &Path, id: &Slug) -> Option<String> {
    if !is_published(register, id) {
        return None;
    }
    let folder = folder(register, id);
    let facts = folder.join(FACTS);
    let mut files: Vec<PathBuf> =
        tree::list_files(&folder).map(|files| files.into_values().collect()).unwrap_or_default();
    let text = fs::read(&facts).unwrap_or_default();
    if let Ok(Read { facts, .. }) = serde_json::from_slice(&text) {
        files.extend(regions::files(register, &facts.regions.version));
    }
    tree::stamp_with(&facts, &files)
}

/// Whether a release was published.
pub fn is_published(register: &Path, id: &Slug) -> bool {
    release::releases_folder(register).join(id.as_str()).join(release::PUBLISHED).is_file()
}

fn folder(register: &Path, id: &Slug) -> PathBuf {
    release::releases_folder(register).join(id.as_str()).join(PUBLIC)
}

/// What everybody may know of the releases that were published up to one, that one included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sum {
    /// How many releases were published.
    pub releases: usize,
    /// By table the epsilon that was spent on one household or person at most.
    pub tables: BTreeMap<String, f64>,
    /// How many persons of a household counted at most.
    pub bounds: PersonBounds,
}

/// Says that a release was published. From here on a server may answer from it.
///
/// # Errors
/// [`StoreError`] where the disk refuses.
pub fn publish(register: &Path, id: &Slug, sum: &Sum) -> Result<(), StoreError> {
    let path = release::releases_folder(register).join(id.as_str()).join(release::PUBLISHED);
    let folder = path.parent().unwrap_or(register);
    let failed = |error| StoreError::io("write", &path)(error);
    let mut text = serde_json::to_string_pretty(sum).expect("its keys are texts");
    text.push('\n');
    let mut aside = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    aside.write_all(text.as_bytes()).and_then(|()| aside.as_file().sync_all()).map_err(failed)?;
    aside.persist(&path).map_err(|error| failed(error.error))?;
    tree::sync(folder)
}

/// The releases that were published, sorted.
///
/// # Errors
/// [`StoreError`] where the folder can't be read.
pub fn list(register: &Path) -> Result<Vec<Slug>, StoreError> {
    let mut ids = release::ids(register)?;
    ids.retain(|id| is_published(register, id));
    ids.sort();
    Ok(ids)
}

impl PublicRelease {
    pub const fn id(&self) -> &Slug {
        &self.id
    }

    pub const fn facts(&self) -> &PublicFacts {
        &self.facts
    }

    /// The hash of the facts and, by their hashes, of all public files.
    pub const fn content(&self) -> Digest {
        self.content
    }

    /// Whether it has a file of this name, `/` between folders.
    pub fn has(&self, file: &str) -> bool {
        self.files.contains_key(file)
    }

    /// A file of it; `None` where it has none of this name.
    fn published(&self, file: &str) -> Option<Published> {
        let fact = *self.files.get(file)?;
        let (name, path) = (format!("{PUBLIC}/{file}"), self.folder.join(file));
        Some(Published { release: self.id.clone(), name, path, fact })
    }

    /// Opens the archive of a level's tiles; `None` where it has none.
    ///
    /// # Errors
    /// [`StoreError`] where it is damaged or can't be read.
    pub fn tiles(&self, level: Level) -> Result<Option<TileArchive>, StoreError> {
        self.published(&file_name(level)).map(|file| TileArchive::open(&file)).transpose()
    }

    /// Reads what is public of institutions; `None` where the build was given none.
    ///
    /// # Errors
    /// [`StoreError`] where they can't be read.
    pub fn institutions(&self) -> Result<Option<Vec<PublicInstitution>>, StoreError> {
        let there = self.published(INSTITUTIONS);
        there.map(|file| public_institutions::read_verified(&file)).transpose()
    }

    /// Reads the public leaf table.
    ///
    /// # Errors
    /// [`StoreError`] where it can't be read or does not belong to these regions.
    pub fn leaves(&self, regions: &RegionTree) -> Result<LeafTable, StoreError> {
        let missing = || StoreError::NoFile {
            release: self.id.clone(),
            file: format!("{PUBLIC}/{}", leaves::LEAVES),
        };
        leaves::read_verified(&self.published(leaves::LEAVES).ok_or_else(missing)?, regions)
    }

    /// Reads the denominators; there are none where the build was given none.
    ///
    /// # Errors
    /// [`StoreError`] where they can't be read.
    pub fn denominators(&self) -> Result<Denominators, StoreError> {
        let there = self.published(denominators::DENOMINATORS);
        there.map_or_else(|| Ok(Denominators::new()), |file| denominators::read_verified(&file))
    }
}
