//! The parameters of paths and of what stands behind the question mark.

use serde_json::{Map, Value, json};

use crate::domain::geography::Geography;
use crate::serve::served::Served;

/// A parameter; several may share a name, in different paths.
pub(super) struct Parameter {
    pub key: &'static str,
    pub name: &'static str,
    pub is_in_path: bool,
    is: Is,
    pub says: &'static str,
}

/// What its values are.
enum Is {
    Text,
    /// A text with an example.
    Like(&'static str),
    /// A whole number from the first on, at most the second.
    Whole(u64, Option<u64>),
    OneOf(&'static [&'static str]),
    Theme,
    Geography,
    Box,
}

const fn of_path(key: &'static str, name: &'static str, is: Is, says: &'static str) -> Parameter {
    Parameter { key, name, is_in_path: true, is, says }
}

const fn of_query(key: &'static str, name: &'static str, is: Is, says: &'static str) -> Parameter {
    Parameter { key, name, is_in_path: false, is, says }
}

const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

pub(super) const TABLE: [Parameter; 46] = [
    of_path("asset_file", "file", Is::Text, "A name that the page holds"),
    of_path("theme_in_path", "theme", Is::Theme, "A theme"),
    of_path(
        "layer_file",
        "file",
        Is::Like("regency.geojson"),
        "A geography with .geojson, .geojsonl, .csv, .parquet, .fgb, .gpkg or .xlsx",
    ),
    of_path("map_file", "file", Is::Like("regency.svg"), "A geography with .svg, .png or .pdf"),
    of_path("tiles_file", "file", Is::Like("regency.json"), "A geography with .json or .pmtiles"),
    of_path(
        "tiled_in_path",
        "geography",
        Is::OneOf(&["province", "regency", "district", "village", "hexagon"]),
        "What the tiles show",
    ),
    of_path("tile_file", "file", Is::Like("64.mvt"), "The row with .mvt"),
    of_path("z", "z", Is::Whole(0, Some(22)), "The zoom"),
    of_path("y", "y", Is::Whole(0, Some(4_194_303)), "The row from the north"),
    of_path("x", "x", Is::Whole(0, Some(4_194_303)), "The column from the west"),
    of_path("region", "code", Is::Like("nation"), "A region's code"),
    of_path("geography_in_path", "geography", Is::Geography, "A geography"),
    of_path("collection", "collection", Is::Like("poverty-regency"), "A theme and a geography"),
    of_path("place", "code", Is::Text, "A region's code, or a hexagon's index"),
    of_query("theme", "theme", Is::Theme, "A theme; by default poverty"),
    of_query("within", "within", Is::Text, "A region's code: what lies in it"),
    of_query("bbox", "bbox", Is::Box, "West, south, east, north in degrees: what touches it"),
    of_query("layer_limit", "limit", Is::Whole(1, Some(100_000)), "The first so many features"),
    of_query("items_limit", "limit", Is::Whole(1, None), "Features of a page; by default 100"),
    of_query("search_limit", "limit", Is::Whole(1, Some(100)), "Regions; by default 20"),
    of_query("ranking_limit", "limit", Is::Whole(1, Some(1000)), "Places; by default 10"),
    of_query("offset", "offset", Is::Whole(0, None), "Features that are passed over"),
    of_query("datetime", "datetime", Is::Text, "Taken, and without effect: no feature has a time"),
    of_query(
        "filter",
        "filter",
        Is::Like("households > 100 AND status = 'value'"),
        "CQL2: which features are meant, by what they tell",
    ),
    of_query(
        "filter_lang",
        "filter-lang",
        Is::OneOf(&["cql2-text", "cql2-json"]),
        "How the filter is written; by default as text",
    ),
    of_query("filter_crs", "filter-crs", Is::OneOf(&[CRS84]), "That of shapes in the filter"),
    of_query("crs", "crs", Is::OneOf(&[CRS84]), "That of the features"),
    of_query("bbox_crs", "bbox-crs", Is::OneOf(&[CRS84]), "That of the box"),
    of_query(
        "geometry",
        "geometry",
        Is::OneOf(&["general", "full", "none"]),
        "Outlines generalised (the default), as their source has them, or none",
    ),
    of_query(
        "items_geometry",
        "geometry",
        Is::OneOf(&["general", "none"]),
        "Outlines generalised (the default), or none",
    ),
    of_query("release", "release", Is::Text, "A release by its name; by default the current one"),
    of_query("compare", "compare", Is::Text, "Another release: what changed since it is told too"),
    of_query(
        "map_compare",
        "compare",
        Is::Text,
        "Another release: what changed between both is drawn",
    ),
    of_query(
        "map_classes",
        "classes",
        Is::Text,
        "Another release: shares are drawn in its classes, so that colours of both can be compared",
    ),
    of_query(
        "map_filter",
        "filter",
        Is::Like("poverty.share.least.0.2,elderly.count.most.50"),
        "Conditions, as the page's address has them: areas that do not meet all of them fade",
    ),
    of_query(
        "measure",
        "measure",
        Is::OneOf(&["share", "count"]),
        "Shares as fills (the default, where there are some), or numbers as circles",
    ),
    of_query(
        "layer_lang",
        "lang",
        Is::OneOf(&["id", "en"]),
        "Of .xlsx, and of .csv with dialect=excel: the language; by default Indonesian",
    ),
    of_query(
        "dialect",
        "dialect",
        Is::OneOf(&["rfc4180", "excel"]),
        "Of .csv alone: for programs (the default), or for a spreadsheet",
    ),
    of_query("lang", "lang", Is::OneOf(&["id", "en"]), "The language; by default Indonesian"),
    of_query(
        "palette",
        "palette",
        Is::OneOf(&["theme", "contrast"]),
        "The colours; by default the theme's",
    ),
    of_query(
        "width",
        "width",
        Is::Whole(200, Some(2400)),
        "Dots across; by default 1200; of .svg and .png alone",
    ),
    of_query("q", "q", Is::Text, "A name, however written, or the beginning of a code"),
    of_query(
        "report_lang",
        "lang",
        Is::OneOf(&["id", "en"]),
        "The language; by default as Accept-Language says",
    ),
    of_query(
        "by",
        "by",
        Is::OneOf(&["share", "count", "density_km2"]),
        "By what; by default the share where there is one",
    ),
    of_query("f", "f", Is::OneOf(&["json", "html"]), "The form; by default as Accept says"),
    of_query("ranking_f", "f", Is::OneOf(&["json", "csv"]), "The form; by default json"),
];

