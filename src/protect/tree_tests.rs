use super::*;
use crate::protect::fixture::{CODES, cell, code, key, tree as regions};

fn village(regions: &RegionTree) -> RegionId {
    regions.find(code("0101001001")).unwrap()
}

/// One hexagon 7 of the first village is shown, and one of its children.
fn shown(regions: &RegionTree) -> Shown {
    let small = cell(0, Resolution::Eight);
    let large = small.parent(Resolution::Seven).unwrap();
    let id = village(regions);
    Shown { hexagons7: vec![(id, large)], hexagons8: vec![(id, small)] }
}

fn in_words(tree: &ProtectedTree, regions: &RegionTree, node: usize) -> String {
    let CubeKey { region, hexagon } = tree.place(node);
    let code = region.map(|id| regions.get(id).code.to_string()).unwrap_or_default();
    let size = hexagon.map(|cell| format!(" h{}", u8::from(cell.resolution()))).unwrap_or_default();
    let rest = if tree.is_rest(node) { " rest" } else { "" };
    format!("{code}{size}{rest}")
}

#[test]
fn every_inner_node_has_a_rest_and_its_children() {
    let regions = regions();
    let tree = ProtectedTree::new(&regions, &shown(&regions));
    let words = |node: usize| -> Vec<String> {
        tree.children(node).map(|child| in_words(&tree, &regions, child)).collect()
    };
    assert_eq!(words(NATION), [" rest", "01", "02"]);
    let of = |text: &str| tree.of_region(regions.find(code(text)).unwrap());
    assert_eq!(words(of("01")), ["01 rest", "0101", "0102"]);
    assert_eq!(words(of("0101001001")), ["0101001001 rest", "0101001001 h7"]);
    assert_eq!(words(of("0101001002")), ["0101001002 rest"]);
    let large = tree.children(of("0101001001")).end - 1;
    assert_eq!(words(large), ["0101001001 h7 rest", "0101001001 h8"]);
    // A nation, 13 regions, two hexagons; and a rest for each but the smallest.
    assert_eq!(tree.len(), 1 + CODES.len() + 2 + 1 + CODES.len() + 1);
    assert_eq!(tree.levels().last().map(|(_, nodes)| nodes.end), Some(tree.len()));
    for node in 1..tree.len() {
        assert!(tree.children(tree.parent(node)).contains(&node));
    }
}

#[test]
fn a_place_is_counted_in_the_deepest_node_that_holds_it() {
    let regions = regions();
    let tree = ProtectedTree::new(&regions, &shown(&regions));
    let at =
        |region, hexagon| in_words(&tree, &regions, tree.leaf(&key(&regions, region, hexagon)));
    let (shown, far) = (cell(0, Resolution::Eight), cell(9, Resolution::Eight));
    let large = shown.parent(Resolution::Seven).unwrap();
    let sibling = large.children(Resolution::Eight).find(|child| *child != shown);
    assert_eq!(at(Some("0101001001"), Some(shown)), "0101001001 h8");
    assert_eq!(at(Some("0101001001"), sibling), "0101001001 h7 rest");
    assert_eq!(at(Some("0101001001"), Some(large)), "0101001001 h7 rest");
    assert_eq!(at(Some("0101001001"), Some(far)), "0101001001 rest");
    assert_eq!(at(Some("0201001001"), Some(shown)), "0201001001 rest");
    assert_eq!(at(Some("0102"), None), "0102 rest");
    assert_eq!(at(None, None), " rest");
    let id = village(&regions);
    let node = tree.of_hexagon(id, shown).unwrap();
    assert_eq!(tree.of_hexagon(id, large), Some(tree.parent(node)));
    assert_eq!(tree.of_hexagon(id, far), None);
}

#[test]
fn a_level_and_all_above_it_are_the_first_nodes() {
    let regions = regions();
    let tree = ProtectedTree::new(&regions, &shown(&regions));
    assert_eq!(tree.down_to(TreeLevel::Nation), 1);
    assert_eq!(tree.down_to(TreeLevel::Region(Level::Province)), 4);
    let villages = tree.down_to(TreeLevel::Region(Level::Village));
    assert_eq!(tree.down_to(TreeLevel::Hexagon8), tree.len());
    assert!((0..villages).all(|node| tree.place(node).hexagon.is_none()));
}

#[test]
fn what_is_declared_to_have_no_remainder_is_known_to_be_empty() {
    let regions = regions();
    let policy = Policy { every_household_has_village: true, ..Policy::default() };
    let tree = ProtectedTree::of_policy(&regions, &shown(&regions), &policy);
    let empty = (0..tree.len()).filter(|node| tree.is_declared_empty(*node));
    let empty: Vec<String> = empty.map(|node| in_words(&tree, &regions, node)).collect();
    let above = CODES.iter().map(|(code, _)| *code).filter(|code| code.len() < 10);
    let mut expected: Vec<String> = above.map(|code| format!("{code} rest")).collect();
    expected.insert(0, " rest".to_owned());
    expected.sort_by_key(String::len);
    let mut sorted = empty.clone();
    sorted.sort_by_key(String::len);
    assert_eq!(sorted, expected);
    let undeclared = ProtectedTree::of_policy(&regions, &shown(&regions), &Policy::default());
    assert_eq!(undeclared, ProtectedTree::new(&regions, &shown(&regions)));
}
