//! Institutions as a layer of points.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::House;
use super::answer;
use super::error::ApiError;
use super::parameters::{Asked, Parameters};
use super::query::{parse_bounds, parse_within};
use super::reply::{Question, reply};
use super::served::Served;
use crate::domain::geography::Geography;
use crate::domain::institution::PublicInstitution;
use crate::domain::position::Bounds;
use crate::domain::region::{Level, RegionId};
use crate::encode::{Format, institutions};

/// `/layers/institutions.geojson`
pub(super) async fn institutions(
    State(house): State<House>,
    asked: Asked,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let parameters = Parameters::parse(asked, &house.served, &["within", "bbox"])?;
    if house.served.institutions.is_none() {
        return Err(ApiError::not_found(
            "The release has no institutions: it was built without `--institutions`.",
        ));
    }
    let village = Geography::Region(Level::Village);
    let within = parameters.get("within").map(|code| parse_within(&house.served, village, code));
    let (within, bounds) =
        (within.transpose()?, parameters.get("bbox").map(parse_bounds).transpose()?);
    let question = Question {
        name: "institutions",
        canonical: format!("{within:?} {:?}", bounds.map(<[f64; 4]>::from)),
        media_type: Format::GeoJson.media_type(),
    };
    let most = house.limits.features;
    let make = move |served: &Served| write(served, within, bounds, most);
    reply(&house, &headers, question, make).await.map(answer::as_file)
}

fn write(
    served: &Served,
    within: Option<RegionId>,
    bounds: Option<Bounds>,
    most: usize,
) -> Result<Vec<u8>, ApiError> {
    let is_within = |one: &&PublicInstitution| {
        within.is_none_or(|outer| {
            let own = one.region.and_then(|code| served.tree.find(code));
            own.is_some_and(|own| served.tree.is_within(own, outer))
        })
    };
    let is_in_box = |one: &&PublicInstitution| {
        bounds.is_none_or(|bounds| one.position.is_some_and(|at| bounds.holds(at)))
    };
    let all = served.institutions.iter().flatten();
    let told: Vec<_> = all.filter(is_within).filter(is_in_box).collect();
    if told.len() > most {
        return Err(ApiError::too_large(format!(
            "{} institutions match and at most {most} are answered at once: ask for a part with \
             `within` or `bbox`.",
            told.len()
        )));
    }
    let release = (&served.label.release, served.tree.version());
    Ok(institutions::write(&told, release, within.map(|id| served.tree.get(id).code)))
}
