//! The ledger of a register: every release that was published, with the digests of its content, so that it is known
//! what was published of the same content before. It outlives the releases.
//!
//! ```text
//! register/ledger/releases.json     what was published, in order, and by whom where somebody answered for it
//! register/ledger/HASH.parquet      the digests of one release's content by region
//! ```

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray, UInt64Array};
use arrow::datatypes::UInt64Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::lock::Lock;
use super::{StoreError, small_table, tree};
use crate::domain::code::CodeSystem;
use crate::domain::region::{RegionTree, Slug};
use crate::domain::table::Table;
use crate::protect::region_digests::{Place, RegionDigests};
use crate::protect::{Fingerprint, Policy};

const FOLDER: &str = "ledger";
const RELEASES: &str = "releases.json";

/// A release that was published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    pub release: Slug,
    /// The hash of all of the release's files.
    pub content: Digest,
    pub system: CodeSystem,
    /// The hash of the regions' content.
    pub regions: Digest,
    pub policy: Policy,
    pub secret: Fingerprint,
    pub digest_version: u8,
    /// Who answers for fresh noise over content that was published before, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend: Option<Statement>,
    /// Who had content deleted at once, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erasure: Option<Statement>,
}

impl Published {
    /// Whether both are the same release, whoever answered for it.
    pub fn is_same(&self, other: &Self) -> bool {
        self.release == other.release && self.content == other.content
    }
}

/// Why somebody did what is refused otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    pub reason: String,
    pub person: String,
}

/// The ledger, held so that nobody else writes in it.
pub struct Ledger {
    folder: PathBuf,
    published: Vec<Published>,
    _lock: Lock,
}

/// What was published, in order.
///
/// # Errors
/// [`StoreError`] where the ledger is there and can't be read.
pub fn read(register: &Path) -> Result<Vec<Published>, StoreError> {
    let path = register.join(FOLDER).join(RELEASES);
    match fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text)
            .map_err(|source| StoreError::Ledger { path, source: source.into() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(StoreError::io("read", &path)(error)),
    }
}

impl Ledger {
    /// Opens the ledger to publish; another that publishes waits.
    ///
    /// # Errors
    /// As [`read`].
    pub fn open(register: &Path) -> Result<Self, StoreError> {
        let folder = register.join(FOLDER);
        let mut builder = fs::DirBuilder::new();
        builder
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .map_err(StoreError::io("make the folder", &folder))?;
        let lock = Lock::wait(&folder.join(".publishing"))?;
        Ok(Self { published: read(register)?, folder, _lock: lock })
    }

    pub fn published(&self) -> &[Published] {
        &self.published
    }

    /// The digests of the content of a release that was published; places that these regions do not have are left
    /// out.
    ///
    /// # Errors
    /// [`StoreError`] where they can't be read.
    pub fn digests(
        &self,
        published: &Published,
        regions: &RegionTree,
    ) -> Result<RegionDigests, StoreError> {
        read_digests(&self.path_of(published), regions)
    }

    /// Enters a release: first its digests, then itself. Killed between, the release is not published, and a further
    /// try writes the same.
    ///
    /// # Errors
    /// [`StoreError`] where the disk refuses; the ledger is as it was.
    pub fn enter(
        &mut self,
        published: Published,
        digests: &RegionDigests,
        regions: &RegionTree,
    ) -> Result<(), StoreError> {
        let path = self.path_of(&published);
        write_digests(&path, digests, regions)?;
        tree::sync(&path)?;
        if !self.published.iter().any(|it| it.is_same(&published)) {
            self.published.push(published);
        }
        let path = self.folder.join(RELEASES);
        let failed = |error| StoreError::io("write", &path)(error);
        let mut text = serde_json::to_string_pretty(&self.published).expect("its keys are texts");
        text.push('\n');
        let mut aside = tempfile::NamedTempFile::new_in(&self.folder).map_err(failed)?;
        let written = aside.write_all(text.as_bytes()).and_then(|()| aside.as_file().sync_all());
        written.map_err(failed)?;
        aside.persist(&path).map_err(|error| failed(error.error))?;
        tree::sync(&self.folder)
    }

    fn path_of(&self, published: &Published) -> PathBuf {
        self.folder.join(format!("{}.parquet", published.content))
    }
}

