use geo::{Contains, Polygon, polygon};

use super::*;
use crate::outline::Coverage;

fn square(x: f64, y: f64, side: f64) -> Polygon {
    polygon![(x: x, y: y), (x: x + side, y: y), (x: x + side, y: y + side), (x: x, y: y + side)]
}

fn village(code: &str, feature: u64, shape: impl Into<MultiPolygon>) -> SourceRegion {
    let code: RegionCode = code.parse().unwrap();
    let names = [2, 4, 7, 10].map(|width| format!("Xaq {}", code.prefix(width))).to_vec();
    let (kind, utc_offset_min) = (RegionKind::Region, None);
    SourceRegion { code, names, kind, utc_offset_min, shape: shape.into(), feature }
}

fn outline(regions: Vec<SourceRegion>) -> Result<Derived, OutlineError> {
    derive(CodeSystem::Invented, "demo".parse().unwrap(), regions, &OutlineSettings::default())
}

/// Two villages of one district and one of another province beside them.
fn three() -> Vec<SourceRegion> {
    vec![
        village("0201001001", 3, square(89.0, 0.0, 1.0)),
        village("0101001002", 2, square(88.0, 0.0, 1.0)),
        village("0101001001", 1, square(87.0, 0.0, 1.0)),
    ]
}

fn refusal(regions: Vec<SourceRegion>) -> String {
    outline(regions).unwrap_err().to_string()
}

#[test]
fn derives_every_level_above() {
    let derived = outline(three()).unwrap();
    assert_eq!(Level::ALL.map(|level| derived.tree.level(level).len()), [2, 2, 2, 3]);
    let id = derived.tree.find("01".parse().unwrap()).unwrap();
    let province = derived.tree.get(id);
    assert_eq!((province.name.as_str(), province.utc_offset_min), ("Xaq 01", 420));
    assert_eq!(<[f64; 4]>::from(province.bounds), [87.0, 0.0, 89.0, 1.0]);
    assert_eq!(derived.shapes.full.len(), derived.tree.len());
    assert_eq!(derived.shapes.general.len(), derived.tree.len());
    assert_eq!(derived.coverage, Coverage::default());
}

#[test]
fn takes_a_source_of_regencies() {
    let mut regencies = three();
    regencies.remove(1);
    for region in &mut regencies {
        region.code = region.code.prefix(4);
        region.names.truncate(2);
    }
    let derived = outline(regencies).unwrap();
    assert_eq!(Level::ALL.map(|level| derived.tree.level(level).len()), [2, 2, 0, 0]);
}

#[test]
fn measures_on_the_ellipsoid() {
    // The cell of one degree at the equator has 12,308.8 km2 on WGS 84.
    let derived = outline(three()).unwrap();
    let area_km2 =
        |code: &str| derived.tree.get(derived.tree.find(code.parse().unwrap()).unwrap()).area_km2;
    assert!((area_km2("0101001001") - 12_308.8).abs() < 1.0, "{}", area_km2("0101001001"));
    assert_eq!(area_km2("01"), area_km2("0101001001") + area_km2("0101001002"));
}

#[test]
fn turns_rings_to_the_right_hand_rule() {
    let mut clockwise = square(87.0, 0.0, 1.0);
    clockwise.exterior_mut(|ring| ring.0.reverse());
    let derived = outline(vec![village("0101001001", 1, clockwise)]).unwrap();
    let expected = square(87.0, 0.0, 1.0);
    assert!(derived.shapes.full.iter().all(|shape| geo::Area::signed_area(shape) > 0.0));
    assert_eq!(derived.shapes.full[3].0[0].exterior().0.len(), expected.exterior().0.len());
}

#[test]
fn labels_stand_inside_even_in_a_ring() {
    let ring = Polygon::new(
        square(87.0, 0.0, 1.0).exterior().clone(),
        vec![square(87.1, 0.1, 0.8).exterior().clone()],
    );
    let derived = outline(vec![village("0101001001", 1, ring)]).unwrap();
    for (id, region) in derived.tree.iter() {
        let label = geo::Point(region.label.coord());
        assert!(derived.shapes.full[id.index()].contains(&label), "{}", region.code);
    }
}

#[test]
fn is_forest_only_where_all_of_it_is() {
    let mut regions = three();
    regions[0].kind = RegionKind::LakeOrForest;
    regions[1].kind = RegionKind::LakeOrForest;
    let derived = outline(regions).unwrap();
    let kind =
        |code: &str| derived.tree.get(derived.tree.find(code.parse().unwrap()).unwrap()).kind;
    assert_eq!(kind("02"), RegionKind::LakeOrForest);
    assert_eq!(kind("0101001"), RegionKind::Region);
}

