//! The whole build once more, as plainly as it can be written: rows as maps of text, a sorted map for
//! each household, point in polygon through GEOS over every village, figures added up one by one.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use gdal::vector::Geometry;
use geo::{BoundingRect, Distance, Euclidean, MapCoords, MultiPolygon, Point, Rect};
use h3o::{LatLng, Resolution};
use sebaran::check::PlacementRules;
use sebaran::domain::indicator::CubeColumn;
use sebaran::domain::region::Level;

use crate::country::Country;
use crate::plain_groups;
use crate::plain_rules::{self, accuracy_m, on_earth};
use crate::table::Texts;

/// A visit: its columns' texts by their names.
pub type Row = BTreeMap<String, String>;

/// When a visit was made and received, and its id: of a household's visits, the greatest is the latest.
type Order = (i64, Option<i64>, String);

/// What came of a build: counts by (region's code or empty, hexagon or 0), and the accounts.
#[derive(Debug, Default)]
pub struct PlainBuild {
    pub cube: BTreeMap<(String, u64), BTreeMap<&'static str, i64>>,
    pub rows: u64,
    pub counted: u64,
    pub superseded: u64,
    pub not_completed: u64,
    pub placed_in_hexagon: u64,
    pub placed_in_region_only: u64,
    pub unplaced: u64,
}

pub struct Village {
    code: String,
    bounds: Rect,
    shape: MultiPolygon,
    geometry: Geometry,
}

/// Every village, in the order of codes, and every code that there is.
pub struct Land {
    pub villages: Vec<Village>,
    /// Minutes ahead of UTC by code.
    codes: BTreeMap<String, i64>,
    otherwise_min: i64,
}

/// Cuts or changes the declared codes of some rows, so that every line of the placement table occurs.
pub fn spoil_codes(texts: &mut Texts) {
    let code = texts.column("village_code");
    for (number, row) in texts.rows.iter_mut().enumerate() {
        let village = row[code].clone();
        row[code] = match number % 11 {
            0 => village[..7].to_owned(),
            1 => village[..4].to_owned(),
            2 => village[..2].to_owned(),
            3 => format!("{}999", &village[..7]),
            4 => "9999999999".to_owned(),
            // So few that the build does not stop for them.
            5 if number % 3 == 0 => "desa".to_owned(),
            5 | 6 => String::new(),
            _ => village,
        };
    }
}

/// Moves rows by up to 1.6 km on either axis and changes accuracies, so that many come near a threshold,
/// and puts some on a corner of their village, which others touch.
pub fn spoil_positions(country: &Country, texts: &mut Texts) {
    let axes = ["longitude", "latitude"].map(|name| texts.column(name));
    let (code, accuracy) = (texts.column("village_code"), texts.column("gps_accuracy_m"));
    for (number, row) in texts.rows.iter_mut().enumerate() {
        for axis in axes {
            if let Ok(degrees) = row[axis].parse::<f64>() {
                row[axis] = (degrees + (number % 149) as f64 * 0.0001).to_string();
            }
        }
        if number % 5 == 0 {
            row[accuracy] = (number % 23 * 5).to_string();
        }
        if number % 7 == 0 {
            let village = country.tree.find(row[code].parse().unwrap()).unwrap();
            let corners = country.shapes.full[village.index()].0[0].exterior();
            let corner = corners.0[number % corners.0.len()];
            row[axes[0]] = corner.x.to_string();
            row[axes[1]] = corner.y.to_string();
        }
    }
}

/// What columns of visits are called behind `visit_`, by the number of their outcome.
const OUTCOMES: &str = "completed not_found moved_or_gone part_of_another refused duplicate";

fn visits_of(outcome: usize) -> &'static str {
    let name = OUTCOMES.split(' ').nth(outcome - 1).unwrap();
    CubeColumn::VISITS.iter().map(|it| it.name()).find(|it| it.ends_with(name)).unwrap()
}

