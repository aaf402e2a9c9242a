use std::collections::BTreeMap;

use std::collections::BTreeSet;

use resvg::tiny_skia::Pixmap;
use resvg::usvg::roxmltree::{Document, Node};
use resvg::usvg::{self, Group, Tree};

use super::*;
use crate::analyse::Measure;
use crate::domain::geography::Geography;
use crate::domain::indicator::Indicators;
use crate::encode::ReleaseLabel;
use crate::protect::fixture::{denominators, leaves, shapes, tree};
use crate::protect::{Layer, LayerRequest};
use crate::report::colours::Palette;
use crate::report::words::Language;

fn layer(tree: &RegionTree, theme: &str, geography: &str, within: Option<&str>) -> Layer {
    let indicators = Indicators::embedded();
    let mut residents = denominators();
    for denominator in residents.values_mut() {
        denominator.households = Some(48);
        denominator.population = Some(200);
    }
    let request = LayerRequest {
        theme: indicators.theme(theme).unwrap(),
        geography: geography.parse().unwrap(),
        within: within.map(|text| tree.find(text.parse().unwrap()).unwrap()),
        bounds: None,
        limit: None,
    };
    leaves(tree).layer(&request, tree, &indicators, &residents)
}

fn picture<'a>(
    (layer, tree, outlines): (&'a Layer, &'a RegionTree, &'a [MultiPolygon]),
    by: Measure,
    language: Language,
) -> Picture<'a> {
    let shown = Shown::new(layer, by, Some(1.0), Palette::Theme);
    Picture { shown, tree, outlines, words: Words::of(language), compared: None, met: None }
}

fn sheet(picture: &Picture<'_>, width: u32) -> String {
    let label = ReleaseLabel {
        release: "r1".parse().unwrap(),
        reference_date: "2024-12-31".to_owned(),
        disability_definition: None,
        programmes: Vec::new(),
        licence: None,
        carried_over: BTreeMap::new(),
    };
    let told = Told::from(&picture.shown.layer.features()[0]);
    Sheet { picture, told, label: &label, conditions: "" }.svg(width)
}

fn plain(picture: &Picture<'_>) -> String {
    let plain = Plain { width_px: 640, most_height_px: 480, href: None, chosen: None, named: &[] };
    picture.plain(&plain).into_string()
}

fn areas<'a, 'b>(document: &'a Document<'b>) -> impl Iterator<Item = Node<'a, 'b>> {
    document.descendants().filter(|node| node.has_attribute("data-code"))
}

