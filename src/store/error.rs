//! Why something can't be stored or read back: every error of `store` is here.

use std::io;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;

use crate::domain::region::Slug;
use crate::locate::IndexError;
use crate::protect::LeafError;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refused; the cause says why.
    #[error("cannot {action} `{path}`")]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    #[error(
        "release `{release}` exists already and a release never changes; choose another id, or make \
         that one current with `sebaran use {release}`"
    )]
    Exists { release: Slug },
    #[error(
        "another build is at work in `{path}`; wait until it is done, or build into another \
         register with --register"
    )]
    Busy { path: PathBuf },
    #[error("there is no release `{release}` in `{path}`; `sebaran releases` lists what there is")]
    NoRelease { release: Slug, path: PathBuf },
    #[error(
        "`{path}` has no current release; `sebaran build` makes one and `sebaran publish` makes it current"
    )]
    NoCurrent { path: PathBuf },
    #[error(
        "`{path}` does not name a release; write it again with `sebaran use RELEASE`, \
         `sebaran releases` lists what there is"
    )]
    Current { path: PathBuf },
    #[error(
        "cannot understand the manifest `{path}`; it was changed after it was written: restore it \
         from a copy, or build the release again under another id"
    )]
    Manifest { path: PathBuf, source: serde_json::Error },
    #[error(
        "manifest `{path}` has the format {found}, and this program reads {known}; use the version \
         of sebaran that made it"
    )]
    Format { path: PathBuf, found: u64, known: u64 },
    #[error(
        "file `{file}` of release `{release}` is missing or is not what was published, so nothing \
         of it is read; `sebaran verify {release}` lists what changed"
    )]
    Damaged { release: Slug, file: String },
    #[error("release `{release}` has no file `{file}`")]
    NoFile { release: Slug, file: String },
    #[error(
        "`{path}` can't be a part of a release, which holds files and folders with plain names"
    )]
    NotAFile { path: PathBuf },
    #[error(
        "`{path}` did not read back as it was written, so the release was not published; check the \
         disk and build again"
    )]
    ReadBack { path: PathBuf },
    #[error(
        "regions `{version}` are there already; import under another --version, or put the new ones \
         in their place with --replace"
    )]
    RegionsExist { version: Slug },
    #[error(
        "there are no regions `{version}` in `{path}`; there are: {}; import them with `sebaran \
         regions import SOURCE --system SYSTEM --version {version}`", in_words(.known)
    )]
    NoRegions { version: Slug, path: PathBuf, known: Vec<Slug> },
    #[error(
        "regions `{version}` have the format {found}, and this program reads {known}; import them \
         again with --replace"
    )]
    RegionsFormat { version: Slug, found: u32, known: u32 },
    #[error(
        "file `{path}` of regions `{version}` is damaged: {what}; restore it from a copy, or remove \
         its folder and import again"
    )]
    RegionsDamaged { version: Slug, path: PathBuf, what: String },
    #[error("cannot index the regions `{version}`")]
    Index { version: Slug, source: IndexError },
    #[error("the leaf table `{path}` is not what its release says; build the release again")]
    Leaves { path: PathBuf, source: LeafError },
    #[error(
        "cannot understand the ledger `{path}`; restore it from a copy: without it nobody knows what was published \
         of the same households before"
    )]
    Ledger { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
    #[error(
        "release `{release}` in `{path}` is a candidate and not published; `sebaran publish {release}` audits and \
         publishes it"
    )]
    NotPublished { release: Slug, path: PathBuf },
    #[error("the content `{path}` is not what its release says: {what}; build the release again")]
    Content { path: PathBuf, what: &'static str },
    /// An archive of tiles can't be written or read; the cause says why.
    #[error("cannot {action} the tiles `{path}`")]
    Archive { action: &'static str, path: PathBuf, source: Box<pmtiles::PmtError> },
    #[error(
        "cannot understand the decisions `{path}`; restore them from a copy, or mend the file: it \
         is JSON, one decision an object"
    )]
    Decisions { path: PathBuf, source: serde_json::Error },
    #[error("cannot write the GeoPackage `{path}`")]
    GeoPackage { path: PathBuf, source: Box<gdal::errors::GdalError> },
    #[error("cannot write `{path}` as {driver}")]
    Features { driver: &'static str, path: PathBuf, source: Box<gdal::errors::GdalError> },
    #[error(
        "release `{release}` was made with a secret that `{path}` does not hold; put the secret back \
         from a copy, or remove the releases that were made with it, because figures made with two \
         secrets tell more than either"
    )]
    SecretLost { path: PathBuf, release: Slug },
    #[error(
        "others than its owner may read the register's secret `{path}`; run `chmod 600 {path}`"
    )]
    SecretOpen { path: PathBuf },
    #[error("the register's secret `{path}` does not have 32 bytes; put it back from a copy")]
    SecretDamaged { path: PathBuf },
    #[error(
        "release `{release}` in `{path}` has no public figures; look at its exact ones on this machine \
         with --restricted or --exact, or build it again without --restricted"
    )]
    NotPublic { release: Slug, path: PathBuf },
    /// Parquet refused; the cause says why.
    #[error("cannot {action} `{path}`")]
    Parquet { action: &'static str, path: PathBuf, source: Box<ParquetError> },
}

fn in_words(known: &[Slug]) -> String {
    if known.is_empty() {
        return "none".to_owned();
    }
    known.iter().map(Slug::as_str).collect::<Vec<_>>().join(", ")
}

impl StoreError {
    /// Makes the error of an action on a path: `.map_err(StoreError::io("read", path))`.
    pub fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    /// The same of Parquet's refusals.
    pub fn parquet(action: &'static str, path: &Path) -> impl FnOnce(ParquetError) -> Self {
        let path = path.to_owned();
        move |source| Self::Parquet { action, path, source: Box::new(source) }
    }
}