/// Builds.
pub fn build(country: &Country, tables: &[Texts], by: PlacementRules) -> PlainBuild {
    let land = Land::of(country);
    let mut built = PlainBuild::default();
    let rows = tables.iter().flat_map(|table| {
        let named = |row: &Vec<String>| table.names.iter().cloned().zip(row.clone()).collect();
        table.rows.iter().map(named)
    });
    let rows: Vec<Row> = rows.collect();
    let mut households: BTreeMap<&str, BTreeMap<Order, &Row>> = BTreeMap::new();
    let (mut seen, mut once) = (BTreeSet::new(), Vec::new());
    for row in &rows {
        built.rows += 1;
        if seen.insert(&row["visit_id"]) {
            once.push(row);
        }
        let order = (time(row, "started_at").unwrap(), time(row, "received_at"));
        let visits = households.entry(&row["household_id"]).or_default();
        visits.insert((order.0, order.1, row["visit_id"].clone()), row);
    }
    let doubted = match by {
        PlacementRules::All => plain_groups::doubted(&land, &once),
        PlacementRules::Single => BTreeSet::new(),
    };
    let is_doubted =
        |row: &Row| doubted.contains(&row["visit_id"]) || plain_rules::is_doubted(&land, row);
    for visits in households.values() {
        let completed = visits.values().filter(|row| row["outcome"] == "1").count() as u64;
        built.not_completed += visits.len() as u64 - completed;
        let last = visits.values().rev().find(|row| ["1", "4", "6"].contains(&&*row["outcome"]));
        let counts = last.filter(|row| row["outcome"] == "1");
        built.superseded += completed - u64::from(counts.is_some());
        let latest = visits.values().rev().find(|row| row["outcome"] == "1");
        for row in visits.values() {
            // The position of a visit that is not completed is not looked at.
            let outcome = row["outcome"].parse::<usize>().unwrap();
            let is_once_more = latest.is_some_and(|latest| !std::ptr::eq(*latest, *row));
            let region = match outcome {
                1 => land.place(row, is_once_more || is_doubted(row)).0,
                _ => land.declared(row).into(),
            };
            built.add((region, 0), &[(visits_of(outcome), 1)]);
        }
        if let Some(row) = counts {
            built.count(row, land.place(row, is_doubted(row)));
        }
    }
    built
}

/// What is counted without recipients: all but whom programmes reach.
pub fn of_cells() -> &'static [CubeColumn] {
    CubeColumn::ALL.split_at(CubeColumn::COUNT).0
}

impl PlainBuild {
    fn count(&mut self, row: &Row, place: (String, u64)) {
        self.counted += 1;
        match (place.0.is_empty(), place.1) {
            (false, 0) => self.placed_in_region_only += 1,
            (false, _) => self.placed_in_hexagon += 1,
            (true, _) => self.unplaced += 1,
        }
        let position = if place.1 == 0 { "not_positioned" } else { "positioned" };
        self.add((place.0.clone(), 0), &[(position, 1)]);
        self.add(place, &figures(row));
    }

    fn add(&mut self, place: (String, u64), figures: &[(&'static str, i64)]) {
        let cell = self
            .cube
            .entry(place)
            .or_insert_with(|| of_cells().iter().map(|column| (column.name(), 0)).collect());
        for (column, count) in figures {
            *cell.get_mut(column).unwrap() += count;
        }
    }
}

impl Land {
    fn of(country: &Country) -> Self {
        let village = |(id, region): (_, &sebaran::domain::region::Region)| {
            let id: sebaran::domain::region::RegionId = id;
            let shape = country.shapes.full[id.index()].clone();
            Village {
                code: region.code.to_string(),
                bounds: shape.bounding_rect().unwrap(),
                geometry: Geometry::from_wkt(&wkt(&shape)).unwrap(),
                shape,
            }
        };
        let offset = |region: &sebaran::domain::region::Region| {
            (region.code.to_string(), i64::from(region.utc_offset_min))
        };
        Self {
            villages: country.tree.level(Level::Village).map(village).collect(),
            codes: country.tree.iter().map(|(_, region)| offset(region)).collect(),
            otherwise_min: offset(country.tree.iter().next().unwrap().1).1,
        }
    }

    /// The placement table of the quality rules.
    fn place(&self, row: &Row, is_doubted: bool) -> (String, u64) {
        let declared = self.declared(row);
        let Some(at) = on_earth(row).filter(|_| !is_doubted) else {
            return (declared.to_owned(), 0);
        };
        let cell = LatLng::new(at.y(), at.x()).unwrap().to_cell(Resolution::Eight);
        let coarse = cell.parent(Resolution::Seven).unwrap();
        let hexagon = u64::from(if accuracy_m(row) > 50.0 { coarse } else { cell });
        let village = self.village_at(at).unwrap_or_default();
        match declared.len() {
            10 => (declared.to_owned(), hexagon),
            _ if !village.is_empty() && village.starts_with(declared) => {
                (village.to_owned(), hexagon)
            }
            _ => (declared.to_owned(), 0),
        }
    }

    /// The longest beginning of the declared code that is a region's; empty where none is.
    pub fn declared<'r>(&self, row: &'r Row) -> &'r str {
        let code = row["village_code"].as_str();
        let widths = [10, 7, 4, 2].into_iter().filter(|width| *width <= code.len());
        let mut known =
            widths.map(|width| &code[..width]).filter(|code| self.codes.contains_key(*code));
        known.next().unwrap_or_default()
    }

    /// Metres to a village, 0 in it; `None` for other codes.
    pub fn distance_m(&self, code: &str, at: Point) -> Option<f64> {
        let village = self.villages.iter().find(|village| village.code == code)?;
        Some(if village.touches(at) { 0.0 } else { village.distance_m(at) })
    }

    /// Minutes ahead of UTC where a visit was declared or, without that, where it was.
    pub fn offset_min(&self, row: &Row) -> i64 {
        let declared = Some(self.declared(row)).filter(|code| !code.is_empty());
        let found = declared.or_else(|| self.village_at(on_earth(row)?));
        found.map_or(self.otherwise_min, |code| self.codes[code])
    }

