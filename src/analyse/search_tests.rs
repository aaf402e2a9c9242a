use std::time::{Duration, Instant};

use super::*;
use crate::domain::position::{Bounds, Position};
use crate::domain::region::RegionKind;

const NAMES: [(&str, &str); 12] = [
    ("31", "Zovil Utara"),
    ("3101", "Qavil"),
    ("3101010", "Qavil"),
    ("3101010001", "Qavil"),
    ("3101010002", "Xu Qavil"),
    ("3101010003", "Vaxémqur"),
    ("3171", "Kota Qavil"),
    ("3171010", "Kota Zemqan"),
    ("3171010001", "Zepvok Besar"),
    ("32", "Quxor"),
    ("3201", "Zepvok"),
    ("3201010", "Ma'zup"),
];

fn tree_of(names: impl Iterator<Item = (String, String)>) -> RegionTree {
    let bounds = Bounds::from([0.0, 0.0, 1.0, 1.0]);
    let region = |(code, name): (String, String)| {
        let code: RegionCode = code.parse().unwrap();
        Region {
            code,
            name,
            level: CodeSystem::Bps.level(code.width()).unwrap(),
            kind: RegionKind::Region,
            area_km2: 1.0,
            bounds,
            label: Position::new(0.5, 0.5).unwrap(),
            utc_offset_min: 420,
        }
    };
    RegionTree::new(CodeSystem::Bps, "v1".parse().unwrap(), names.map(region).collect()).unwrap()
}

fn tree() -> RegionTree {
    tree_of(NAMES.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())))
}

fn find(text: &str, limit: usize) -> Vec<String> {
    let tree = tree();
    let found = RegionSearch::new(&tree).find(&tree, text, limit);
    found.into_iter().map(|id| tree.get(id).code.to_string()).collect()
}

#[test]
fn equal_names_stand_from_the_province_down() {
    assert_eq!(find("qavil", 3), ["3101", "3101010", "3101010001"]);
    assert_eq!(find("QAVIL", 10).len(), 5);
}

#[test]
fn a_word_before_the_name_tells_which_is_meant() {
    for (text, code) in [
        ("kota qavil", "3171"),
        ("Kab. Qavil", "3101"),
        ("kabupaten qavil", "3101"),
        ("kec.qavil", "3101010"),
        ("desa Qavil", "3101010001"),
        ("Kel. Qavil", "3101010001"),
        ("kec zemqan", "3171010"),
    ] {
        assert_eq!(find(text, 1), [code], "{text}");
    }
}

#[test]
fn spelling_case_accents_and_gaps_are_forgiven() {
    for (text, code) in [
        ("vaxemqur", "3101010003"),
        ("VAXEMKUR", "3101010003"),
        ("vaxmequr", "3101010003"),
        ("zovil utra", "31"),
        ("kotaqavil", "3171"),
        ("mazup", "3201010"),
        ("quxo", "32"),
        ("quksor", "32"),
    ] {
        assert_eq!(find(text, 1), [code], "{text}");
    }
}

#[test]
fn the_name_itself_goes_before_what_begins_with_it() {
    assert_eq!(find("zepvok", 2), ["3201", "3171010001"]);
    assert_eq!(find("besar", 2), ["3171010001"]);
}

#[test]
fn a_code_or_its_beginning_is_found_with_dots_or_without() {
    assert_eq!(find("3101010", 2), ["3101010", "3101010001"]);
    assert_eq!(find("31.71", 1), ["3171"]);
    assert_eq!(find(" 310 ", 9).len(), 5);
    assert_eq!(find("3", 2), ["31", "32"]);
    for nothing in ["99", "31010100011", "123456789012345678901234567890", "...", ""] {
        assert_eq!(find(nothing, 9), [""; 0], "{nothing}");
    }
}

#[test]
fn what_is_like_nothing_finds_nothing() {
    assert_eq!(find("wwwwww", 9), [""; 0]);
    assert_eq!(find("日本 🦀", 9), [""; 0]);
}

/// 90,000 regions whose names are made of some syllables.
fn nation() -> RegionTree {
    const PARTS: [&str; 10] =
        ["qan", "xor", "vil", "zem", "qur", "xal", "ven", "zup", "vok", "xit"];
    let mut names = vec![("31".to_owned(), "Zovil".to_owned())];
    names.extend((0..90).map(|at| (format!("31{:02}", at + 10), format!("Xu{at}"))));
    for village in 0..90_000_usize {
        let digits = [village % 10, village / 10 % 10, village / 100 % 10, village / 1000 % 10];
        let name: String = digits.into_iter().map(|digit| PARTS[digit]).collect();
        let (regency, rest) = (village / 1000 + 10, village % 1000);
        if rest == 0 {
            names.push((format!("31{regency:02}001"), format!("Xu{regency}")));
        }
        names.push((format!("31{regency:02}001{rest:03}"), name));
    }
    tree_of(names.into_iter())
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test measures what must be fast")]
fn the_villages_of_a_nation_are_searched_in_no_time() {
    let tree = nation();
    let search = RegionSearch::new(&tree);
    let mut least = Duration::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        let found = search.find(&tree, "desa qanxorvilzm", 20);
        least = least.min(start.elapsed());
        assert_eq!(tree.get(found[0]).name, "qanxorvilzem");
    }
    // It takes some 5 ms and has 20; the bound is for a busy machine.
    assert!(least < Duration::from_millis(50), "{least:?}");
}
