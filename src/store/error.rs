//! Why something can't be stored or read back: every error of `store` is here.

use std::io;
use std::path::{Path, PathBuf};

use crate::domain::region::Slug;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refused; the cause says why.
    #[error("cannot {action} `{path}`")]
    Io { action: &'static str, path: PathBuf, source: io::Error },
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
    #[error("cannot write the regions to `{path}`")]
    RegionsWrite { path: PathBuf, source: Box<parquet::errors::ParquetError> },
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
}