    /// Whether a position lies in the country's box with its axes exchanged, and only then.
    pub fn is_swapped(&self, x: f64, y: f64) -> bool {
        let corners = self.villages.iter().flat_map(|it| [it.bounds.min(), it.bounds.max()]);
        let all: geo::MultiPoint = corners.map(Point::from).collect();
        let all = all.bounding_rect().unwrap();
        let holds = |x: f64, y: f64| {
            (all.min().x..=all.max().x).contains(&x) && (all.min().y..=all.max().y).contains(&y)
        };
        !holds(x, y) && holds(y, x)
    }

    /// The least code of the villages that touch the point.
    pub fn village_at(&self, at: Point) -> Option<&str> {
        let touching = self.villages.iter().filter(|village| village.touches(at));
        touching.map(|village| village.code.as_str()).min()
    }
}

/// Metres in a degree of the sphere of 6,371,008.8 m.
pub const METRES: f64 = 111_195.080_233_532_9;

impl Village {
    fn touches(&self, at: Point) -> bool {
        let (min, max) = (self.bounds.min(), self.bounds.max());
        (min.x..=max.x).contains(&at.x())
            && (min.y..=max.y).contains(&at.y())
            && self.geometry.intersects(&Geometry::from_wkt(&point_wkt(at)).unwrap())
    }

    /// Metres to the village on the plane that touches the Earth at the point.
    fn distance_m(&self, at: Point) -> f64 {
        let shrink = at.y().to_radians().cos();
        let plane = self.shape.map_coords(|corner| geo::Coord {
            x: (corner.x - at.x()) * METRES * shrink,
            y: (corner.y - at.y()) * METRES,
        });
        Euclidean.distance(&Point::new(0.0, 0.0), &plane)
    }

    pub fn is_within_m(&self, at: Point, limit_m: f64) -> bool {
        let reach = 2.0 * limit_m / METRES;
        let (min, max) = (self.bounds.min(), self.bounds.max());
        let is_near = (min.x - reach..=max.x + reach).contains(&at.x())
            && (min.y - reach..=max.y + reach).contains(&at.y());
        is_near && (self.touches(at) || self.distance_m(at) <= limit_m)
    }
}

/// The columns of the cube to which a household adds.
fn figures(row: &Row) -> Vec<(&'static str, i64)> {
    let whole = |name: &str| row[name].parse::<i64>().ok();
    let decile = whole("decile").or_else(|| {
        number(row, "percentile").map(|percentile| ((percentile / 10.0).ceil() as i64).max(1))
    });
    let own = match decile {
        Some(1) => "decile_1",
        Some(2) => "decile_2",
        Some(3) => "decile_3",
        Some(4) => "decile_4",
        Some(5 | 6) => "decile_5_6",
        Some(_) => "decile_7_10",
        None => "unranked",
    };
    let mut figures = vec![(own, 1)];
    if decile.is_none_or(|decile| decile > 4) {
        return figures;
    }
    let persons = |name: &str| whole(name).unwrap_or_else(|| panic!("the survey tells {name}"));
    let (children, elderly) = (persons("children"), persons("elderly"));
    let (young, old) = (persons("children_under_5"), persons("elderly_70_plus"));
    let others = persons("members") - children - elderly;
    figures.extend([("age_0_4", young), ("age_5_17", children - young), ("age_18_59", others)]);
    figures.extend([("age_60_69", elderly - old), ("age_70_plus", old)]);
    let mut unspecified = persons("disabled");
    for class in ["physical", "intellectual", "mental", "sensory", "multiple"] {
        let count = persons(&format!("disabled_{class}"));
        figures.push((class, count));
        unspecified -= count;
    }
    figures.push(("unspecified", unspecified));
    figures
}

/// The text of a column; empty where there is no such column.
pub fn text<'r>(row: &'r Row, name: &str) -> &'r str {
    row.get(name).map_or("", String::as_str)
}

pub fn number(row: &Row, name: &str) -> Option<f64> {
    text(row, name).parse().ok()
}

/// Microseconds since 1970.
pub fn time(row: &Row, name: &str) -> Option<i64> {
    let text = Some(text(row, name)).filter(|text| !text.is_empty())?;
    Some(text.parse::<DateTime<Utc>>().unwrap().timestamp_micros())
}

fn point_wkt(at: Point) -> String {
    format!("POINT ({} {})", at.x(), at.y())
}

fn wkt(shape: &MultiPolygon) -> String {
    let ring = |ring: &geo::LineString| {
        let corners = ring.coords().map(|at| format!("{} {}", at.x, at.y));
        format!("({})", corners.collect::<Vec<_>>().join(","))
    };
    let polygon = |polygon: &geo::Polygon| {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        format!("({})", rings.map(ring).collect::<Vec<_>>().join(","))
    };
    format!("MULTIPOLYGON ({})", shape.iter().map(polygon).collect::<Vec<_>>().join(","))
}
