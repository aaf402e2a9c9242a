use super::fixture::{self, code, key, tree};
use super::{Feature, LayerRequest, LeafTable, Status};
use crate::count::{Cube, ReachCell};
use crate::domain::indicator::{CubeColumn, Denominators, Indicators, PovertyThreshold};
use crate::domain::programme::Programme;
use crate::domain::visit::VisitField;

/// A village of 40 visits, of which 30 are completed, and another of 25 refused ones; PKH reaches 30 of 40
/// that it is for, and 10 others.
fn cube() -> Cube {
    let tree = tree();
    let mut cube = fixture::cube(&tree);
    let village = key(&tree, Some("0101001001"), None);
    for (column, count) in [
        (CubeColumn::VisitCompleted, 30),
        (CubeColumn::VisitRefused, 10),
        (CubeColumn::Positioned, 15),
        (CubeColumn::NotPositioned, 5),
    ] {
        let mut counts = [0; CubeColumn::COUNT];
        counts[column.index()] = count;
        cube.add(village, &counts);
    }
    let mut refused = [0; CubeColumn::COUNT];
    refused[CubeColumn::VisitRefused.index()] = 25;
    cube.add(key(&tree, Some("0102001001"), None), &refused);
    let cell = ReachCell { counts: [30, 10, 10], digest: 7 };
    cube.add_reach(Programme::Pkh, village.region, &cell);
    cube
}

fn find(theme: &str, text: &str) -> Feature {
    let (tree, indicators) = (tree(), Indicators::embedded());
    let fields = VisitField::Decile.bit();
    let leaves = LeafTable::exact(&cube(), fields, PovertyThreshold::default(), &tree);
    let theme = indicators.theme(theme).unwrap();
    let geography = "village".parse().unwrap();
    let request = LayerRequest { theme, geography, within: None, bounds: None, limit: None };
    let layer = leaves.layer(&request, &tree, &indicators, &Denominators::new());
    let found = layer.features().iter().find(|feature| feature.code.to_string() == text);
    found.unwrap().clone()
}

#[test]
fn the_share_of_visits_is_of_all_visits_whatever_came_of_them() {
    let village = find("visits", "0101001001");
    assert_eq!(
        (village.count, village.share, village.share_moe95),
        (Some(30), Some(0.75), Some(0.0))
    );
    let of = village.share_of.unwrap();
    assert_eq!((of.column, of.year, of.value), ("visits", None, 40));
    assert_eq!(village.breakdown, [30, 0, 0, 0, 10, 0].map(Some));
    let refused = find("visits", "0102001001");
    assert_eq!(
        (refused.count, refused.share),
        (Some(0), None),
        "25 visits are too few for a share"
    );
    assert_eq!(refused.status, Status::Below10, "though nobody was counted there");
    assert_eq!(find("visits", "0201001002").status, Status::NotVisited);
}

#[test]
fn positions_tell_who_has_none() {
    let village = find("quality", "0101001001");
    assert_eq!((village.count, village.share), (Some(5), None), "of 20 there is no share");
    assert_eq!(village.share_of.unwrap().value, 20);
}

#[test]
fn programmes_tell_whom_they_miss_and_what_is_not_known_is_null() {
    let village = find("programmes", "0101001001");
    assert_eq!((village.count, village.share), (Some(10), Some(0.25)));
    assert_eq!(village.breakdown[..4], [Some(30), Some(10), Some(10), None]);
    assert_eq!(village.rates[..4], [Some(0.75), Some(0.25), Some(0.25), None]);
    let nobody = find("programmes", "0201001002");
    assert_eq!((nobody.count, nobody.rates[0]), (Some(0), None));
}

#[test]
fn without_recipients_programmes_are_null_and_never_0() {
    let (tree, indicators) = (tree(), Indicators::embedded());
    let leaves = fixture::leaves(&tree);
    let theme = indicators.theme("programmes").unwrap();
    assert!(!leaves.holds(theme, &indicators));
    let geography = "province".parse().unwrap();
    let request = LayerRequest { theme, geography, within: None, bounds: None, limit: None };
    let layer = leaves.layer(&request, &tree, &indicators, &Denominators::new());
    let first = &layer.features()[0];
    assert_eq!((first.code.to_string(), first.status), (code("01").to_string(), Status::NoData));
    assert!(first.breakdown.iter().all(Option::is_none) && first.rates.iter().all(Option::is_none));
}
