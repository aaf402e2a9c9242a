//! Asking for the same place by every way: were there different answers, their mean would be nearer to the
//! truth than any of them.

use std::collections::{BTreeMap, BTreeSet};

use super::Attack;
use super::case::Case;
use super::recompute::whole;
use crate::domain::geography::Geography;
use crate::domain::indicator::{Denominators, Indicators};
use crate::domain::region::{Level, RegionId};
use crate::encode::{Format, Outlines, ReleaseLabel};
use crate::protect::{Field, Layer, LayerRequest};

/// The different answers for each place.
#[derive(Default)]
struct Answers {
    all: BTreeMap<String, BTreeSet<i64>>,
    asked: f64,
}

impl Answers {
    fn add(&mut self, code: String, count: i64) {
        self.asked += 1.0;
        self.all.entry(code).or_default().insert(count);
    }

    fn layer(&mut self, layer: &Layer) {
        for feature in layer.features() {
            self.add(feature.code.to_string(), feature.counted().unwrap_or(-1));
        }
    }

    /// The counts as a file tells them. What is withheld is part of larger sums, and stands in no file.
    fn csv(&mut self, layer: &Layer) {
        let Ok(release) = "audit".parse() else { return };
        let label = ReleaseLabel {
            release,
            reference_date: String::new(),
            disability_definition: None,
            programmes: Vec::new(),
            licence: None,
            carried_over: BTreeMap::new(),
        };
        let mut bytes = Vec::new();
        if Format::Csv.write(layer, &label, Outlines::None, &mut bytes).is_err() {
            return;
        }
        let fields = Field::all(layer.theme());
        let Some(count) = fields.iter().position(|field| field.name == "count") else { return };
        let rows = csv::Reader::from_reader(bytes.as_slice()).into_records().flatten();
        for (row, feature) in rows.zip(layer.features()) {
            let withheld = feature.withheld.as_ref().and_then(|withheld| withheld.count);
            self.add(row[0].to_owned(), row[count].parse().ok().or(withheld).unwrap_or(-1));
        }
    }
}

/// Asks for each place as a whole, within regions, in a box, with a limit and as a file, and for the sums
/// of its parts.
pub fn attack(case: &Case<'_>) -> Attack {
    let (mut asked, mut places, mut faults) = (0.0, 0.0, Vec::new());
    let indicators = Indicators::embedded();
    for theme in &indicators.themes {
        for geography in theme.geographies() {
            let answers = ask(case, &theme.name, geography, &indicators);
            asked += answers.asked;
            places += answers.all.len() as f64;
            let differing = answers.all.values().filter(|counts| counts.len() > 1).count();
            if differing > 0 {
                let name = format!("{}-{geography}", theme.name);
                faults.push(format!("{name}: {differing} places have more than one answer"));
            }
        }
    }
    Attack {
        name: "paths",
        tried: "asks for the same place as a whole, within regions, in a box, with a limit, as a file, and \
                as the sum of its parts, to average the answers",
        found: vec![("places".to_owned(), places), ("answers".to_owned(), asked)],
        allowed: "one answer for each place",
        faults,
        doubts: Vec::new(),
    }
}

fn ask(case: &Case<'_>, theme: &str, geography: Geography, indicators: &Indicators) -> Answers {
    let mut answers = Answers::default();
    let Some(theme) = indicators.theme(theme) else { return answers };
    let first = whole(case, theme, geography, indicators);
    answers.layer(&first);
    answers.csv(&first);
    let request = LayerRequest { theme, geography, within: None, bounds: None, limit: None };
    let layer = |request: &LayerRequest<'_>| {
        case.public.layer(request, case.regions, indicators, &Denominators::new())
    };
    answers.layer(&layer(&LayerRequest { limit: Some(first.matched() / 2 + 1), ..request }));
    let provinces: Vec<RegionId> = case.regions.level(Level::Province).map(|(id, _)| id).collect();
    let mut parts: BTreeMap<String, Option<i64>> = BTreeMap::new();
    for province in provinces {
        let bounds = Some(case.regions.get(province).bounds);
        answers.layer(&layer(&LayerRequest { bounds, ..request }));
        for feature in layer(&LayerRequest { within: Some(province), ..request }).features() {
            // Of a hexagon this is the part in the province: the parts add up to it.
            let sum = parts.entry(feature.code.to_string()).or_insert(Some(0));
            *sum = sum.zip(feature.counted()).map(|(sum, count)| sum + count);
        }
    }
    for (code, sum) in parts {
        answers.add(code, sum.unwrap_or(-1));
    }
    answers
}
