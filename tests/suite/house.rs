//! The rules of the house, read from the sources. They are there to be seen: an honest exception
//! changes them here, with its reason.

use crate::source::{Source, first_names, sources};

/// What each folder of `src` may name of ours besides itself: the stages before it that it stands on.
/// `analyse` and `encode` can't name the cube; only commands see everything.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("read", &["domain"]),
    ("outline", &["domain"]),
    ("locate", &["domain"]),
    ("check", &["domain", "locate"]),
    ("place", &["domain", "locate", "check"]),
    ("count", &["domain", "locate", "check", "place"]),
    ("protect", &["domain", "count"]),
    ("analyse", &["domain", "protect"]),
    // `analyse`: what changed since another release is written beside a layer's figures.
    ("encode", &["domain", "protect", "analyse"]),
    ("audit", &["domain", "protect", "encode"]),
    ("invent", &["domain", "outline"]),
    // `read`: its scan is where visits files enter the plan.
    ("engine", &["domain", "read", "locate", "check", "place", "count"]),
    // `outline` and `locate`: it keeps the regions' shapes and the index that is built on them.
    // `invent`: it makes the version `demo` where that is asked for.
    ("store", &["domain", "outline", "locate", "check", "place", "count", "protect", "invent"]),
    ("report", &["domain", "protect", "analyse", "encode"]),
    ("serve", &["domain", "protect", "analyse", "encode", "report", "store"]),
    // `protect`: the policy of what may be told is set there.
    ("config", &["domain", "check", "protect"]),
    ("commands", &["*"]),
];

/// The folders that touch no file, no clock, no environment, and tell nobody anything.
const CORE: &[&str] = &[
    "domain", "outline", "locate", "check", "place", "count", "protect", "analyse", "encode",
    "audit", "invent",
];

/// What the core does not name.
const OUTSIDE: &[&str] = &[
    "SystemTime",
    "Instant",
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
    "dbg!",
    "tracing::",
    "tokio::",
    "memmap2::",
    "tempfile::",
    "include_dir!",
    "stdout()",
    "stderr()",
];

/// What in `store` names GDAL.
const GDAL_IN_STORE: &[&str] =
    &["src/store/features.rs", "src/store/geopackage.rs", "src/store/error.rs"];

/// A file beyond this number of lines usually holds two ideas.
const MOST_LINES: usize = 400;

