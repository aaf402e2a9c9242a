//! What is asked of the leaves.

use crate::domain::code::{CodeError, RegionCode};
use crate::domain::geography::Geography;
use crate::domain::indicator::Theme;
use crate::domain::position::Bounds;
use crate::domain::region::{Level, RegionId, RegionTree, Slug};

/// A layer to be summed.
#[derive(Debug, Clone, Copy)]
pub struct LayerRequest<'a> {
    pub theme: &'a Theme,
    pub geography: Geography,
    /// Only what lies in this region.
    pub within: Option<RegionId>,
    /// Only features whose box touches this one.
    pub bounds: Option<Bounds>,
    /// At most so many features, the first in the order of their codes.
    pub limit: Option<usize>,
}

/// A region that can't be asked for.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RequestError {
    #[error(transparent)]
    Code(#[from] CodeError),
    #[error("no region has the code `{code}` in the regions `{version}`")]
    UnknownRegion { code: RegionCode, version: Slug },
    #[error("`{code}` is a {level}, in which there is no {asked}; ask for a geography below it")]
    TooDeep { code: RegionCode, level: Level, asked: Level },
}

/// The region of a code as somebody wrote it, in which a layer of this geography can be.
///
/// # Errors
/// [`RequestError`] where it is no code, not the code of a region, or the region lies too deep.
pub fn find_within(
    text: &str,
    geography: Geography,
    tree: &RegionTree,
) -> Result<RegionId, RequestError> {
    let code: RegionCode = text.parse()?;
    let unknown = || RequestError::UnknownRegion { code, version: tree.version().clone() };
    let id = tree.find(code).ok_or_else(unknown)?;
    let level = tree.get(id).level;
    match geography {
        Geography::Region(asked) if asked < level => {
            Err(RequestError::TooDeep { code, level, asked })
        }
        _ => Ok(id),
    }
}
