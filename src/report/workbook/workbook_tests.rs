use std::collections::BTreeMap;

use std::io::Read;

use flate2::read::DeflateDecoder;

use super::*;
use crate::domain::indicator::Indicators;
use crate::protect::fixture::{denominators, leaves, tree};
use crate::protect::{LayerRequest, ShownShare, Status};
use crate::report::words::Language;

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

fn written(language: Language, filter: Option<&str>) -> Vec<u8> {
    let (tree, indicators) = (tree(), Indicators::embedded());
    let theme = indicators.theme("elderly").unwrap();
    let geography = "village".parse().unwrap();
    let request = LayerRequest { theme, geography, within: None, bounds: None, limit: None };
    let layer = leaves(&tree).layer(&request, &tree, &indicators, &denominators());
    let told = Told {
        count: Some(12),
        moe95: None,
        share: None,
        share_moe95: None,
        shown: ShownShare::Found,
        coverage: None,
        density_km2: None,
        status: Status::Value,
    };
    let (words, label) = (Words::of(language), label());
    let book =
        Workbook { layer: &layer, compared: None, label: &label, words, place: "=X", told, filter };
    book.write().unwrap()
}

/// The text of a file in a ZIP, found by its name in a local head.
fn part(zip: &[u8], name: &str) -> String {
    let at = zip.windows(name.len()).position(|bytes| bytes == name.as_bytes()).unwrap();
    let mut text = String::new();
    DeflateDecoder::new(&zip[at + name.len()..]).read_to_string(&mut text).unwrap();
    text
}

#[test]
fn the_same_layer_has_the_same_bytes_made_on_the_day_of_its_release() {
    let (one, two) = (written(Language::En, None), written(Language::En, None));
    assert!(one == two && one.starts_with(b"PK\x03\x04"));
    let core = part(&one, "docProps/core.xml");
    assert!(
        core.contains(">2024-12-31T00:00:00Z<") && core.contains("12 persons aged 60"),
        "{core}"
    );
}

#[test]
fn a_figure_that_is_not_told_is_a_word_of_its_language() {
    let sheet = |language| part(&written(language, None), "xl/worksheets/sheet1.xml");
    let (english, indonesian) = (sheet(Language::En), sheet(Language::Id));
    assert!(english.contains(">not visited<") && english.contains(">Households visited<"));
    assert!(indonesian.contains(">tidak dikunjungi<") || indonesian.contains(">belum dikunjungi<"));
    assert!(english.contains("state=\"frozen\"") && english.contains("<autoFilter ref=\"A1:"));
}

#[test]
fn what_begins_like_a_formula_is_a_text_and_what_has_meaning_in_xml_is_escaped() {
    let book = written(Language::En, Some("name LIKE '<%' AND share > 0.2"));
    let about = part(&book, "xl/worksheets/sheet2.xml");
    assert!(about.contains("Filter: name LIKE '&lt;%' AND share &gt; 0.2"), "{about}");
    assert!(about.contains("in =X: 5 areas<") && !about.contains("<f>"), "{about}");
    assert!(part(&book, "xl/worksheets/sheet1.xml").contains("R \"0101001001\", &lt;b&gt;"));
}