/// Every theme, measure and language in geographies of a few areas.
fn each(mut check: impl FnMut(&Picture<'_>)) {
    let tree = tree();
    let outlines = shapes(&tree);
    for theme in Indicators::embedded().themes {
        for geography in ["province", "village", "hex7"] {
            let is_there = geography.parse().map(|it: Geography| theme.check_geography(it).is_ok());
            if is_there != Ok(true) {
                continue;
            }
            let layer = layer(&tree, &theme.name, geography, Some("01"));
            for by in [Measure::Share, Measure::Count] {
                for language in Language::ALL {
                    check(&picture((&layer, &tree, &outlines), by, language));
                }
            }
        }
    }
}

#[test]
fn every_area_is_a_path_and_every_word_is_translated() {
    each(|picture| {
        let svg = sheet(picture, 1200);
        let document = Document::parse(&svg).unwrap();
        assert_eq!(areas(&document).count(), picture.shown.layer.features().len());
        for text in document.descendants().filter_map(|node| node.text()) {
            let is_key = |word: &str| {
                let (first, rest) = word.split_once('.').unwrap_or_default();
                !rest.is_empty() && first.len() > 2 && first.chars().all(|c| c.is_ascii_lowercase())
            };
            assert!(!text.contains('{') && !text.split(' ').any(is_key), "{text}");
        }
    });
}

#[test]
fn the_same_layer_has_the_same_bytes() {
    each(|picture| assert_eq!(sheet(picture, 800), sheet(picture, 800)));
}

#[test]
fn the_legend_counts_the_areas_of_the_layer() {
    let tree = tree();
    let outlines = shapes(&tree);
    let layer = layer(&tree, "poverty", "village", None);
    let picture = picture((&layer, &tree, &outlines), Measure::Share, Language::En);
    let legend = crate::report::legend::Legend::of(&picture.shown, picture.words);
    let classes: usize = legend.classes.iter().map(|class| class.areas).sum();
    let untold: usize = legend.untold.iter().map(|untold| untold.areas).sum();
    let with_value = picture.shown.values().len();
    assert_eq!((classes, untold), (with_value, layer.features().len() - with_value));
    let svg = sheet(&picture, 1200);
    let document = Document::parse(&svg).unwrap();
    for class in &legend.classes {
        let filled = areas(&document).filter(|area| area.attribute("fill") == Some(class.colour));
        assert_eq!(filled.count(), class.areas, "{}", class.words);
    }
}

/// The boxes of all texts as they are drawn.
fn texts(group: &Group, boxes: &mut Vec<usvg::Rect>) {
    for node in group.children() {
        match node {
            usvg::Node::Group(group) => texts(group, boxes),
            usvg::Node::Text(text) => boxes.push(text.flattened().abs_bounding_box()),
            usvg::Node::Path(_) | usvg::Node::Image(_) => {}
        }
    }
}

#[test]
fn no_text_lies_over_another_or_leaves_the_sheet() {
    each(|picture| {
        let tree = Tree::from_str(&sheet(picture, 1200), &png::options()).unwrap();
        let mut boxes = Vec::new();
        texts(tree.root(), &mut boxes);
        assert!(boxes.len() > 8);
        for (at, one) in boxes.iter().enumerate() {
            assert!(
                one.left() >= 0.0 && one.right() <= 1200.0 && one.bottom() <= tree.size().height()
            );
            for other in &boxes[..at] {
                let is_apart = one.right() <= other.left()
                    || other.right() <= one.left()
                    || one.bottom() <= other.top()
                    || other.bottom() <= one.top();
                assert!(is_apart, "{one:?} {other:?}");
            }
        }
    });
}

#[test]
fn a_png_is_as_wide_as_asked_and_has_colours() {
    let tree = tree();
    let outlines = shapes(&tree);
    for (geography, by) in [("village", Measure::Share), ("regency", Measure::Count)] {
        let layer = layer(&tree, "poverty", geography, None);
        let picture = picture((&layer, &tree, &outlines), by, Language::Id);
        let bytes = png(&sheet(&picture, 600), 600).unwrap();
        let dots = Pixmap::decode_png(&bytes).unwrap();
        assert_eq!(dots.width(), 600);
        let colours: BTreeSet<[u8; 4]> = dots
            .pixels()
            .iter()
            .map(|dot| [dot.red(), dot.green(), dot.blue(), dot.alpha()])
            .collect();
        assert!(colours.len() > 20, "{}", colours.len());
    }
}

#[test]
fn an_area_leads_where_it_is_told_to() {
    let tree = tree();
    let outlines = shapes(&tree);
    let layer = layer(&tree, "poverty", "province", None);
    let picture = picture((&layer, &tree, &outlines), Measure::Count, Language::Id);
    let href = |feature: &Feature| Some(format!("/?within={}&x=\"", feature.code));
    let plain = Plain {
        width_px: 640,
        most_height_px: 480,
        href: Some(&href),
        chosen: Some("02"),
        named: &[],
    };
    let svg = picture.plain(&plain).into_string();
    let document = Document::parse(&svg).unwrap();
    let links = document.descendants().filter_map(|node| node.attribute("href"));
    assert_eq!(links.collect::<Vec<_>>(), ["/?within=01&x=\"", "/?within=02&x=\""]);
    let chosen = areas(&document).filter(|area| area.attribute("class") == Some("chosen"));
    assert_eq!(chosen.filter_map(|area| area.attribute("data-code")).collect::<Vec<_>>(), ["02"]);
}

#[test]
fn a_hostile_name_is_a_name() {
    let names = [
        "<script>alert(1)</script>",
        "\"><svg onload=alert(1)>",
        "' onmouseover='alert(1)",
        "&lt;b&gt; & &amp;",
        "]]><![CDATA[",
        "<!-- --> <?xml?>",
        "\u{0}\u{1}\u{8}\u{b}\u{1b}\u{fffe}",
        "\u{202e}gnipael\u{202c}",
        "{place} {count}",
        "𝕏 \u{301}\u{301}\u{301} 名 \t\r\n",
    ];
    let plain_tree = tree();
    for name in names {
        let regions = plain_tree.iter().map(|(_, region)| {
            let name = name.to_owned();
            crate::domain::region::Region { name, ..region.clone() }
        });
        let system = plain_tree.system();
        let tree = RegionTree::new(system, "demo-1".parse().unwrap(), regions.collect()).unwrap();
        let outlines = shapes(&tree);
        let layer = layer(&tree, "poverty", "village", Some("0101"));
        let picture = picture((&layer, &tree, &outlines), Measure::Share, Language::En);
        for svg in [sheet(&picture, 700), plain(&picture)] {
            let document = Document::parse(&svg).unwrap_or_else(|error| panic!("{name}: {error}"));
            let known =
                ["svg", "title", "desc", "g", "path", "rect", "circle", "text", "defs", "pattern"];
            let elements = document.descendants().filter(Node::is_element);
            for element in elements {
                assert!(known.contains(&element.tag_name().name()), "{name}");
                assert!(element.attributes().all(|it| !it.name().starts_with("on")), "{name}");
            }
            assert!(png(&svg, 700).is_ok(), "{name}");
        }
    }
}
