//! Whether the files that a restricted release is served from are the ones that were opened.

use std::path::{Path, PathBuf};

use super::denominators::DENOMINATORS;
use super::institutions::INSTITUTIONS;
use super::leaves::LEAVES;
use super::{archive, regions, release, tree};
use crate::domain::region::{Level, Slug};

/// What tells a release from another that has had its name, and from itself before any of the files changed that it
/// is served from; `None` where there is none.
pub fn stamp(register: &Path, id: &Slug) -> Option<String> {
    let folder = release::releases_folder(register).join(id.as_str());
    let mut files: Vec<PathBuf> =
        [LEAVES, DENOMINATORS, INSTITUTIONS].map(|name| folder.join(name)).into();
    files.extend(Level::ALL.map(|level| folder.join(archive::file_name(level))));
    if let Ok(release) = release::read(register, id) {
        files.extend(regions::files(register, &release.manifest().build().regions.version));
    }
    tree::stamp_with(&folder.join(release::MANIFEST), &files)
}
