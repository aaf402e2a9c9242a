//! The pages of the repository as tests read them, and the links between them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// README is read at once; everything else is a page of its own.
const MOST_README_BYTES: usize = 10_240;
const SUMMARY: &str = "docs/SUMMARY.md";
const TOP: [&str; 4] = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a page, by its path in the repository.
pub fn page(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub fn write_page(path: &str, text: &str) {
    fs::write(root().join(path), text).unwrap();
}

/// The pages under `docs`, by their paths in the repository.
fn docs() -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![root().join("docs")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                let path = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Every page with its text.
pub fn pages() -> BTreeMap<String, String> {
    let paths = TOP.iter().map(|path| (*path).to_owned()).chain(docs());
    paths.map(|path| (path.clone(), page(&path))).collect()
}

/// The lines of a text that are no code.
fn prose(text: &str) -> String {
    let mut is_code = false;
    let mut lines = String::new();
    for line in text.lines() {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        if !is_code && !is_fence && !line.starts_with("    ") {
            lines.push_str(line);
            lines.push('\n');
        }
    }
    lines
}

/// Where links and pictures lead: what stands in `](...)`, `src="..."` and `href="..."`.
fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    // Code between backquotes holds no links.
    let outside: String = prose.split('`').step_by(2).collect::<Vec<_>>().join("code");
    let mut found = Vec::new();
    for (begin, end) in [("](", ')'), ("src=\"", '"'), ("href=\"", '"')] {
        let parts = outside.split(begin).skip(1);
        found.extend(parts.filter_map(|part| Some(part.split_once(end)?.0.to_owned())));
    }
    found
}

/// The name under which a link reaches a heading, as GitHub and mdBook make it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

fn anchors(text: &str) -> BTreeSet<String> {
    let prose = prose(text);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#'))).collect()
}

/// The path in the repository to which a link of a page leads.
fn resolve(page: &str, link: &str) -> PathBuf {
    let mut path = Path::new(page).parent().unwrap().to_owned();
    for part in Path::new(link).components() {
        match part {
            Component::ParentDir => assert!(path.pop(), "{page}: {link} leaves the repository"),
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    path
}

/// What is wrong with a link, if anything is.
fn fault(path: &str, link: &str, pages: &BTreeMap<String, String>) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, heading) = link.split_once('#').unwrap_or((link, ""));
    let target = if file.is_empty() { PathBuf::from(path) } else { resolve(path, file) };
    let text = target.to_str().and_then(|target| pages.get(target));
    if text.is_none() && !root().join(&target).exists() {
        return Some(format!("{path}: no file {link}"));
    }
    let is_there = heading.is_empty() || text.is_some_and(|text| anchors(text).contains(heading));
    (!is_there).then(|| format!("{path}: no heading {link}"))
}

#[test]
fn every_relative_link_leads_to_a_file_and_a_heading() {
    let pages = pages();
    let mut faults = Vec::new();
    for (path, text) in &pages {
        faults.extend(links(text).iter().filter_map(|link| fault(path, link, &pages)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_broken_link_is_found() {
    let text = "# A page\n\nSee [one](two.md#three) and `[no](link)`.\n\n    [no](link)\n";
    assert_eq!(links(text), ["two.md#three"]);
    assert_eq!(anchors("# What's `this`?\n\n## Two words\n").len(), 2);
    assert!(anchors("# What's `this`?\n").contains("whats-this"));
    let pages = BTreeMap::from([("docs/a.md".to_owned(), text.to_owned())]);
    assert_eq!(fault("docs/a.md", "#a-page", &pages), None);
    assert!(fault("docs/a.md", "#another", &pages).is_some());
    assert!(fault("docs/a.md", "no-such-page.md", &pages).is_some());
    assert_eq!(fault("docs/a.md", "https://example.org/none", &pages), None);
}

#[test]
fn readme_has_at_most_ten_kilobytes() {
    let bytes = page("README.md").len();
    assert!(bytes <= MOST_README_BYTES, "README.md has {bytes} bytes; move what is long to docs");
}

#[test]
fn the_summary_lists_every_page_once() {
    let listed = links(&page(SUMMARY)).into_iter().map(|link| resolve(SUMMARY, &link));
    let mut listed: Vec<String> = listed.map(|path| path.to_str().unwrap().to_owned()).collect();
    listed.sort();
    let there: Vec<String> = docs().into_iter().filter(|path| path != SUMMARY).collect();
    assert_eq!(listed, there, "{SUMMARY} lists other pages than docs holds");
}
