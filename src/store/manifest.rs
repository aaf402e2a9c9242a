//! The manifest of a release: what went in, by which settings, and every file that came out. It tells
//! nothing of engine, threads or time of day, so the same input makes the same manifest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::ledger::Statement;
use crate::check::settings::CheckSettings;
use crate::check::{PlacementRules, RulesUsed};
use crate::count::{Accounts, PersonAccounts, RecipientAccounts};
use crate::domain::code::{CodeSystem, RegionCode};
use crate::domain::date::Date;
use crate::domain::indicator::PovertyThreshold;
use crate::domain::person::Definition;
use crate::domain::programme::ProgrammeTerms;
use crate::domain::region::Slug;
use crate::domain::visit::AssignBy;
use crate::protect::carried_over::CarriedFrom;
use crate::protect::{Fingerprint, Policy, Protection};

/// The version of the manifest's own form; a change of a field raises it.
pub const FORMAT: u64 = 4;

/// What a build tells of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildRecord {
    /// Whether it has a public side.
    pub protection: Protection,
    /// By what its public figures were made, where it has some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protected: Option<Protected>,
    /// What its public figures have to do with those of the release before, where it has some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succeeds: Option<Succeeds>,
    pub regions: RegionsUsed,
    /// The day at which ages are taken.
    pub reference_date: Date,
    /// In the order in which they were read.
    pub inputs: Vec<InputUsed>,
    pub settings: BuildChoices,
    pub accounts: Accounts,
    /// The names of the visit fields that the input holds, in the order of the table.
    pub fields: Vec<String>,
    /// Columns of the input that are none of the survey's, sorted.
    pub ignored_columns: Vec<String>,
    /// Findings by the name of their rule.
    pub findings: BTreeMap<String, u64>,
    /// What rules looked at besides the visits.
    #[serde(default)]
    pub beside: BesideUsed,
    /// The other registers that were given, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub registers: BTreeMap<String, RegisterUsed>,
    /// What came of the persons, where they were given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persons: Option<PersonsUsed>,
    /// How much of the prelist was visited, where it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prelist: Option<PrelistUsed>,
    /// The programmes, where recipients were given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipients: Option<RecipientsUsed>,
    /// The programmes of which figures are told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub programmes: Vec<ProgrammeTerms>,
}

/// The programmes and their recipients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipientsUsed {
    /// The highest decile that each programme is for, where that is known.
    pub thresholds: BTreeMap<String, Option<u8>>,
    pub accounts: RecipientAccounts,
}

/// By what public figures were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protected {
    pub policy: Policy,
    /// Of the register's secret, which no release holds.
    pub secret: Fingerprint,
    /// [`crate::count::DIGEST_VERSION`] of the program that built it.
    pub digest_version: u8,
}

/// What a release publishes again of the release that was published before it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Succeeds {
    /// The release published last when this one was built; `None` where there was none on the same regions with the
    /// same fields.
    pub before: Option<ReleaseUsed>,
    /// The regencies in which too few villages changed: their content is that of an earlier release.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub carried_over: BTreeMap<RegionCode, CarriedFrom>,
    /// Why regencies in which something was deleted are published at once, and who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erasure: Option<Statement>,
}

/// How much of the prelist was visited. Rows are visited ones, those that are not, and repeated ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrelistUsed {
    /// Rows of all prelist files.
    pub rows: u64,
    /// Entries whose household was visited.
    pub visited: u64,
    /// The other entries, those that name no household among them.
    pub not_visited: u64,
    /// Rows that stand in the input once more.
    pub repeated: u64,
    /// Visited households that no entry names.
    pub not_listed: u64,
}

/// The files of a register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterUsed {
    /// In the order in which they were read.
    pub inputs: Vec<InputUsed>,
    /// Columns that are none of the register's, sorted.
    pub ignored_columns: Vec<String>,
}

/// How the persons were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonsUsed {
    /// By what it is told who is disabled; `None` where it is not told.
    pub definition: Option<Definition>,
    pub accounts: PersonAccounts,
}

/// The boundaries by which households were placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionsUsed {
    pub version: Slug,
    pub system: CodeSystem,
    /// The hash of the regions' own content, so that another import under the same name is seen.
    pub content: Digest,
}

/// An input file, by its name without a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputUsed {
    pub name: String,
    pub rows: u64,
    pub bytes: u64,
    pub blake3: Digest,
    /// Rows of delimiters alone, which are none of the rows.
    #[serde(default, skip_serializing_if = "is_none")]
    pub empty_rows: u64,
}

/// Whether a count is left out.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_none(count: &u64) -> bool {
    *count == 0
}

