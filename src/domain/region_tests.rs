use super::*;

fn region(code: &str) -> Region {
    let code: RegionCode = code.parse().unwrap();
    Region {
        code,
        name: format!("R{code}"),
        level: CodeSystem::Invented.level(code.width()).unwrap(),
        kind: RegionKind::Region,
        area_km2: 1.0,
        bounds: [0.0, 0.0, 1.0, 1.0].into(),
        label: Position::new(0.5, 0.5).unwrap(),
        utc_offset_min: 420,
    }
}

fn tree(codes: &[&str]) -> Result<RegionTree, TreeError> {
    let regions = codes.iter().map(|code| region(code)).collect();
    RegionTree::new(CodeSystem::Invented, "demo".parse().unwrap(), regions)
}

#[test]
fn finds_children_parents_and_prefixes() {
    let tree = tree(&["02", "01", "0102", "0101", "0201", "0101001", "0101001002"]).unwrap();
    let find = |code: &str| tree.find(code.parse().unwrap()).unwrap();
    let children: Vec<_> =
        tree.children(find("01")).map(|id| tree.get(RegionId(id)).code.to_string()).collect();
    assert_eq!(children, ["0101", "0102"]);
    assert_eq!(tree.parent(find("0101001")), Some(find("0101")));
    assert_eq!(tree.find_longest("0101001009".parse().unwrap()), Some(find("0101001")));
    assert_eq!(tree.find_longest("9901001009".parse().unwrap()), None);
    assert_eq!(tree.ancestor(find("0101001002"), Level::Province), Some(find("01")));
    assert!(tree.is_within(find("0101001"), find("0101")));
    assert!(!tree.is_within(find("0101"), find("0101001")));
    assert!(tree.children(find("0101001002")).is_empty());
}

#[test]
fn refuses_orphans_and_repeats() {
    let orphan = tree(&["01", "0201"]).unwrap_err();
    assert_eq!(orphan.to_string(), "regency `0201` has no parent `02`");
    let repeat = tree(&["01", "01"]).unwrap_err();
    assert_eq!(repeat.to_string(), "region `01` stands more than once");
}

#[test]
fn refuses_a_slug_that_is_a_path() {
    assert!("../etc".parse::<Slug>().is_err());
    assert!("bps-2020".parse::<Slug>().is_ok());
}
