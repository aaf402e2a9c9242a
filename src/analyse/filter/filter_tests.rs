use geo::Intersects;
use proptest::prelude::*;

use super::*;
use crate::domain::indicator::Indicators;
use crate::protect::fixture::{denominators, leaves, shapes, tree};
use crate::protect::{Layer, LayerRequest, Place};

fn layer(geography: &str) -> Layer {
    let (tree, indicators) = (tree(), Indicators::embedded());
    let request = LayerRequest {
        theme: indicators.theme("elderly").unwrap(),
        geography: geography.parse().unwrap(),
        within: None,
        bounds: None,
        limit: None,
    };
    leaves(&tree).layer(&request, &tree, &indicators, &denominators())
}

/// The codes of the villages that a filter takes.
fn taken(filter: &Filter) -> Vec<String> {
    let (layer, shapes) = (layer("village"), shapes(&tree()));
    let intersects = |feature: &Feature, shape: &Geometry| match feature.place {
        Place::Region(id) => shapes[id.index()].intersects(shape),
        Place::Hexagon(_) => false,
    };
    let taken = layer.features().iter();
    let taken = taken.filter(|it| filter.takes(it, layer.geography(), intersects));
    taken.map(|feature| feature.code.to_string()).collect()
}

fn theme() -> Theme {
    Indicators::embedded().theme("elderly").unwrap().clone()
}

fn text(text: &str) -> Result<Filter, FilterError> {
    Filter::from_text(text, &theme())
}

const FIRST: &str = "0101001001";
const LAKE: &str = "0101001002";
const THIRD: &str = "0102001001";
const FOURTH: &str = "0201001001";
const FIFTH: &str = "0201001002";

#[test]
fn text_and_json_take_the_same_features() {
    for (cql, json, codes) in [
        ("households > 15", r#"{"op":">","args":[{"property":"households"},15]}"#, vec![FOURTH]),
        (
            "households >= 1.5e1 AND NOT count = 7",
            r#"{"op":"and","args":[{"op":">=","args":[{"property":"households"},15]},
                {"op":"not","args":[{"op":"=","args":[{"property":"count"},7]}]}]}"#,
            vec![FIRST],
        ),
        (
            "code IN ('0101001001', '0201001002') or parent = '0102001'",
            r#"{"op":"or","args":[{"op":"in","args":[{"property":"code"},["0101001001","0201001002"]]},
                {"op":"=","args":[{"property":"parent"},"0102001"]}]}"#,
            vec![FIRST, THIRD, FIFTH],
        ),
        (
            "\"code\" LIKE '02%1'",
            r#"{"op":"like","args":[{"property":"code"},"02%1"]}"#,
            vec![FOURTH],
        ),
        (
            "CASEI(name) LIKE CASEI('r _0101%')",
            r#"{"op":"like","args":[{"op":"casei","args":[{"property":"name"}]},
                {"op":"casei","args":["r _0101%"]}]}"#,
            vec![FIRST, LAKE],
        ),
        (
            "households between 1 and 15",
            r#"{"op":"between","args":[{"property":"households"},1,15]}"#,
            vec![FIRST],
        ),
        (
            "rest = false AND status = 'below_10'",
            r#"{"op":"and","args":[{"op":"=","args":[{"property":"rest"},false]},
                {"op":"=","args":[{"property":"status"},"below_10"]}]}"#,
            vec![FIRST, FOURTH],
        ),
        (
            "S_INTERSECTS(geometry, BBOX(2.5, 0.2, 4.5, 0.8))",
            r#"{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[2.5,0.2,4.5,0.8]}]}"#,
            vec![THIRD, FOURTH],
        ),
        (
            "S_INTERSECTS(geometry, POLYGON((0.2 0.2, 0.4 0.2, 0.3 0.4, 0.2 0.2)))",
            r#"{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Polygon",
                "coordinates":[[[0.2,0.2],[0.4,0.2],[0.3,0.4],[0.2,0.2]]]}]}"#,
            vec![FIRST],
        ),
        ("true and not false", "true", vec![FIRST, LAKE, THIRD, FOURTH, FIFTH]),
    ] {
        assert_eq!(taken(&text(cql).unwrap()), codes, "{cql}");
        assert_eq!(taken(&Filter::from_json(json, &theme()).unwrap()), codes, "{json}");
    }
}

