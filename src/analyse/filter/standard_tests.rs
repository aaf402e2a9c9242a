//! Both encodings of CQL2 against one table. It has every form of the examples that OGC 21-065r2 publishes
//! (`cql2/standard/schema/examples`) with properties of ours, and a negative number wherever a form has a number.

use super::*;
use crate::domain::indicator::Indicators;

fn theme() -> Theme {
    Indicators::embedded().theme("elderly").unwrap().clone()
}

/// Forms of the classes that are declared.
const READ: &[(&str, &str)] = &[
    ("households = -5", r#"{"op":"=","args":[{"property":"households"},-5]}"#),
    ("households <> -5", r#"{"op":"<>","args":[{"property":"households"},-5]}"#),
    ("households<-5.25", r#"{"op":"<","args":[{"property":"households"},-5.25]}"#),
    ("households<=-.5", r#"{"op":"<=","args":[{"property":"households"},-0.5]}"#),
    ("households > -1E1", r#"{"op":">","args":[{"property":"households"},-1E1]}"#),
    ("-5 < households", r#"{"op":"<","args":[-5,{"property":"households"}]}"#),
    (
        "NOT households > -5",
        r#"{"op":"not","args":[{"op":">","args":[{"property":"households"},-5]}]}"#,
    ),
    (
        "(households > -5 AND count < -1) OR households = -2",
        r#"{"op":"or","args":[{"op":"and","args":[{"op":">","args":[{"property":"households"},-5]},
            {"op":"<","args":[{"property":"count"},-1]}]},{"op":"=","args":[{"property":"households"},-2]}]}"#,
    ),
    (
        "households BETWEEN -10.5 AND -2",
        r#"{"op":"between","args":[{"property":"households"},-10.5,-2]}"#,
    ),
    (
        "households NOT BETWEEN -10 AND +2",
        r#"{"op":"not","args":[{"op":"between","args":[{"property":"households"},-10,2]}]}"#,
    ),
    ("households IN (-1, -2.5,3)", r#"{"op":"in","args":[{"property":"households"},[-1,-2.5,3]]}"#),
    (
        "households NOT IN (-1,-2)",
        r#"{"op":"not","args":[{"op":"in","args":[{"property":"households"},[-1,-2]]}]}"#,
    ),
    (
        "share IS NULL AND households > -1",
        r#"{"op":"and","args":[{"op":"isNull","args":[{"property":"share"}]},
            {"op":">","args":[{"property":"households"},-1]}]}"#,
    ),
    (
        "S_INTERSECTS(geometry, POINT(115.25 -8.5))",
        r#"{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":[115.25,-8.5]}]}"#,
    ),
    (
        "S_INTERSECTS(POINT Z(-115.25 -8.5 -3), geometry)",
        r#"{"op":"s_intersects","args":[{"type":"Point","coordinates":[-115.25,-8.5,-3]},{"property":"geometry"}]}"#,
    ),
    (
        "S_INTERSECTS(geometry, MULTIPOINT((115 -8), (-1 -2)))",
        r#"{"op":"s_intersects","args":[{"property":"geometry"},{"type":"MultiPoint","coordinates":[[115,-8],[-1,-2]]}]}"#,
    ),
    (
        "S_INTERSECTS(geometry, LINESTRING(115 -8, 116 -9.5))",
        r#"{"op":"s_intersects","args":[{"property":"geometry"},{"type":"LineString","coordinates":[[115,-8],[116,-9.5]]}]}"#,
    ),
    (
        "S_INTERSECTS(geometry, MULTILINESTRING((115 -8,116 -9),(-1 -1,-2 -2)))",
        r#"{"op":"s_intersects","args":[{"property":"geometry"},{"type":"MultiLineString",
            "coordinates":[[[115,-8],[116,-9]],[[-1,-1],[-2,-2]]]}]}"#,
    ),
    (
        "S_INTERSECTS(geometry, POLYGON((115 -8, 116 -8, 116 -9, 115 -8)))",
        r#"{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Polygon",
            "coordinates":[[[115,-8],[116,-8],[116,-9],[115,-8]]]}]}"#,
    ),
    (
        "S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(115 -8),
            MULTIPOLYGON(((-1 -1,-2 -1,-2 -2,-1 -1)))))",
        r#"{"op":"s_intersects","args":[{"property":"geometry"},{"type":"GeometryCollection","geometries":[
            {"type":"Point","coordinates":[115,-8]},
            {"type":"MultiPolygon","coordinates":[[[[-1,-1],[-2,-1],[-2,-2],[-1,-1]]]]}]}]}"#,
    ),
    (
        "S_INTERSECTS(geometry, BBOX(95,-11.5,-100,141,-6.25,4000))",
        r#"{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[95,-11.5,-100,141,-6.25,4000]}]}"#,
    ),
    ("households>-5", r#"{"op":">","args":[{"property":"households"},-5]}"#),
    ("code='0101'", r#"{"op":"=","args":[{"property":"code"},"0101"]}"#),
    ("\"code\" <> 'fa7e-9107'", r#"{"op":"<>","args":[{"property":"code"},"fa7e-9107"]}"#),
    ("name LIKE '-5%'", r#"{"op":"like","args":[{"property":"name"},"-5%"]}"#),
    ("name LIKE '%-5%'", r#"{"op":"like","args":[{"property":"name"},"%-5%"]}"#),
    (
        "name NOT LIKE '%-5%'",
        r#"{"op":"not","args":[{"op":"like","args":[{"property":"name"},"%-5%"]}]}"#,
    ),
    (
        "NOT \"name\" LIKE 'foo%' AND \"share\" > -10",
        r#"{"op":"and","args":[{"op":"not","args":[{"op":"like","args":[{"property":"name"},"foo%"]}]},
            {"op":">","args":[{"property":"share"},-10]}]}"#,
    ),
    (
        "name LIKE CASEI('FOO-1%')",
        r#"{"op":"like","args":[{"property":"name"},{"op":"casei","args":["FOO-1%"]}]}"#,
    ),
    (
        "CASEI(name) IN (CASEI('Οδος'),CASEI('Straße-1'))",
        r#"{"op":"in","args":[{"op":"casei","args":[{"property":"name"}]},
            [{"op":"casei","args":["Οδος"]},{"op":"casei","args":["Straße-1"]}]]}"#,
    ),
    (
        "CASEI(\"name\") = CASEI('Somebody -1')",
        r#"{"op":"=","args":[{"op":"casei","args":[{"property":"name"}]},{"op":"casei","args":["Somebody -1"]}]}"#,
    ),
    ("rest = true", r#"{"op":"=","args":[{"property":"rest"},true]}"#),
    ("FALSE <> rest", r#"{"op":"<>","args":[false,{"property":"rest"}]}"#),
    (
        "share=-0.1 OR share=-0.2",
        r#"{"op":"or","args":[{"op":"=","args":[{"property":"share"},-0.1]},
            {"op":"=","args":[{"property":"share"},-0.2]}]}"#,
    ),
    (
        "share BETWEEN -0.2 AND -0.1 AND households=-28 AND count=-203",
        r#"{"op":"and","args":[{"op":"between","args":[{"property":"share"},-0.2,-0.1]},
            {"op":"=","args":[{"property":"households"},-28]},{"op":"=","args":[{"property":"count"},-203]}]}"#,
    ),
    (
        "rest=true AND (households>-5 OR name LIKE 'brick%' OR name LIKE '%brick')",
        r#"{"op":"and","args":[{"op":"=","args":[{"property":"rest"},true]},
            {"op":"or","args":[{"op":">","args":[{"property":"households"},-5]},
            {"op":"like","args":[{"property":"name"},"brick%"]},
            {"op":"like","args":[{"property":"name"},"%brick"]}]}]}"#,
    ),
    (
        "NOT (households<-5) OR rest=true",
        r#"{"op":"or","args":[{"op":"not","args":[{"op":"<","args":[{"property":"households"},-5]}]},
            {"op":"=","args":[{"property":"rest"},true]}]}"#,
    ),
    (
        "\"share\" IS NOT NULL",
        r#"{"op":"not","args":[{"op":"isNull","args":[{"property":"share"}]}]}"#,
    ),
    (
        "(\"share\" IS NULL OR \"share\" BETWEEN -20 AND -10)",
        r#"{"op":"or","args":[{"op":"isNull","args":[{"property":"share"}]},
            {"op":"between","args":[{"property":"share"},-20,-10]}]}"#,
    ),
    (
        "s_intersects(geometry, BBOX(-118,-33.8,-117.9,34))",
        r#"{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[-118,-33.8,-117.9,34]}]}"#,
    ),
    (
        "S_INTERSECTS(POLYGON Z ((-49.5 0.5 -759.5, -1.5 -0.5 -100.0, 0.0 0.5 -0.3, -49.5 0.5 -759.5)), \"geometry\")",
        r#"{"op":"s_intersects","args":[{"type":"Polygon","coordinates":[[[-49.5,0.5,-759.5],[-1.5,-0.5,-100.0],
            [0.0,0.5,-0.3],[-49.5,0.5,-759.5]]]},{"property":"geometry"}]}"#,
    ),
    (
        "S_INTERSECTS(\"geometry\", POLYGON ((-9 -9, 9 -9, 9 9, -9 -9),(-1 -1, 1 -1, 1 1, -1 -1)))",
        r#"{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Polygon","coordinates":[
            [[-9,-9],[9,-9],[9,9],[-9,-9]],[[-1,-1],[1,-1],[1,1],[-1,-1]]]}]}"#,
    ),
];

