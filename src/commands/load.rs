//! Loading a release to answer from.

use std::path::Path;

use anyhow::{Result, bail};

use crate::domain::indicator::Indicators;
use crate::domain::region::Slug;
use crate::encode::ReleaseLabel;
use crate::protect::completed_denominators;
use crate::serve::{FullShapes, Served};
use crate::store::{denominators, leaves, regions, release};

/// Opens a release, by default the current one, with the regions on which it was built.
///
/// # Errors
/// Where the release or its regions can't be read, or the regions were replaced since.
pub fn served(register: &Path, id: Option<&Slug>) -> Result<Served> {
    let release = release::open(register, id)?;
    let record = release.manifest().build();
    let version = record.regions.version.clone();
    if regions::content(register, &version)? != record.regions.content {
        bail!(
            "release `{}` was built on other regions `{version}` than those there are now; import \
             those again, or build the release anew under another id",
            release.id()
        );
    }
    let (tree, general) = regions::load_general(register, &version)?;
    let leaves = leaves::read(&release, &tree)?;
    let denominators = completed_denominators(denominators::read(&release)?, &tree);
    let label = ReleaseLabel {
        release: release.id().clone(),
        reference_date: record.reference_date.to_string(),
        disability_definition: record.persons.and_then(|persons| persons.definition),
    };
    let register = register.to_owned();
    let full = FullShapes::new(move || Ok(regions::load(&register, &version)?.1.full));
    Ok(Served {
        label,
        content: release.manifest().content().to_string(),
        tree,
        leaves,
        indicators: Indicators::embedded(),
        denominators,
        general,
        full,
    })
}
