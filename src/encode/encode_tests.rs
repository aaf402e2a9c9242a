use std::collections::BTreeMap;

use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Format, Outlines, ReleaseLabel};
use crate::domain::indicator::Indicators;
use crate::protect::fixture::{denominators, leaves, shapes, tree};
use crate::protect::{Layer, LayerRequest};

fn layer(geography: &str, within: Option<&str>) -> Layer {
    let (tree, indicators) = (tree(), Indicators::embedded());
    let request = LayerRequest {
        theme: indicators.theme("elderly").unwrap(),
        geography: geography.parse().unwrap(),
        within: within.map(|text| tree.find(text.parse().unwrap()).unwrap()),
        bounds: None,
        limit: None,
    };
    leaves(&tree).layer(&request, &tree, &indicators, &denominators())
}

fn write(layer: &Layer, format: Format, outlines: Outlines<'_>) -> String {
    let mut out = Vec::new();
    format.write(layer, &label(), outlines, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn label() -> ReleaseLabel {
    ReleaseLabel {
        release: "r1".parse().unwrap(),
        reference_date: "2024-12-31".to_owned(),
        disability_definition: None,
        programmes: Vec::new(),
        licence: None,
        carried_over: BTreeMap::new(),
    }
}

fn parse(text: &str) -> geojson::FeatureCollection {
    geojson::FeatureCollection::try_from(text.parse::<geojson::GeoJson>().unwrap()).unwrap()
}

#[test]
fn writes_a_collection_as_it_stands_here() {
    let shapes = shapes(&tree());
    let layer = layer("village", Some("02"));
    let text = write(&layer, Format::GeoJson, Outlines::Regions(&shapes));
    insta::assert_snapshot!(text, @r##"
{"type":"FeatureCollection","sebaran":{"release":"r1","reference_date":"2024-12-31","regions":"demo-1","theme":"elderly","geography":"village","within":"02","protection":"restricted","poverty_threshold":4,"title":{"en":"Elderly by village","id":"Lansia menurut desa/kelurahan"},"unit":{"en":"persons","id":"orang"},"definition":{"en":"Persons aged 60 and over at the reference date in poor households.","id":"Penduduk umur 60 tahun ke atas pada tanggal acuan dalam rumah tangga miskin."},"disability_definition":null,"shown_share":"found","least_coverage":0.5,"matched":2,"totals":{"counted":20,"shown":20,"left_out":0,"elsewhere":0,"unplaced":0,"without_hexagon":0},"remainder":{"households":0,"count":0,"moe95":0.0}},"bbox":[4.0,0.0,6.0,1.0],"features":[
{"type":"Feature","id":"0201001001","bbox":[4.0,0.0,5.0,1.0],"geometry":{"type":"Polygon","coordinates":[[[4.0,0.0],[5.0,0.0],[5.0,1.0],[4.0,1.0],[4.0,0.0]]]},"properties":{"code":"0201001001","name":"R \"0201001001\", <b>","parent":"0201001","level":"village","households":20,"known_households":20,"known_of":20,"count":7,"moe95":0.0,"share":null,"share_moe95":null,"share_of":null,"share_low":null,"share_high":null,"share_estimate":null,"share_estimate_moe95":null,"share_surveyed":null,"share_surveyed_moe95":null,"coverage":1.0,"coverage_moe95":0.0,"coverage_of":"prelist","density_km2":3.5,"rest":false,"status":"below_10","age_60_69":null,"age_70_plus":null}},
{"type":"Feature","id":"0201001002","bbox":[5.0,0.0,6.0,1.0],"geometry":{"type":"Polygon","coordinates":[[[5.0,0.0],[6.0,0.0],[6.0,1.0],[5.0,1.0],[5.0,0.0]]]},"properties":{"code":"0201001002","name":"R \"0201001002\", <b>","parent":"0201001","level":"village","households":0,"known_households":0,"known_of":0,"count":0,"moe95":0.0,"share":null,"share_moe95":null,"share_of":null,"share_low":null,"share_high":null,"share_estimate":null,"share_estimate_moe95":null,"share_surveyed":null,"share_surveyed_moe95":null,"coverage":null,"coverage_moe95":null,"coverage_of":null,"density_km2":0.0,"rest":false,"status":"not_visited","age_60_69":null,"age_70_plus":null}}
]}
"##);
}

#[test]
fn is_geojson_with_rings_by_the_right_hand_rule() {
    let shapes = shapes(&tree());
    for geography in ["province", "hex8", "hex4"] {
        let text = write(&layer(geography, None), Format::GeoJson, Outlines::Regions(&shapes));
        let read = parse(&text);
        assert_eq!(read.bbox.unwrap().len(), 4);
        for feature in read.features {
            let polygon: geo::Geometry = feature.geometry.unwrap().try_into().unwrap();
            let geo::Geometry::Polygon(polygon) = polygon else { panic!("{polygon:?}") };
            assert!(geo::Area::signed_area(&polygon) > 0.0);
            assert!(polygon.exterior().is_closed());
        }
    }
}

#[test]
fn has_at_most_seven_decimals() {
    let shapes = shapes(&tree());
    let text = write(&layer("hex8", None), Format::GeoJson, Outlines::Regions(&shapes));
    let outline = text.split("\"coordinates\":").nth(1).unwrap().split('}').next().unwrap();
    let decimals = outline.split(|c: char| !c.is_ascii_digit() && c != '.');
    let decimals = decimals.filter_map(|number| number.split_once('.'));
    assert!(decimals.map(|(_, decimals)| decimals.len()).max().unwrap() <= 7);
}

#[test]
fn has_no_geometry_and_no_box_where_none_is_asked_for() {
    let read = parse(&write(&layer("village", None), Format::GeoJson, Outlines::None));
    assert!(read.bbox.is_none());
    assert!(read.features.iter().all(|feature| feature.geometry.is_none()));
}

#[test]
fn writes_csv_with_quotes_where_needed() {
    let text = write(&layer("province", None), Format::Csv, Outlines::None);
    insta::assert_snapshot!(text.replace('\r', "␍"), @r##"
code,name,parent,level,households,known_households,known_of,count,moe95,share,share_moe95,share_of_column,share_of_year,share_of_source,share_of_value,share_low,share_high,share_estimate,share_estimate_moe95,share_surveyed,share_surveyed_moe95,coverage,coverage_moe95,coverage_of,density_km2,rest,status,age_60_69,age_70_plus,theme,release,regions,protection␍
01,"R ""01"", <b>",,province,20,17,17,0,0,,,,,,,,,,,,,1,0,prelist,0,false,below_10,,,elderly,r1,demo-1,restricted␍
02,"R ""02"", <b>",,province,20,20,20,7,0,,,,,,,,,,,,,1,0,prelist,3.5,false,below_10,,,elderly,r1,demo-1,restricted␍
"##);
}

#[test]
fn has_the_same_figures_in_either_format() {
    let layer = layer("village", None);
    let collection = parse(&write(&layer, Format::GeoJson, Outlines::None));
    let csv = write(&layer, Format::Csv, Outlines::None);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let headers = reader.headers().unwrap().clone();
    for (record, feature) in reader.records().zip(&collection.features) {
        let record = record.unwrap();
        for (name, value) in feature.properties.as_ref().unwrap() {
            let Some(place) = headers.iter().position(|header| header == name) else {
                assert_eq!(name, "share_of");
                continue;
            };
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let written = if value.is_null() { String::new() } else { text };
            assert_eq!(record[place].parse::<f64>().ok(), written.parse().ok(), "{name}");
        }
    }
}

#[test]
fn writes_a_feature_a_line_that_says_whence_it_comes() {
    let text = write(&layer("regency", Some("02")), Format::GeoJsonLines, Outlines::None);
    insta::assert_snapshot!(text, @r##"
{"type":"Feature","id":"0201","geometry":null,"properties":{"code":"0201","name":"R \"0201\", <b>","parent":"02","level":"regency","households":20,"known_households":20,"known_of":20,"count":7,"moe95":0.0,"share":null,"share_moe95":null,"share_of":null,"share_low":null,"share_high":null,"share_estimate":null,"share_estimate_moe95":null,"share_surveyed":null,"share_surveyed_moe95":null,"coverage":1.0,"coverage_moe95":0.0,"coverage_of":"prelist","density_km2":3.5,"rest":false,"status":"below_10","age_60_69":null,"age_70_plus":null,"theme":"elderly","release":"r1","regions":"demo-1","protection":"restricted"}}
"##);
}

#[test]
fn describes_its_shapes_as_geoparquet_has_it() {
    let shapes = shapes(&tree());
    for outlines in [Outlines::Regions(&shapes), Outlines::None] {
        let mut bytes = Vec::new();
        Format::GeoParquet.write(&layer("village", None), &label(), outlines, &mut bytes).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes)).unwrap();
        let metadata = reader.metadata().file_metadata().key_value_metadata().unwrap();
        let of = |key: &str| metadata.iter().find(|pair| pair.key == key)?.value.clone();
        let head: serde_json::Value = serde_json::from_str(&of("sebaran").unwrap()).unwrap();
        assert_eq!(head["release"], "r1");
        let has_shapes = matches!(outlines, Outlines::Regions(_));
        assert_eq!(reader.schema().field_with_name("geometry").is_ok(), has_shapes);
        assert_eq!(of("geo").is_some(), has_shapes);
        let Some(geo) = of("geo") else { continue };
        let geo: serde_json::Value = serde_json::from_str(&geo).unwrap();
        let expected = serde_json::json!({
            "version": "1.1.0",
            "primary_column": "geometry",
            "columns": { "geometry": {
                "encoding": "WKB",
                "geometry_types": ["MultiPolygon"],
                "orientation": "counterclockwise",
                "bbox": [0.0, 0.0, 6.0, 1.0],
            } },
        });
        assert_eq!(geo, expected);
    }
}
