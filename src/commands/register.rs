//! The releases of a register, as a server opens them.

use std::path::PathBuf;

use super::grounds::Grounds;
use super::load::served_on;
use crate::domain::region::Slug;
use crate::protect::Protection;
use crate::serve::{AnyError, Releases, Served};
use crate::store::{StoreError, public, release};

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
            Protection::Restricted => release::stamp(&self.path, id),
        }
    }

    fn open(&self, id: &Slug) -> Result<Served, AnyError> {
        Ok(served_on(&self.path, Some(id), self.figures, &self.grounds)?)
    }
}
