//! Another release beside the one that is asked: which releases can be compared, and that release itself.

use std::sync::Arc;

use super::error::ApiError;
use super::query::sentence;
use super::served::Served;
use super::shelf::Shelf;
use crate::domain::indicator::Theme;
use crate::domain::region::{Slug, SlugError};

/// The release that a parameter names, opened, where it can be compared with the one that is asked.
///
/// # Errors
/// 404 where there is none, 400 where a comparison would mean nothing.
pub(super) async fn other(
    shelf: &Arc<Shelf>,
    served: &Served,
    (parameter, name): (&str, Option<&str>),
) -> Result<Option<Arc<Served>>, ApiError> {
    let Some(name) = name else { return Ok(None) };
    let id: Slug = name.parse().map_err(|error: SlugError| sentence(&error))?;
    let other = Arc::clone(&shelf.get(&id).await?.served);
    let release = &served.label.release;
    if id == *release {
        return Err(ApiError::bad_request(format!(
            "`{id}` is the release itself: give `{parameter}` another one."
        )));
    }
    if served.regions != other.regions {
        return Err(ApiError::bad_request(format!(
            "`{release}` is on the regions `{}` and `{id}` on others (`{}`), where the same code may be \
             another place: give `{parameter}` a release on the same regions.",
            served.tree.version(),
            other.tree.version()
        )));
    }
    if served.leaves.threshold() != other.leaves.threshold() {
        return Err(ApiError::bad_request(format!(
            "`{release}` and `{id}` count other deciles as poor: give `{parameter}` a release of the same threshold."
        )));
    }
    Ok(Some(other))
}

/// The release that `classes` names, where it is another one than is shown.
///
/// # Errors
/// As [`other`].
pub(super) async fn classed(
    shelf: &Arc<Shelf>,
    served: &Served,
    name: Option<&str>,
) -> Result<Option<Arc<Served>>, ApiError> {
    let own = served.label.release.as_str();
    other(shelf, served, ("classes", name.filter(|name| *name != own))).await
}

/// Refuses a theme that is counted by two definitions.
///
/// # Errors
/// 400 with the remedy.
pub(super) fn refuse_definitions(
    theme: &Theme,
    served: &Served,
    other: &Served,
) -> Result<(), ApiError> {
    if is_counted_alike(theme, served, other) {
        return Ok(());
    }
    Err(ApiError::bad_request(format!(
        "`{}` and `{}` go by two definitions of disability, whose figures can't be compared: ask for \
         another theme.",
        served.label.release, other.label.release
    )))
}

/// Whether a theme is counted by one definition in both.
pub(super) fn is_counted_alike(theme: &Theme, served: &Served, other: &Served) -> bool {
    theme.name != "disability"
        || served.label.disability_definition == other.label.disability_definition
}
