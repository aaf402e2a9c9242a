//! Every path, what it is for, what it takes and what it answers.

/// What may be asked for at a path.
pub(super) struct Operation {
    pub path: &'static str,
    pub id: &'static str,
    pub tag: &'static str,
    pub summary: &'static str,
    /// Keys of [`super::parameters::TABLE`].
    pub parameters: &'static [&'static str],
    /// Media types, and the names of schemas.
    pub answers: &'static [(&'static str, &'static str)],
}

pub(super) const TAGS: [(&str, &str); 6] = [
    ("layers", "Layers as files"),
    ("regions", "Regions, their figures and their ranking"),
    ("tiles", "Tiles of a web map"),
    ("ogc", "OGC API: Common, Features parts 1 and 3, Tiles part 1"),
    ("pages", "Pages for people"),
    ("operation", "The server itself"),
];

const HTML: (&str, &str) = ("text/html", "Text");
const JSON: (&str, &str) = ("application/json", "Object");
const FEATURES: (&str, &str) = ("application/geo+json", "FeatureCollection");
const POINTS: (&str, &str) = ("application/geo+json", "PointCollection");
const FEATURE: (&str, &str) = ("application/geo+json", "Feature");
const MVT: (&str, &str) = ("application/vnd.mapbox-vector-tile", "Binary");

/// The paths whose answers may be had in parts.
pub(super) const FILES: [&str; 4] = [
    "/layers/institutions.geojson",
    "/layers/{theme}/{file}",
    "/maps/{theme}/{file}",
    "/tiles/{file}",
];

const fn operation(
    path: &'static str,
    (id, tag): (&'static str, &'static str),
    summary: &'static str,
    parameters: &'static [&'static str],
    answers: &'static [(&'static str, &'static str)],
) -> Operation {
    Operation { path, id, tag, summary, parameters, answers }
}