/// The columns of the digests: the code, one a table, the figures and the households.
const FIGURES: &str = "figures";
const HOUSEHOLDS: &str = "households";

fn write_digests(
    path: &Path,
    digests: &RegionDigests,
    regions: &RegionTree,
) -> Result<(), StoreError> {
    let codes = regions.iter().map(|(_, region)| Some(region.code.to_string()));
    let codes: StringArray = std::iter::once(None).chain(codes).collect();
    let column = |value: &dyn Fn(&Place) -> u64| -> ArrayRef {
        Arc::new(UInt64Array::from_iter_values(digests.places().iter().map(value)))
    };
    let mut columns: Vec<(&str, ArrayRef)> = vec![("region", Arc::new(codes))];
    for table in Table::ALL {
        columns.push((table.name(), column(&|place| place.tables[table.index()])));
    }
    columns.push((FIGURES, column(&|place| place.figures)));
    columns.push((HOUSEHOLDS, column(&|place| place.households)));
    small_table::write(path, columns)
}

fn read_digests(path: &Path, regions: &RegionTree) -> Result<RegionDigests, StoreError> {
    let damaged = || StoreError::Ledger {
        path: path.to_owned(),
        source: "it is not a table of digests by region".into(),
    };
    let refuse = |error| StoreError::parquet("read the digests", path)(error);
    let file = File::open(path).map_err(StoreError::io("read", path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(refuse)?;
    let mut places = vec![Place::default(); regions.len() + 1];
    for batch in builder.build().map_err(refuse)? {
        let batch = batch.map_err(|error| refuse(error.into()))?;
        let codes = batch.column_by_name("region").and_then(|it| it.as_string_opt::<i32>());
        let codes = codes.ok_or_else(damaged)?;
        let column = |name: &str| {
            let found = batch.column_by_name(name)?.as_primitive_opt::<UInt64Type>()?;
            (found.null_count() == 0).then_some(found)
        };
        let tables = Table::ALL.map(|table| column(table.name()));
        let (figures, households) = (column(FIGURES), column(HOUSEHOLDS));
        let (figures, households) = figures.zip(households).ok_or_else(damaged)?;
        for (row, code) in codes.iter().enumerate() {
            let at = match code.map(str::parse) {
                None => Some(0),
                Some(Ok(code)) => regions.find(code).map(|id| id.index() + 1),
                Some(Err(_)) => return Err(damaged()),
            };
            let Some(place) = at.map(|at| &mut places[at]) else { continue };
            for (digest, column) in place.tables.iter_mut().zip(&tables) {
                // A table that a later version publishes held nothing before.
                *digest = column.map_or(0, |column| column.value(row));
            }
            place.figures = figures.value(row);
            place.households = households.value(row);
        }
    }
    Ok(RegionDigests::from_places(places))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::DIGEST_VERSION;
    use crate::protect::RegisterSecret;
    use crate::protect::fixture::{cube, tree};

    #[test]
    fn keeps_what_was_published_in_order_with_its_digests() {
        let register = tempfile::tempdir().unwrap();
        let tree = tree();
        let digests = RegionDigests::of(&cube(&tree), &tree);
        let entry = |release: &str| Published {
            release: release.parse().unwrap(),
            content: Digest::of_bytes(release.as_bytes()),
            system: CodeSystem::Invented,
            regions: Digest::of_bytes(b"regions"),
            policy: Policy::default(),
            secret: RegisterSecret::new([2; 32]).fingerprint(),
            digest_version: DIGEST_VERSION,
            spend: Some(Statement { reason: "new policy".into(), person: "Xavo".into() }),
            erasure: None,
        };
        assert_eq!(read(register.path()).unwrap(), []);
        for release in ["r2", "r1", "r1"] {
            let mut ledger = Ledger::open(register.path()).unwrap();
            ledger.enter(entry(release), &digests, &tree).unwrap();
        }
        assert_eq!(read(register.path()).unwrap(), [entry("r2"), entry("r1")]);
        let ledger = Ledger::open(register.path()).unwrap();
        assert_eq!(ledger.digests(&entry("r1"), &tree).unwrap(), digests);
        fs::write(register.path().join("ledger/releases.json"), "[{").unwrap();
        assert!(matches!(read(register.path()), Err(StoreError::Ledger { .. })));
    }
}