/// What rules looked at besides the visits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BesideUsed {
    /// The release before, with whose positions households were compared.
    pub since: Option<ReleaseUsed>,
    /// How many decisions of persons were applied; they stand in the release's `decisions.json`.
    pub decisions: u64,
    /// Regions whose fieldwork was declared closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<RegionCode>,
}

/// A release, by its name and by what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseUsed {
    pub release: Slug,
    pub content: Digest,
}

/// The settings that shape the figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildChoices {
    pub poverty_threshold: PovertyThreshold,
    pub assign: AssignBy,
    pub check: CheckSettings,
    #[serde(default)]
    pub rules: RulesUsed,
    /// Whose findings kept a position from being used.
    #[serde(default)]
    pub placement: PlacementRules,
    /// Columns whose values were taken as unknown where they could not be read, however many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted_columns: Vec<String>,
}

/// A file of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileFact {
    pub bytes: u64,
    pub blake3: Digest,
}

impl FileFact {
    /// Of a file of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.len() as u64, blake3: Digest::of_bytes(bytes) }
    }
}

/// A release's files by their paths within it, `/` between folders.
pub type Files = BTreeMap<String, FileFact>;

/// What `manifest.json` holds. Only publishing makes one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: u64,
    release: Slug,
    /// The version of this program.
    code_version: String,
    build: BuildRecord,
    files: Files,
    content: Digest,
    seal: Option<Digest>,
}

impl Manifest {
    pub(super) fn seal(release: Slug, build: BuildRecord, files: Files) -> Self {
        let content = Digest::of_bytes(json(&files).as_bytes());
        let code_version = env!("CARGO_PKG_VERSION").to_owned();
        let mut manifest =
            Self { format: FORMAT, release, code_version, build, files, content, seal: None };
        manifest.seal = Some(manifest.expected_seal());
        manifest
    }

    /// Whether nothing in it was changed since it was made.
    pub fn is_sealed(&self) -> bool {
        self.seal == Some(self.expected_seal())
    }

    fn expected_seal(&self) -> Digest {
        Digest::of_bytes(Self { seal: None, ..self.clone() }.to_json().as_bytes())
    }

    pub(super) fn to_json(&self) -> String {
        json(self)
    }

    pub const fn release(&self) -> &Slug {
        &self.release
    }

    pub fn code_version(&self) -> &str {
        &self.code_version
    }

    pub const fn build(&self) -> &BuildRecord {
        &self.build
    }

    pub const fn files(&self) -> &Files {
        &self.files
    }

    /// The hash of the files' names, sizes and hashes: equal where two releases hold the same.
    pub const fn content(&self) -> Digest {
        self.content
    }
}

fn json<T: Serialize>(value: &T) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("its map keys are strings");
    text.push('\n');
    text
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// What a build of twelve rows tells.
    pub fn record() -> BuildRecord {
        BuildRecord {
            protection: Protection::Restricted,
            protected: None,
            succeeds: None,
            regions: RegionsUsed {
                version: "demo".parse().unwrap(),
                system: CodeSystem::Invented,
                content: Digest::of_bytes(b"regions"),
            },
            reference_date: "2021-11-30".parse().unwrap(),
            inputs: vec![InputUsed {
                name: "visits.parquet".to_owned(),
                rows: 12,
                bytes: 345,
                blake3: Digest::of_bytes(b"visits"),
                empty_rows: 0,
            }],
            settings: BuildChoices {
                poverty_threshold: PovertyThreshold::default(),
                assign: AssignBy::Declared,
                check: CheckSettings::default(),
                rules: RulesUsed::All,
                placement: PlacementRules::All,
                accepted_columns: Vec::new(),
            },
            accounts: Accounts { rows: 12, counted: 12, ..Accounts::default() },
            fields: vec!["visit_id".to_owned()],
            ignored_columns: Vec::new(),
            findings: BTreeMap::from([("null_island".to_owned(), 2)]),
            beside: BesideUsed::default(),
            registers: BTreeMap::new(),
            persons: None,
            prelist: None,
            recipients: None,
            programmes: Vec::new(),
        }
    }

    #[test]
    fn reads_back_what_it_wrote() {
        let manifest = Manifest::seal("r1".parse().unwrap(), record(), Files::new());
        let text = manifest.to_json();
        let read: Manifest = serde_json::from_str(&text).unwrap();
        assert_eq!(read, manifest);
        assert_eq!(read.to_json(), text);
    }

    #[test]
    fn the_seal_breaks_where_a_number_changes() {
        let manifest = Manifest::seal("r1".parse().unwrap(), record(), Files::new());
        assert!(manifest.is_sealed());
        let text = manifest.to_json().replace("\"counted\": 12", "\"counted\": 13");
        assert!(!serde_json::from_str::<Manifest>(&text).unwrap().is_sealed());
    }
}