pub(super) const OPERATIONS: [Operation; 29] = [
    operation("/", ("map", "pages"), "The web map", &[], &[HTML]),
    operation(
        "/assets/{file}",
        ("asset", "pages"),
        "A file of the web map",
        &["asset_file"],
        &[
            ("text/javascript", "Text"),
            ("text/css", "Text"),
            ("font/woff2", "Binary"),
            ("image/svg+xml", "Text"),
            ("application/json", "Object"),
        ],
    ),
    operation(
        "/plain",
        ("plain", "pages"),
        "The layers with links, without scripts",
        &["release"],
        &[HTML],
    ),
    operation("/docs", ("docs", "pages"), "All paths, for people", &["release"], &[HTML]),
    operation(
        "/openapi.json",
        ("openapi", "operation"),
        "This description",
        &["release"],
        &[("application/vnd.oai.openapi+json;version=3.0", "Object")],
    ),
    operation(
        "/layers",
        ("catalogue", "layers"),
        "The catalogue: themes, geographies, layers, definitions",
        &["release"],
        &[JSON],
    ),
    operation(
        "/layers/institutions.geojson",
        ("institutions", "layers"),
        "Institutions as points: name, kind, village and capacity",
        &["within", "bbox", "release"],
        &[POINTS],
    ),
    operation(
        "/layers/{theme}/{file}",
        ("layer", "layers"),
        "A layer as a file",
        &[
            "theme_in_path",
            "layer_file",
            "within",
            "bbox",
            "layer_limit",
            "filter",
            "filter_lang",
            "geometry",
            "compare",
            "dialect",
            "layer_lang",
            "release",
        ],
        &[
            FEATURES,
            ("application/x-ndjson", "Text"),
            ("text/csv", "Text"),
            ("application/vnd.apache.parquet", "Binary"),
            ("application/flatgeobuf", "Binary"),
            ("application/geopackage+sqlite3", "Binary"),
            ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Binary"),
        ],
    ),
    operation(
        "/maps/{theme}/{file}",
        ("picture", "layers"),
        "A layer as a picture: a map with title, legend, scale and source",
        &[
            "theme_in_path",
            "map_file",
            "within",
            "measure",
            "lang",
            "palette",
            "map_compare",
            "map_classes",
            "map_filter",
            "width",
            "release",
        ],
        &[("image/svg+xml", "Text"), ("image/png", "Binary"), ("application/pdf", "Binary")],
    ),
    operation(
        "/tiles/{file}",
        ("tiles", "tiles"),
        "A description of tiles (TileJSON 3.0), or all of them in one file (PMTiles)",
        &["tiles_file", "release"],
        &[JSON, ("application/octet-stream", "Binary"), ("application/vnd.pmtiles", "Binary")],
    ),
    operation(
        "/tiles/{geography}/{z}/{x}/{file}",
        ("tile", "tiles"),
        "A tile with the figures of all themes (MVT 2.1)",
        &["tiled_in_path", "z", "x", "tile_file", "release"],
        &[MVT],
    ),
    operation(
        "/regions",
        ("search", "regions"),
        "The regions that somebody means, the best first",
        &["q", "search_limit", "release"],
        &[JSON],
    ),
    operation(
        "/regions/{code}",
        ("profile", "regions"),
        "A region, or `nation`, and its figures in every theme",
        &["region", "compare", "release"],
        &[JSON],
    ),
    operation(
        "/regions/{code}/geometry",
        ("outline", "regions"),
        "A region's outline",
        &["region", "geometry", "release"],
        &[FEATURE],
    ),
    operation(
        "/regions/{code}/report",
        ("report", "regions"),
        "A report of a region, or of the `nation`, for printing on two sides of A4",
        &["region", "report_lang", "release"],
        &[HTML],
    ),
    operation(
        "/ranking/{geography}",
        ("ranking", "regions"),
        "The worst and the best regions or hexagons",
        &[
            "geography_in_path",
            "theme",
            "within",
            "by",
            "ranking_limit",
            "ranking_f",
            "dialect",
            "layer_lang",
            "release",
        ],
        &[JSON, ("text/csv", "Text")],
    ),
    operation("/health", ("health", "operation"), "Whether the server answers", &[], &[JSON]),
    operation("/ready", ("ready", "operation"), "From which release it answers", &[], &[JSON]),
    operation(
        "/metrics",
        ("metrics", "operation"),
        "What the server counts of itself, for Prometheus",
        &[],
        &[("text/plain", "Text")],
    ),
    operation(
        "/ogc",
        ("landing", "ogc"),
        "Where a client begins",
        &["f", "release"],
        &[JSON, HTML],
    ),
    operation(
        "/ogc/conformance",
        ("conformance", "ogc"),
        "What the API conforms to",
        &["f", "release"],
        &[JSON, HTML],
    ),
    operation(
        "/ogc/collections",
        ("collections", "ogc"),
        "The layers",
        &["f", "release"],
        &[JSON, HTML],
    ),
    operation(
        "/ogc/collections/{collection}",
        ("collection", "ogc"),
        "A layer",
        &["collection", "f", "release"],
        &[JSON, HTML],
    ),
    operation(
        "/ogc/collections/{collection}/queryables",
        ("queryables", "ogc"),
        "What a layer may be filtered by",
        &["collection", "f", "release"],
        &[("application/schema+json", "Object"), HTML],
    ),
    operation(
        "/ogc/collections/{collection}/items",
        ("items", "ogc"),
        "Features by pages; each property that may be filtered by is a parameter too",
        &[
            "collection",
            "crs",
            "items_limit",
            "offset",
            "bbox",
            "bbox_crs",
            "datetime",
            "within",
            "items_geometry",
            "filter",
            "filter_lang",
            "filter_crs",
            "f",
            "release",
        ],
        &[FEATURES, HTML],
    ),
    operation(
        "/ogc/collections/{collection}/items/{code}",
        ("item", "ogc"),
        "A feature",
        &["collection", "place", "crs", "f", "release"],
        &[FEATURE, HTML],
    ),
    operation(
        "/ogc/collections/{collection}/tiles",
        ("tilesets", "ogc"),
        "The sets of tiles of a layer",
        &["collection", "f", "release"],
        &[JSON, HTML],
    ),
    operation(
        "/ogc/collections/{collection}/tiles/WebMercatorQuad",
        ("tileset", "ogc"),
        "A set of tiles",
        &["collection", "f", "release"],
        &[JSON, HTML],
    ),
    operation(
        "/ogc/collections/{collection}/tiles/WebMercatorQuad/{z}/{y}/{x}",
        ("ogc_tile", "ogc"),
        "A tile with the figures of all themes (MVT 2.1), its row before its column",
        &["collection", "z", "y", "x", "release"],
        &[MVT],
    ),
];