#[test]
fn gives_a_province_its_zone_by_longitude_unless_it_says_another() {
    for (longitude, expected) in [(113.0, 420), (115.0, 480), (125.9, 540)] {
        let derived = outline(vec![village("0101001001", 1, square(longitude, 0.0, 1.0))]).unwrap();
        assert!(derived.tree.iter().all(|(_, region)| region.utc_offset_min == expected));
    }
    let mut regions = three();
    regions[1].utc_offset_min = Some(480);
    let derived = outline(regions.clone()).unwrap();
    assert_eq!(
        derived.tree.get(derived.tree.find("0101001001".parse().unwrap()).unwrap()).utc_offset_min,
        480
    );
    regions[2].utc_offset_min = Some(420);
    assert_eq!(
        refusal(regions),
        "province `01` is 420 minutes ahead of UTC by feature 1 and 480 by feature 2; a province \
         keeps one time: correct the offset of one"
    );
}

#[test]
fn reports_an_overlap_and_a_lake_with_their_areas() {
    let ring = Polygon::new(
        square(87.0, 0.0, 1.0).exterior().clone(),
        vec![square(87.4, 0.4, 0.1).exterior().clone()],
    );
    let derived = outline(vec![
        village("0101001001", 1, ring),
        village("0101001002", 2, square(87.9, 0.0, 1.0)),
        village("0201001001", 3, square(87.1, 0.1, 0.1)),
    ])
    .unwrap();
    let pairs = derived.coverage.overlaps.iter().map(|overlap| (overlap.a, overlap.b));
    let [one, two, inner] =
        ["0101001001", "0101001002", "0201001001"].map(|code| code.parse().unwrap());
    assert_eq!(pairs.collect::<Vec<(RegionCode, RegionCode)>>(), [(one, two), (one, inner)]);
    assert!((derived.coverage.overlaps[0].area_km2 - 1_230.9).abs() < 1.0);
    assert!((derived.coverage.overlaps[1].area_km2 - 123.1).abs() < 0.1);
    let [gap] = derived.coverage.gaps.as_slice() else { panic!("{:?}", derived.coverage.gaps) };
    assert!((gap.area_km2 - 123.1).abs() < 0.1);
    assert_eq!(gap.neighbours, [one]);
    assert!(square(87.4, 0.4, 0.1).contains(&geo::Point(gap.near.coord())));
    assert_eq!(
        derived.overlaid.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["01", "0101", "0101001"]
    );
}

#[test]
fn finds_an_overlap_whose_borders_lie_on_each_other() {
    let derived = outline(vec![
        village("0101001001", 1, square(87.0, 0.0, 1.0)),
        village("0101001002", 2, square(87.0, 0.0, 1.0)),
    ])
    .unwrap();
    assert_eq!(derived.coverage.overlaps.len(), 1);
    let id = derived.tree.find("01".parse().unwrap()).unwrap();
    assert!((geo::Area::unsigned_area(&derived.shapes.full[id.index()]) - 1.0).abs() < 1e-7);
}

#[test]
fn follows_an_overlap_to_regions_whose_borders_do_not_cross() {
    // A block of nine cells, of which one large region covers all: the middle one's border meets
    // nobody else's.
    let mut regions: Vec<SourceRegion> = (0..9)
        .map(|index| {
            let (x, y) = (f64::from(index % 3) * 0.1, f64::from(index / 3) * 0.1);
            village(&format!("010100100{}", index + 1), index as u64, square(87.0 + x, y, 0.1))
        })
        .collect();
    regions.push(village("0201001001", 9, square(86.5, -0.5, 2.0)));
    assert_eq!(outline(regions).unwrap().coverage.overlaps.len(), 9);
}

#[test]
fn refuses_with_feature_code_and_remedy() {
    assert_eq!(refusal(Vec::new()), "there is no feature; name the layer that has the regions");
    let mut regions = three();
    regions[1].code = regions[2].code;
    assert_eq!(
        refusal(regions),
        "code `0101001001` stands in feature 1 and in feature 2; join the two into one \
         multipolygon, or correct the code of one"
    );
    let mut regions = three();
    regions[1].code = "010100".parse().unwrap();
    assert!(refusal(regions).starts_with("feature 2: code `010100` has 6 digits"));
    let mut regions = three();
    regions[1].code = "0101001".parse().unwrap();
    assert!(refusal(regions).contains("but feature 2 (code `0101001`) is a district"));
    let mut regions = three();
    regions[1].names[2] = "Zuv".into();
    assert_eq!(
        refusal(regions),
        "district `0101001` is called `Xaq 0101001` by feature 1 and `Zuv` by feature 2; give both \
         the same name, or correct the code of one"
    );
    let mut regions = three();
    regions[1].names.pop();
    assert!(refusal(regions).starts_with("feature 2: code `0101001002` needs 4 names"));
    let flat = polygon![(x: 1.0, y: 1.0), (x: 2.0, y: 2.0), (x: 1.5, y: 1.5)];
    let flat = refusal(vec![village("0101001001", 7, flat)]);
    assert_eq!(flat, "feature 7: code `0101001001` has a shape without an area; give it a polygon");
    let far = refusal(vec![village("0101001001", 7, square(500_000.0, 0.0, 1.0))]);
    assert!(far.starts_with("feature 7: code `0101001001` has a corner that is not on the Earth"));
}