#[test]
fn a_sign_right_after_a_number_is_no_coordinate() {
    for cql in [
        "S_INTERSECTS(geometry, POINT(110-7))",
        "S_INTERSECTS(geometry, POINT(110 - 7))",
        "households > 3-2",
        "households > - 2",
    ] {
        assert!(text(cql).is_err(), "{cql}");
    }
}

#[test]
fn text_and_json_refuse_the_same_shapes() {
    for (wkt, json) in [
        ("POINT(1 2, 3 4)", r#"{"type":"Point","coordinates":[[1,2],[3,4]]}"#),
        ("POINT(1)", r#"{"type":"Point","coordinates":[1]}"#),
        ("LINESTRING(1 2)", r#"{"type":"LineString","coordinates":[[1,2]]}"#),
        ("POLYGON((1 2, 3 4))", r#"{"type":"Polygon","coordinates":[[[1,2],[3,4]]]}"#),
        (
            "GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(POINT(1 2)))",
            r#"{"type":"GeometryCollection","geometries":[{"type":"GeometryCollection","geometries":[
                {"type":"Point","coordinates":[1,2]}]}]}"#,
        ),
        ("BBOX(1, 2, 3)", r#"{"bbox":[1,2,3]}"#),
        ("BBOX(1, 2, 0, -3)", r#"{"bbox":[1,2,0,-3]}"#),
    ] {
        let cql = format!("S_INTERSECTS(geometry, {wkt})");
        assert_eq!(text(&cql).unwrap_err(), FilterError::Shape, "{cql}");
        let json = format!(r#"{{"op":"s_intersects","args":[{{"property":"geometry"}},{json}]}}"#);
        let refused = Filter::from_json(&json, &theme()).unwrap_err();
        assert_eq!(refused, FilterError::Shape, "{json}");
    }
}

#[test]
fn what_is_null_is_neither_more_nor_less_nor_not() {
    let none: [&str; 0] = [];
    for cql in ["share > 0", "share <= 0", "NOT share > 0", "share IN (0, 1)", "NOT share IN (1)"] {
        assert_eq!(taken(&text(cql).unwrap()), none, "{cql}");
    }
    assert_eq!(taken(&text("share IS NULL").unwrap()).len(), 5);
    assert_eq!(taken(&text("share IS NOT NULL").unwrap()), none);
    assert_eq!(taken(&text("share > 0 OR households = 20").unwrap()), [FOURTH]);
}

#[test]
fn and_binds_closer_than_or_and_not_closest() {
    let cql = "code = '0101001001' or code = '0201001001' and households = 0";
    assert_eq!(taken(&text(cql).unwrap()), [FIRST]);
    let cql = "(code = '0101001001' or code = '0201001001') and households = 20";
    assert_eq!(taken(&text(cql).unwrap()), [FOURTH]);
    let cql = "not households = 0 and households < 20";
    assert_eq!(taken(&text(cql).unwrap()), [FIRST]);
}

#[test]
fn says_what_is_wrong_and_what_there_is() {
    for (cql, says) in [
        ("wealth > 1", "no property is called `wealth`; there are code, name, parent"),
        ("decile_1 > 1", "age_60_69"),
        ("code = 3", "one is a text (in single quotes), the other a number"),
        ("count LIKE '3%'", "can't be compared"),
        ("geometry = 'x'", "S_INTERSECTS(geometry, ...)"),
        ("T_AFTER(code, 'x')", "there is no operator `T_AFTER`; there are =, <>"),
        ("households >", "has its end where a property or a value"),
        ("households > 1 count < 2", "has `count` where AND, OR or its end"),
        ("households + 1 > 2", "no operator `+`"),
        ("name = 'x", "a closing quote"),
        ("(households > 1", "has its end where )"),
        ("households > 1e999", "a number"),
        ("S_INTERSECTS(geometry, CIRCLE(1 2))", "MULTIPOLYGON or GEOMETRYCOLLECTION"),
        ("S_INTERSECTS(geometry, BBOX(4, 0, 2, 1))", "BBOX(west, south, east, north)"),
        ("households # 1", "has `#`"),
    ] {
        let error = text(cql).unwrap_err().to_string();
        assert!(error.contains(says), "{cql}: {error}");
    }
    for (json, says) in [
        ("{", "no JSON"),
        (r#"{"op":"avg","args":[1]}"#, "no operator `avg`"),
        (r#"{"op":"=","args":[{"property":"x"},1]}"#, "no property is called `x`"),
        (r#"{"op":"=","args":[1]}"#, "the arguments that the operator takes"),
        ("3", "a condition with `op` and `args`"),
    ] {
        let error = Filter::from_json(json, &theme()).unwrap_err().to_string();
        assert!(error.contains(says), "{json}: {error}");
    }
}

#[test]
fn is_bounded_in_length_depth_and_parts() {
    let deep = format!("{}true{}", "(".repeat(30), ")".repeat(30));
    assert_eq!(text(&deep).unwrap_err(), FilterError::TooMuch);
    let wide = format!("count in ({}1)", "1,".repeat(1_200));
    assert_eq!(text(&wide).unwrap_err(), FilterError::TooMuch);
    let ring = "1 1,".repeat(300);
    let shape = format!("S_INTERSECTS(geometry, POLYGON(({ring} 1 1)))");
    assert_eq!(text(&shape).unwrap_err(), FilterError::TooMuch);
    assert_eq!(text(&"x".repeat(9_000)).unwrap_err(), FilterError::TooLong);
    for op in ["not", "and", "or"] {
        let more = if op == "not" { "" } else { ",true" };
        let (open, close) = (format!(r#"{{"op":"{op}","args":["#), format!("{more}]}}"));
        let deep = |levels: usize| format!("{}true{}", open.repeat(levels), close.repeat(levels));
        assert_eq!(
            Filter::from_json(&deep(21), &theme()).unwrap_err(),
            FilterError::TooMuch,
            "{op}"
        );
        assert!(Filter::from_json(&deep(20), &theme()).is_ok(), "{op}");
    }
    let not = |levels: usize| format!("{} true", "NOT ".repeat(levels));
    let both = |levels: usize| format!("{}true{}", "NOT (".repeat(levels), ")".repeat(levels));
    for deep in [not(21), not(1_900), both(11), format!("NOT NOT {}", both(10))] {
        assert_eq!(text(&deep).unwrap_err(), FilterError::TooMuch, "{deep}");
    }
    for fits in [not(20), both(10), format!("{} AND {}", not(20), not(19))] {
        assert!(text(&fits).is_ok(), "{fits}");
    }
    assert_eq!(taken(&text(&not(20)).unwrap()).len(), 5);
    assert!(taken(&text(&not(19)).unwrap()).is_empty());
    // What no reader of JSON follows is no stack overflow either.
    let endless = Filter::from_json(&"[".repeat(8_000), &theme()).unwrap_err();
    assert_eq!(endless, FilterError::Json);
}

proptest! {
    #[test]
    fn no_text_stops_it(cql in "([a-z_]{0,8}|[-+0-9.e]{0,4}|'[^']{0,3}'|[()<>=,%\\\\]| |and|or|not|in|is|null|like|between|s_intersects|bbox|geometry|count|name){0,24}") {
        let _ = text(&cql);
        let _ = Filter::from_json(&cql, &theme());
    }
}
