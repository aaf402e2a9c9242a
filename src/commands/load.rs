//! Loading a release to answer from.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::grounds::{Ground, Grounds};
use crate::domain::indicator::{Denominators, Indicators};
use crate::domain::institution::PublicInstitution;
use crate::domain::region::{Level, Slug};
use crate::encode::ReleaseLabel;
use crate::protect::{LeafTable, Protection, completed_denominators};
use crate::serve::Served;
use crate::store::archive::{TileArchive, file_name};
use crate::store::institutions::INSTITUTIONS;
use crate::store::release::MANIFEST;
use crate::store::verified::Published;
use crate::store::{
    StoreError, denominators, leaves, public, public_institutions, regions, release,
};

/// Opens a release, by default the current one, with the regions on which it was built: its public
/// figures, or its exact ones. Of what is public nothing else is opened.
///
/// # Errors
/// Where the release or its regions can't be read, the regions were replaced since, or there are no public
/// figures.
pub fn served(register: &Path, id: Option<&Slug>, figures: Protection) -> Result<Served> {
    served_on(register, id, figures, &Grounds::default())
}

/// As [`served`], on regions that other releases stand on already, where they are the same.
///
/// # Errors
/// As [`served`].
pub fn served_on(
    register: &Path,
    id: Option<&Slug>,
    figures: Protection,
    grounds: &Grounds,
) -> Result<Served> {
    match figures {
        Protection::Public => public_side(register, id, grounds),
        Protection::Restricted => exact_side(register, id, grounds),
    }
}

fn public_side(register: &Path, id: Option<&Slug>, grounds: &Grounds) -> Result<Served> {
    let release = public::open_published(register, id)?;
    let facts = release.facts();
    let label = ReleaseLabel {
        release: release.id().clone(),
        reference_date: facts.reference_date.to_string(),
        disability_definition: facts.disability_definition,
        programmes: facts.programmes.clone(),
        licence: regions::load_manifest(register, &facts.regions.version)?.report.licence,
        carried_over: facts.carried_over.clone(),
    };
    let given = release.denominators()?;
    let tiles = tiles(|level| release.tiles(level))?;
    let institutions = release.institutions()?;
    let (content, regions) = (release.content().to_string(), facts.regions.content.to_string());
    let source = Source { label, content, regions, given, tiles, institutions };
    let ground = grounds.get(register, &source.label.release, &facts.regions)?;
    let leaves = release.leaves(&ground.tree)?;
    Ok(source.open(ground, leaves))
}

fn exact_side(register: &Path, id: Option<&Slug>, grounds: &Grounds) -> Result<Served> {
    let release = release::open(register, id)?;
    if !release.manifest().is_sealed() {
        let release = release.id().clone();
        return Err(StoreError::Damaged { release, file: MANIFEST.to_owned() }.into());
    }
    let record = release.manifest().build();
    let label = ReleaseLabel {
        release: release.id().clone(),
        reference_date: record.reference_date.to_string(),
        disability_definition: record.persons.and_then(|persons| persons.definition),
        programmes: record.programmes.clone(),
        licence: regions::load_manifest(register, &record.regions.version)?.report.licence,
        // Exact figures are those of the release's own visits.
        carried_over: BTreeMap::new(),
    };
    let given = denominators::read(&release)?;
    let file = |name: &str| Published::of(&release, name).ok();
    let archive = |level| file(&file_name(level)).map(|file| TileArchive::open(&file)).transpose();
    let tiles = tiles(archive)?;
    let institutions = file(INSTITUTIONS);
    let institutions =
        institutions.map(|file| public_institutions::read_verified(&file)).transpose()?;
    let content = release.manifest().content().to_string();
    let regions = record.regions.content.to_string();
    let source = Source { label, content, regions, given, tiles, institutions };
    let ground = grounds.get(register, release.id(), &record.regions)?;
    let leaves = leaves::read(&release, &ground.tree)?;
    Ok(source.open(ground, leaves))
}

/// What is known of a release before its regions are read.
struct Source {
    label: ReleaseLabel,
    /// On which tags depend: of public figures it must be a hash of what is public alone.
    content: String,
    /// The digest of the regions.
    regions: String,
    given: Denominators,
    tiles: BTreeMap<Level, TileArchive>,
    institutions: Option<Vec<PublicInstitution>>,
}

impl Source {
    fn open(self, ground: Ground, leaves: LeafTable) -> Served {
        let Ground { tree, general, full } = ground;
        Served {
            label: self.label,
            content: self.content,
            regions: self.regions,
            denominators: completed_denominators(self.given, &tree),
            tree,
            leaves,
            indicators: Indicators::embedded(),
            general,
            full,
            tiles: self.tiles,
            institutions: self.institutions,
        }
    }
}

/// The archives of tiles that a release has, each read and verified at the same time as the others.
fn tiles(
    open: impl Fn(Level) -> Result<Option<TileArchive>, StoreError> + Sync,
) -> Result<BTreeMap<Level, TileArchive>> {
    let opened = Level::ALL.into_par_iter().map(|level| Ok((level, open(level)?)));
    let opened: Vec<_> = opened.collect::<Result<_, StoreError>>()?;
    let held = opened.into_iter().filter_map(|(level, archive)| Some((level, archive?)));
    Ok(held.collect())
}