/// All parameters by their key.
pub(super) fn all(served: &Served) -> Map<String, Value> {
    let described = |parameter: &Parameter| {
        let mut value = json!({
            "name": parameter.name,
            "in": if parameter.is_in_path { "path" } else { "query" },
            "required": parameter.is_in_path,
            "description": parameter.says,
            "schema": schema(&parameter.is, served),
        });
        if let Is::Box = parameter.is {
            value["style"] = json!("form");
            value["explode"] = json!(false);
        }
        (parameter.key.to_owned(), value)
    };
    TABLE.iter().map(described).collect()
}

fn schema(is: &Is, served: &Served) -> Value {
    match is {
        Is::Text => json!({ "type": "string" }),
        Is::Like(example) => json!({ "type": "string", "example": example }),
        Is::Whole(least, None) => json!({ "type": "integer", "minimum": least }),
        Is::Whole(least, Some(most)) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Is::OneOf(all) => json!({ "type": "string", "enum": all }),
        Is::Theme => {
            let themes = served.indicators.themes.iter();
            let names: Vec<&str> = themes.map(|theme| theme.name.as_str()).collect();
            json!({ "type": "string", "enum": names })
        }
        Is::Geography => {
            json!({ "type": "string", "enum": Geography::ALL.map(Geography::name) })
        }
        Is::Box => {
            json!({ "type": "array", "minItems": 4, "maxItems": 6, "items": { "type": "number" } })
        }
    }
}
