//! The regions that releases stand on: releases on the same regions share them in memory.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use anyhow::{Result, bail};
use geo::MultiPolygon;

use crate::domain::region::{RegionTree, Slug};
use crate::serve::FullShapes;
use crate::store::digest::Digest;
use crate::store::manifest::RegionsUsed;
use crate::store::regions;

/// A version of regions with its shapes.
pub struct Ground {
    pub tree: Arc<RegionTree>,
    /// Generalised outlines, by region.
    pub general: Arc<[MultiPolygon]>,
    pub full: Arc<FullShapes>,
}

/// Those that some release stands on.
#[derive(Default)]
pub struct Grounds(Mutex<Vec<Held>>);

/// A ground as long as a release holds it.
struct Held {
    content: Digest,
    tree: Weak<RegionTree>,
    general: Weak<[MultiPolygon]>,
    full: Weak<FullShapes>,
}

impl Grounds {
    /// The regions of a release, from another release that stands on the same or from the register.
    ///
    /// # Errors
    /// Where they can't be read, or there are others of the name now.
    pub fn get(&self, register: &Path, release: &Slug, used: &RegionsUsed) -> Result<Ground> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|held| held.ground().is_some());
        let same = held.iter().find(|held| held.content == used.content).and_then(Held::ground);
        if let Some(ground) = same.filter(|ground| *ground.tree.version() == used.version) {
            return Ok(ground);
        }
        let ground = load(register, release, used)?;
        held.push(Held {
            content: used.content,
            tree: Arc::downgrade(&ground.tree),
            general: Arc::downgrade(&ground.general),
            full: Arc::downgrade(&ground.full),
        });
        Ok(ground)
    }
}

impl Held {
    fn ground(&self) -> Option<Ground> {
        let Self { tree, general, full, .. } = self;
        Some(Ground { tree: tree.upgrade()?, general: general.upgrade()?, full: full.upgrade()? })
    }
}

fn load(register: &Path, release: &Slug, used: &RegionsUsed) -> Result<Ground> {
    refuse_others(register, release, used)?;
    let (tree, general) = regions::load_general(register, &used.version)?;
    let (register, release, used) = (register.to_owned(), release.clone(), used.clone());
    let full = FullShapes::new(move || {
        refuse_others(&register, &release, &used)?;
        Ok(regions::load(&register, &used.version)?.1.full)
    });
    Ok(Ground { tree: Arc::new(tree), general: general.into(), full: Arc::new(full) })
}

fn refuse_others(register: &Path, release: &Slug, used: &RegionsUsed) -> Result<()> {
    let version = &used.version;
    if regions::content(register, version)? != used.content {
        bail!(
            "release `{release}` was built on other regions `{version}` than those there are now; import \
             those again, or build the release anew under another id"
        );
    }
    Ok(())
}