fn none(offences: &[String]) {
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn no_arrow_runs_backwards() {
    let mut offences = Vec::new();
    for source in sources() {
        let Some(stage) = source.stage() else { continue };
        let Some((_, may)) = MAY_NAME.iter().find(|(name, _)| *name == stage) else {
            offences.push(format!("{}: `{stage}` has no place in the flow yet", source.path));
            continue;
        };
        let named = first_names(&source.code(), "crate::");
        let strange = named
            .iter()
            .filter(|name| *name != stage && !may.contains(&name.as_str()) && !may.contains(&"*"));
        offences.extend(strange.map(|name| format!("{}: names `{name}`", source.path)));
    }
    none(&offences);
}

#[test]
fn a_path_to_another_folder_starts_at_the_crate() {
    let climbs_out = |source: &Source| {
        let to_the_crate = "super::".repeat(source.depth());
        source.stage().is_some() && source.code().contains(&to_the_crate)
    };
    let paths = sources().into_iter().filter(climbs_out).map(|source| source.path);
    none(&paths.collect::<Vec<_>>());
}

#[test]
fn the_core_touches_no_file_clock_or_environment() {
    let mut offences = Vec::new();
    for source in sources() {
        if !source.stage().is_some_and(|stage| CORE.contains(&stage)) {
            continue;
        }
        let code = source.code();
        let named = OUTSIDE.iter().filter(|word| code.contains(**word));
        offences.extend(named.map(|word| format!("{}: names `{word}`", source.path)));
        let outside = ["fs", "env", "net", "process"];
        let std = first_names(&code, "std::");
        let named = std.iter().filter(|name| outside.contains(&name.as_str()));
        offences.extend(named.map(|name| format!("{}: names `std::{name}`", source.path)));
    }
    none(&offences);
}

#[test]
fn only_read_and_what_writes_files_of_map_programs_name_gdal() {
    // A GeoPackage is a database, a FlatGeobuf has an index: GDAL, which is there, writes them.
    let may = |source: &Source| {
        source.stage() == Some("read") || GDAL_IN_STORE.contains(&source.path.as_str())
    };
    let names = |source: &Source| {
        source.stage().is_some() && !may(source) && source.code().contains("gdal::")
    };
    none(&sources().into_iter().filter(names).map(|source| source.path).collect::<Vec<_>>());
}

#[test]
fn a_layer_is_made_by_protect_alone() {
    let mut offences = Vec::new();
    for source in sources() {
        let code = source.code();
        let is_protect = source.stage() == Some("protect");
        if !is_protect && makes_layer(&code) {
            offences.push(format!("{}: makes a layer", source.path));
        }
        if is_protect && opens_layer(&code) {
            offences.push(format!("{}: lets anyone make a layer", source.path));
        }
    }
    none(&offences);
}

/// Whether a `Layer` is written out, or gets functions or conversions of its own.
fn makes_layer(code: &str) -> bool {
    let written = code.match_indices("Layer {").any(|(at, _)| {
        let before = code[..at].trim_end();
        let is_a_name = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let is_a_type = ["->", "struct", "enum", "for", "&", "impl"];
        !is_a_name && !is_a_type.iter().any(|word| before.ends_with(word))
    });
    let heads = ["impl Layer {", "> for Layer ", "Default for Layer ", "FromStr for Layer "];
    written || heads.iter().any(|head| code.contains(head))
}

/// Whether the file that declares `Layer` shows its fields, reads it from text, or has an open `new`.
fn opens_layer(code: &str) -> bool {
    let Some(at) = code.find("pub struct Layer {") else { return false };
    let derives = code[..at].rsplit("\n\n").next().unwrap_or_default();
    let fields = code[at..].split("\n}").next().unwrap_or_default();
    let shows = fields.lines().skip(1).any(|line| line.trim_start().starts_with("pub "));
    let reads = derives.contains("Deserialize") || derives.contains("Default");
    let is_open = |line: &str| {
        let line = line.trim_start();
        let makes = ["-> Self", "-> Layer", "Result<Self", "Option<Self"];
        line.starts_with("pub ")
            && line.contains("fn ")
            && makes.iter().any(|made| line.contains(made))
            && !line.contains("self")
    };
    shows || reads || code.lines().any(is_open)
}

#[test]
fn sees_a_layer_being_made() {
    assert!(makes_layer("let layer = Layer { rows };"));
    assert!(makes_layer("impl From<Rows> for Layer {"));
    assert!(!makes_layer("fn read(path: &Path) -> Layer {"));
    assert!(!makes_layer("struct TileLayer { rows: u8 }"));
    assert!(opens_layer("pub struct Layer {\n    pub rows: u8,\n}"));
    assert!(opens_layer("#[derive(Deserialize)]\npub struct Layer {\n    rows: u8,\n}"));
    assert!(opens_layer("pub struct Layer {\n}\nimpl Layer {\n    pub fn new(a: u8) -> Self {"));
    assert!(!opens_layer("pub struct Layer {\n}\nimpl Layer {\n    pub(super) fn new() -> Self {"));
}

#[test]
fn every_file_says_what_it_is_for() {
    // Long tests beside their code continue its module, which says it.
    let silent = |source: &Source| {
        let continues = source.path.starts_with("src/") && source.is_test();
        !source.text.starts_with("//!") && !continues
    };
    none(&sources().into_iter().filter(silent).map(|source| source.path).collect::<Vec<_>>());
}

#[test]
fn no_file_holds_two_ideas() {
    let mut offences = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if lines > MOST_LINES {
            offences.push(format!("{}: {lines} lines, at most {MOST_LINES}", source.path));
        }
    }
    none(&offences);
}

#[test]
fn nothing_is_called_util() {
    let empty_names = ["util", "utils", "helper", "helpers", "common", "manager", "data", "info"];
    let has_one = |source: &Source| {
        let mut parts = source.path.trim_end_matches(".rs").split('/');
        parts.any(|part| empty_names.contains(&part))
    };
    none(&sources().into_iter().filter(has_one).map(|source| source.path).collect::<Vec<_>>());
}
