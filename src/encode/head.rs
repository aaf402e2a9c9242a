//! What stands at the head of a layer's file: of which release it is, who may see it, what it counts.

use std::collections::BTreeMap;

use serde::Serialize;

use super::title::title;
use super::{Compared, ReleaseLabel};
use crate::domain::code::RegionCode;
use crate::domain::geography::Geography;
use crate::domain::indicator::{Bilingual, PovertyThreshold};
use crate::domain::licence::Licence;
use crate::domain::person::Definition;
use crate::domain::programme::ProgrammeTerms;
use crate::domain::region::Slug;
use crate::protect::carried_over::CarriedFrom;
use crate::protect::{Layer, Protection, Remainder, ShownShare, Totals};

/// The head of a layer.
#[derive(Serialize)]
pub(super) struct Head<'a> {
    release: &'a Slug,
    reference_date: &'a str,
    regions: &'a Slug,
    theme: &'a str,
    geography: Geography,
    within: Option<RegionCode>,
    protection: Protection,
    poverty_threshold: PovertyThreshold,
    title: Bilingual,
    unit: &'a Bilingual,
    definition: &'a Bilingual,
    disability_definition: Option<Definition>,
    /// Of layers of programmes.
    #[serde(skip_serializing_if = "Option::is_none")]
    programmes: Option<&'a [ProgrammeTerms]>,
    /// Of the boundaries, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    licence: Option<&'a Licence>,
    /// The regencies whose figures are those of an earlier release.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    carried_over: &'a BTreeMap<RegionCode, CarriedFrom>,
    /// Which share maps show.
    shown_share: ShownShare,
    /// The coverage below which an area is not enough surveyed, where areas are judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    least_coverage: Option<f64>,
    matched: usize,
    totals: Totals,
    /// What is known to the area and to none of its parts; of layers of regions.
    #[serde(skip_serializing_if = "Option::is_none")]
    remainder: Option<Remainder>,
    /// The release since which changes are told, where they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    compared_with: Option<&'a Slug>,
}

impl<'a> Head<'a> {
    pub fn new(layer: &'a Layer, label: &'a ReleaseLabel, compared: Option<Compared<'a>>) -> Self {
        let theme = layer.theme();
        Self {
            release: &label.release,
            reference_date: &label.reference_date,
            regions: layer.regions(),
            theme: &theme.name,
            geography: layer.geography(),
            within: layer.within(),
            protection: layer.protection(),
            poverty_threshold: layer.threshold(),
            title: title(theme, layer.geography()),
            unit: &theme.unit,
            definition: &theme.definition,
            disability_definition: label.disability_definition,
            programmes: (!theme.rates.is_empty()).then_some(&label.programmes),
            licence: label.licence.as_ref(),
            carried_over: &label.carried_over,
            shown_share: layer.shown_share(),
            least_coverage: layer.least_coverage(),
            matched: layer.matched(),
            totals: layer.totals(),
            remainder: layer.remainder(),
            compared_with: compared.map(|compared| compared.with),
        }
    }
}

/// What every row says of its origin, where a file has no head.
pub(crate) const ORIGIN: [&str; 4] = ["theme", "release", "regions", "protection"];

/// The values of [`ORIGIN`].
pub(crate) fn origin<'a>(layer: &'a Layer, label: &'a ReleaseLabel) -> [&'a str; 4] {
    [
        &layer.theme().name,
        label.release.as_str(),
        layer.regions().as_str(),
        layer.protection().name(),
    ]
}
