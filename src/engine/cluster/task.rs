//! What a build is, in words that travel: paths that all hosts share, and settings.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::check::CheckSettings;
use crate::domain::indicator::PovertyThreshold;
use crate::domain::person::PersonBounds;
use crate::domain::region::Slug;
use crate::domain::visit::AssignBy;

/// A build, described for executors. Every path is absolute and the same on all hosts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub visits: Vec<PathBuf>,
    /// The text of the columns file; empty where there is none.
    pub columns: String,
    pub register: PathBuf,
    pub regions: Slug,
    /// The content hash of these regions.
    pub content: String,
    pub assign: AssignBy,
    pub check: CheckSettings,
    pub threshold: PovertyThreshold,
    /// How many persons of a household are published at most; `None` where nothing is.
    pub bounds: Option<PersonBounds>,
    /// The folder for what one pass leaves for the next, and for what is written. Its name is this
    /// build's alone, so that an executor never takes one build for another.
    pub work: PathBuf,
}

/// What an operator of ours does in a plan that travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Reads the columns by which visits are chosen.
    ReadChoice,
    /// Reads every column.
    ReadAll,
    /// Tells each visit's standing.
    Latest,
    Survey,
    Pack,
    Unpack,
    /// Compares, counts and writes.
    End,
}