/// Forms of other classes, and others that are none: what both refusals say.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        "geometry IS NOT NULL",
        r#"{"op":"not","args":[{"op":"isNull","args":[{"property":"geometry"}]}]}"#,
        "is a shape",
    ),
    (
        "avg(households) < -4",
        r#"{"op":"<","args":[{"op":"avg","args":[{"property":"households"}]},-4]}"#,
        "no operator `avg`",
    ),
    (
        "Foo(\"geometry\") = TRUE",
        r#"{"op":"=","args":[{"op":"Foo","args":[{"property":"geometry"}]},true]}"#,
        "no operator `foo`",
    ),
    (
        "households-150.0 > -1",
        r#"{"op":">","args":[{"op":"-","args":[{"property":"households"},150.0]},-1]}"#,
        "",
    ),
    (
        "households + -10 > 2",
        r#"{"op":">","args":[{"op":"+","args":[{"property":"households"},-10]},2]}"#,
        "no operator `+`",
    ),
    (
        "households * -10 = 2",
        r#"{"op":"=","args":[{"op":"*","args":[{"property":"households"},-10]},2]}"#,
        "no operator `*`",
    ),
    (
        "households / -10 = 2",
        r#"{"op":"=","args":[{"op":"/","args":[{"property":"households"},-10]},2]}"#,
        "no operator `/`",
    ),
    (
        "households ^ -1 = 2",
        r#"{"op":"=","args":[{"op":"^","args":[{"property":"households"},-1]},2]}"#,
        "no operator `^`",
    ),
    (
        "households > (count + -10)",
        r#"{"op":">","args":[{"property":"households"},{"op":"+","args":[{"property":"count"},-10]}]}"#,
        "",
    ),
    (
        "households > -count",
        r#"{"op":">","args":[{"property":"households"},{"op":"*","args":[-1,{"property":"count"}]}]}"#,
        "",
    ),
    (
        "ACCENTI(name) = ACCENTI('é')",
        r#"{"op":"=","args":[{"op":"accenti","args":[{"property":"name"}]},{"op":"accenti","args":["é"]}]}"#,
        "no operator `accenti`",
    ),
    (
        "T_AFTER(code, DATE('2010-02-10'))",
        r#"{"op":"t_after","args":[{"property":"code"},{"date":"2010-02-10"}]}"#,
        "no operator `t_after`",
    ),
    (
        "A_CONTAINS(code, ('a', -1))",
        r#"{"op":"a_contains","args":[{"property":"code"},["a",-1]]}"#,
        "no operator `a_contains`",
    ),
    (
        "S_WITHIN(geometry, BBOX(-118,-33.8,-117.9,34))",
        r#"{"op":"s_within","args":[{"property":"geometry"},{"bbox":[-118,-33.8,-117.9,34]}]}"#,
        "no operator `s_within`",
    ),
    (
        "S_CROSSES(geometry, LINESTRING(-1 -2, -3 -4))",
        r#"{"op":"s_crosses","args":[{"property":"geometry"},{"type":"LineString","coordinates":[[-1,-2],[-3,-4]]}]}"#,
        "no operator `s_crosses`",
    ),
    (
        "code = -3",
        r#"{"op":"=","args":[{"property":"code"},-3]}"#,
        "one is a text (in single quotes), the other a number",
    ),
    (
        "households IN ('-1')",
        r#"{"op":"in","args":[{"property":"households"},["-1"]]}"#,
        "can't be compared",
    ),
    (
        "households BETWEEN -2 AND '-1'",
        r#"{"op":"between","args":[{"property":"households"},-2,"-1"]}"#,
        "can't be compared",
    ),
    ("name LIKE -1", r#"{"op":"like","args":[{"property":"name"},-1]}"#, "can't be compared"),
    (
        "CASEI(households) = '-1'",
        r#"{"op":"=","args":[{"op":"casei","args":[{"property":"households"}]},"-1"]}"#,
        "CASEI",
    ),
    (
        "wealth > -1",
        r#"{"op":">","args":[{"property":"wealth"},-1]}"#,
        "no property is called `wealth`",
    ),
    ("households > -1e999", r#"{"op":">","args":[{"property":"households"},-1e999]}"#, ""),
    (
        "S_INTERSECTS(geometry, BBOX(141,-6,95,-11))",
        r#"{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[141,-6,95,-11]}]}"#,
        "BBOX(west, south, east, north)",
    ),
    (
        "S_INTERSECTS(geometry, POINT(-1))",
        r#"{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":[-1]}]}"#,
        "POINT(110.4 -7.2)",
    ),
    (
        "S_INTERSECTS(code, POINT(-1 -2))",
        r#"{"op":"s_intersects","args":[{"property":"code"},{"type":"Point","coordinates":[-1,-2]}]}"#,
        "",
    ),
];

#[test]
fn text_and_json_are_the_same_condition() {
    for (cql, json) in READ {
        let read =
            Filter::from_text(cql, &theme()).unwrap_or_else(|error| panic!("{cql}: {error}"));
        let other =
            Filter::from_json(json, &theme()).unwrap_or_else(|error| panic!("{json}: {error}"));
        assert_eq!(format!("{read:?}"), format!("{other:?}"), "{cql}");
    }
}

#[test]
fn text_and_json_are_refused_alike() {
    for (cql, json, says) in REFUSED {
        let text = Filter::from_text(cql, &theme()).expect_err(cql).to_string();
        let other = Filter::from_json(json, &theme()).expect_err(json).to_string();
        for refusal in [text, other] {
            let told = refusal.to_lowercase();
            assert!(told.contains(&says.to_lowercase()), "{cql}: {refusal}");
        }
    }
}
