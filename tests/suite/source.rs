//! The program's sources, as the house's tests read them.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file.
pub struct Source {
    /// Below the package's folder, for example `src/domain/code.rs`.
    pub path: String,
    pub text: String,
}

/// Every Rust file of the program and of its tests, sorted by path.
pub fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["src", "tests"] {
        collect(&root.join(folder), &mut paths);
    }
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let path = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        Source { path, text }
    };
    paths.into_iter().map(read).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

impl Source {
    /// The folder, or file, directly in `src` to which it belongs; none for tests, `lib` and `main`.
    pub fn stage(&self) -> Option<&str> {
        let within = self.path.strip_prefix("src/")?;
        let stage = within.split('/').next()?.trim_end_matches(".rs").trim_end_matches("_tests");
        (!["lib", "main"].contains(&stage)).then_some(stage)
    }

    /// How deep its module lies: 1 for `src/config.rs` and `src/domain/mod.rs`.
    pub fn depth(&self) -> usize {
        self.path.trim_end_matches("/mod.rs").matches('/').count()
    }

    /// Whether it holds tests and nothing else.
    pub fn is_test(&self) -> bool {
        let ends = ["_tests.rs", "/tests.rs"];
        self.path.starts_with("tests/") || ends.iter().any(|end| self.path.ends_with(end))
    }

    /// The text without comments and without the tests at its end; empty for a file of tests.
    pub fn code(&self) -> String {
        if self.is_test() { String::new() } else { code(&self.text) }
    }
}

/// A text without comments and without the tests at its end.
pub fn code(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let is_tests = |at: usize| {
        let below = lines[at..].iter().find(|line| !line.starts_with("#["));
        lines[at] == "#[cfg(test)]" && below.is_some_and(|line| line.contains("mod "))
    };
    let end = (0..lines.len()).find(|&at| is_tests(at)).unwrap_or(lines.len());
    let kept = lines[..end].iter().filter(|line| !line.trim_start().starts_with("//"));
    kept.map(|line| line.split(" // ").next().unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// The first names in paths that begin with `root` (`crate::`, `std::`), as `use crate::{a, b::c}` and
/// `crate::a::f()` have them.
pub fn first_names(code: &str, root: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices(root) {
        let follows_a_name = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let rest = &code[at + root.len()..];
        if follows_a_name {
            continue;
        }
        match rest.strip_prefix('{') {
            Some(group) => names.extend(heads(group)),
            None => names.push(name_at(rest)),
        }
    }
    names
}

/// The first names of the paths in a brace's group.
fn heads(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut starts = vec![0];
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => starts.push(at + 1),
            _ => {}
        }
    }
    let names = starts.into_iter().map(|at| name_at(group[at..].trim_start()));
    names.filter(|name| !name.is_empty()).collect()
}

fn name_at(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn finds_names_in_paths_and_groups() {
    let code =
        "use crate::{\n    domain::{code::A, visit::B},\n    count::Cube,\n};\ncrate::read::f()";
    assert_eq!(first_names(code, "crate::"), ["domain", "count", "read"]);
    assert_eq!(first_names("use mycrate::x;", "crate::"), [""; 0]);
}

#[test]
fn leaves_comments_and_tests_out() {
    let text =
        "//! crate::a\nuse b; // crate::c\n\n#[cfg(test)]\n#[path = \"x\"]\nmod tests;\ncrate::d";
    assert_eq!(code(text), "use b;\n");
}
