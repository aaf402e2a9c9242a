//! The worst and the best of a geography, as JSON or CSV.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;

use super::error::ApiError;
use super::parameters::{Asked, Parameters};
use super::query::{
    find_layer, parse_dialect, parse_geography, parse_limit, parse_within, sentence,
};
use super::ranking_csv;
use super::reply::{JSON, Question, json, reply};
use super::served::Served;
use super::{House, Limits};
use crate::analyse::{Measure, Ranking};
use crate::domain::code::RegionCode;
use crate::domain::geography::Geography;
use crate::domain::indicator::Theme;
use crate::domain::region::{RegionId, Slug};
use crate::encode::Format;
use crate::encode::csv::Dialect;
use crate::protect::{
    CoverageOf, Feature, Layer, LayerRequest, OtherShares, PlaceCode, Protection, ShownShare,
    Status,
};

const LIMIT: usize = 10;
const MOST: usize = 1000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Csv,
}

/// A ranking as a URL asks for it.
struct RankingQuery {
    theme: Theme,
    geography: Geography,
    within: Option<RegionId>,
    /// `None`: the share where there is one, else the count.
    by: Option<Measure>,
    limit: usize,
    form: Form,
    /// Of a CSV.
    dialect: Dialect,
}

#[derive(Serialize)]
struct Answer<'a> {
    release: &'a Slug,
    theme: &'a str,
    geography: Geography,
    within: Option<RegionCode>,
    by: Measure,
    /// Which share is meant where it is by share.
    shown_share: ShownShare,
    protection: Protection,
    worst: Vec<Row<'a>>,
    best: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    code: PlaceCode,
    name: Option<&'a str>,
    parent: Option<PlaceCode>,
    households: i64,
    count: Option<i64>,
    moe95: Option<f64>,
    share: Option<f64>,
    share_moe95: Option<f64>,
    #[serde(flatten)]
    other_shares: OtherShares,
    coverage: Option<f64>,
    coverage_moe95: Option<f64>,
    coverage_of: Option<CoverageOf>,
    density_km2: Option<f64>,
    status: Status,
}

impl<'a> From<&'a Feature> for Row<'a> {
    fn from(feature: &'a Feature) -> Self {
        Self {
            code: feature.code,
            name: feature.name.as_deref(),
            parent: feature.parent,
            households: feature.households,
            count: feature.count,
            moe95: feature.moe95,
            share: feature.share,
            share_moe95: feature.share_moe95,
            other_shares: feature.other_shares,
            coverage: feature.coverage.map(|coverage| coverage.share),
            coverage_moe95: feature.coverage.and_then(|coverage| coverage.moe95),
            coverage_of: feature.coverage.map(|coverage| coverage.of),
            density_km2: feature.density_km2,
            status: feature.status,
        }
    }
}

/// `/ranking/{geography}`
pub(super) async fn ranking(
    State(house): State<House>,
    path: Result<Path<String>, PathRejection>,
    asked: Asked,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Path(geography) = path.map_err(|error| ApiError::bad_request(error.body_text()))?;
    let known = ["theme", "within", "by", "limit", "f", "dialect", "lang"];
    let parameters = Parameters::parse(asked, &house.served, &known)?;
    let query = RankingQuery::parse(&house.served, &geography, &parameters)?;
    let question = Question {
        name: "ranking",
        canonical: query.canonical(),
        media_type: match query.form {
            Form::Json => JSON,
            Form::Csv => Format::Csv.media_type(),
        },
    };
    let limits = house.limits;
    reply(&house, &headers, question, move |served| query.answer(served, &limits)).await
}

impl RankingQuery {
    fn parse(served: &Served, geography: &str, parameters: &Parameters) -> Result<Self, ApiError> {
        let geography = parse_geography(geography)?;
        let within = parameters.get("within").map(|code| parse_within(served, geography, code));
        let by = parameters.get("by").map(str::parse).transpose();
        let form = match parameters.get("f") {
            None | Some("json") => Form::Json,
            Some("csv") => Form::Csv,
            Some(_) => return Err(ApiError::bad_request("`f` is json or csv.")),
        };
        let (dialect, language) = (parameters.get("dialect"), parameters.get("lang"));
        if form == Form::Json && (dialect.is_some() || language.is_some()) {
            return Err(ApiError::bad_request(
                "Only a CSV has a dialect and a language: leave `dialect` and `lang` out, or say f=csv.",
            ));
        }
        let dialect = parse_dialect(dialect, language)?;
        Ok(Self {
            theme: find_layer(served, parameters.get("theme").unwrap_or("poverty"), geography)?
                .clone(),
            geography,
            within: within.transpose()?,
            by: by.map_err(|error| sentence(&error))?,
            limit: parameters.get("limit").map_or(Ok(LIMIT), |text| parse_limit(text, MOST))?,
            form,
            dialect,
        })
    }

    fn canonical(&self) -> String {
        let Self { theme, geography, within, by, limit, form, dialect } = self;
        format!("{} {geography} {within:?} {by:?} {limit} {form:?} {dialect:?}", theme.name)
    }

    fn answer(&self, served: &Served, limits: &Limits) -> Result<Vec<u8>, ApiError> {
        let layer = self.layer(served, limits)?;
        let by = self.by.unwrap_or_else(|| Measure::of_layer(&layer));
        let ranking = Ranking::new(&layer, by, self.limit);
        if self.form == Form::Csv {
            let release = &served.label.release;
            return ranking_csv::write(&layer, by, &ranking, (release, self.dialect));
        }
        Ok(json(&Answer {
            release: &served.label.release,
            theme: &self.theme.name,
            geography: self.geography,
            within: layer.within(),
            by,
            shown_share: layer.shown_share(),
            protection: layer.protection(),
            worst: ranking.worst.iter().copied().map(Row::from).collect(),
            best: ranking.best.iter().copied().map(Row::from).collect(),
        }))
    }

    /// All that is ranked, up to as many features as one answer may be made of.
    fn layer(&self, served: &Served, limits: &Limits) -> Result<Layer, ApiError> {
        let Self { theme, geography, within, .. } = self;
        let layer = served.layer(&LayerRequest {
            theme,
            geography: *geography,
            within: *within,
            bounds: None,
            limit: Some(limits.features),
        });
        if layer.matched() > limits.features {
            return Err(ApiError::too_large(format!(
                "{} features would be ranked and at most {} are: ask for a part with `within`, or for \
                 a coarser geography.",
                layer.matched(),
                limits.features
            )));
        }
        Ok(layer)
    }
}
