//! The releases of a register, as a server opens them.

use std::io;
use std::path::PathBuf;
use std::time::Instant;

use tracing::info;

use super::grounds::Grounds;
use super::load::served_on;
use crate::domain::region::Slug;
use crate::protect::Protection;
use crate::serve::{AnyError, Fault, Releases, Served, Unopened};
use crate::store::{StoreError, public, release, stamp};

/// A register, and which figures of its releases are told.
pub struct Register {
    pub path: PathBuf,
    pub figures: Protection,
    /// The release that is answered from whichever is current.
    pub fixed: Option<Slug>,
    pub grounds: Grounds,
}

impl Releases for Register {
    fn current(&self) -> Result<Slug, AnyError> {
        if let Some(fixed) = &self.fixed {
            return Ok(fixed.clone());
        }
        let current = release::current(&self.path)?;
        Ok(current.ok_or_else(|| StoreError::NoCurrent { path: self.path.clone() })?)
    }

    fn list(&self) -> Result<Vec<Slug>, AnyError> {
        Ok(match self.figures {
            Protection::Public => public::list(&self.path)?,
            Protection::Restricted => {
                release::list(&self.path)?.iter().map(|release| release.id().clone()).collect()
            }
        })
    }

    fn stamp(&self, id: &Slug) -> Option<String> {
        match self.figures {
            Protection::Public => public::stamp(&self.path, id),
            Protection::Restricted => stamp::stamp(&self.path, id),
        }
    }

    fn figures(&self) -> Protection {
        self.figures
    }

    fn open(&self, id: &Slug) -> Result<Served, Unopened> {
        let start = Instant::now();
        let served = served_on(&self.path, Some(id), self.figures, &self.grounds);
        let served =
            served.map_err(|cause| Unopened { fault: fault(&cause), cause: cause.into() })?;
        let tiles_bytes: u64 = served.tiles.values().map(|tiles| tiles.file().bytes()).sum();
        let seconds = start.elapsed().as_secs_f64();
        info!(
            release = %id,
            seconds,
            tiles_bytes,
            "Opened release {id} in {seconds:.2} s: its files are those that were published"
        );
        Ok(served)
    }
}

/// What is wrong with a release that can't be opened.
fn fault(cause: &anyhow::Error) -> Fault {
    for cause in cause.chain() {
        match cause.downcast_ref::<StoreError>() {
            Some(StoreError::Damaged { .. } | StoreError::RegionsDamaged { .. }) => {
                return Fault::Damaged;
            }
            _ if cause.is::<io::Error>() => return Fault::System,
            _ => {}
        }
    }
    Fault::Unfit
}
