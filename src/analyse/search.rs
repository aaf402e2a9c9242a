//! Which region somebody means: by name, however written, or by code.

use std::cmp::Reverse;

use strsim::normalized_damerau_levenshtein;

use super::name::{Hint, Name};
use crate::domain::code::{CodeSystem, MAX_WIDTH, RegionCode};
use crate::domain::region::{Level, Region, RegionId, RegionTree};

/// The names of a tree's regions by the threes of letters in them, so that a name is compared with those
/// only that have some in common.
#[derive(Debug, Clone)]
pub struct RegionSearch {
    /// By [`RegionId`].
    names: Vec<Name>,
    threes: Threes,
}

/// Candidates whose spelling is compared.
const CANDIDATES: usize = 1000;
/// Of the threes of what is asked for, a candidate has this part or more.
const COMMON: usize = 4;
/// How alike a name must be, 1 being equal.
const LEAST_LIKENESS: f64 = 0.65;

impl RegionSearch {
    pub fn new(tree: &RegionTree) -> Self {
        let names: Vec<Name> = tree.iter().map(|(_, region)| Name::new(&region.name)).collect();
        let threes = Threes::new(&names);
        Self { names, threes }
    }

    /// At most `limit` regions, the best first; equally good ones from the province down, by code.
    /// `tree` is the one that this was made of.
    ///
    /// Digits, with dots or without, are the beginning of a code. Else names are compared: without case,
    /// accents and words such as `kab.` or `desa`, which only tell which of two equal names is meant.
    pub fn find(&self, tree: &RegionTree, text: &str, limit: usize) -> Vec<RegionId> {
        if let Some(digits) = code_digits(text) {
            return by_code(tree, &digits, limit);
        }
        let asked = Name::new(text);
        let likeness = |id: RegionId| {
            let likeness = likeness(&asked, &self.names[id.index()]);
            let fits = asked.hint.is_some_and(|hint| self.fits(hint, tree, id));
            (likeness >= LEAST_LIKENESS).then_some((likeness + if fits { 0.015 } else { 0.0 }, id))
        };
        let candidates = self.threes.candidates(&asked, self.names.len());
        let mut found: Vec<(f64, RegionId)> = candidates.into_iter().filter_map(likeness).collect();
        found.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        found.into_iter().take(limit).map(|(_, id)| id).collect()
    }

    fn fits(&self, hint: Hint, tree: &RegionTree, id: RegionId) -> bool {
        let region = tree.get(id);
        let is_city =
            || self.names[id.index()].hint == Some(Hint::City) || has_city_code(tree, region);
        match hint {
            Hint::Province => region.level == Level::Province,
            Hint::Regency => region.level == Level::Regency && !is_city(),
            Hint::City => region.level == Level::Regency && is_city(),
            Hint::District => region.level == Level::District,
            Hint::Village => region.level == Level::Village,
        }
    }
}

/// Both real systems number cities from 71 on.
fn has_city_code(tree: &RegionTree, region: &Region) -> bool {
    tree.system() != CodeSystem::Invented && region.code.digits() % 100 >= 71
}

/// The digits of a text that is a code or its beginning.
fn code_digits(text: &str) -> Option<String> {
    let text = text.trim();
    let is_code = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (is_code && !digits.is_empty()).then_some(digits)
}

fn by_code(tree: &RegionTree, digits: &str, limit: usize) -> Vec<RegionId> {
    let width = u8::try_from(digits.len()).ok().filter(|width| *width <= MAX_WIDTH);
    let number = digits.parse().ok();
    let Some(start) = number.zip(width).and_then(|(number, width)| RegionCode::new(number, width))
    else {
        return Vec::new();
    };
    let begins =
        |code: RegionCode| code.width() >= start.width() && code.prefix(start.width()) == start;
    let found = tree.iter().filter(|(_, region)| begins(region.code));
    found.take(limit).map(|(id, _)| id).collect()
}

/// How alike two names are, 0 to 1.
fn likeness(asked: &Name, name: &Name) -> f64 {
    let full = likeness_of(&asked.full, &name.full);
    let core = 0.98 * likeness_of(asked.core(), name.core());
    let is_joined = without_gaps(&asked.full).eq(without_gaps(&name.full));
    full.max(core).max(if is_joined { 0.97 } else { 0.0 })
}

fn without_gaps(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|letter| *letter != ' ')
}

/// Equal, the beginning, the beginning of a later word, or misspelt.
fn likeness_of(asked: &str, name: &str) -> f64 {
    if asked == name {
        return 1.0;
    }
    let covered = 0.05 * ratio(asked.len(), name.len());
    if let Some(at) = name.find(asked) {
        if at == 0 {
            return 0.9 + covered;
        }
        if name[..at].ends_with(' ') {
            return 0.82 + covered;
        }
    }
    let start =
        name.char_indices().nth(asked.chars().count()).map_or(name, |(end, _)| &name[..end]);
    let beginning = 0.9 * normalized_damerau_levenshtein(asked, start);
    normalized_damerau_levenshtein(asked, name).max(beginning)
}

#[expect(clippy::cast_precision_loss, reason = "names are short")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// Which names have which three letters.
#[derive(Debug, Clone)]
struct Threes {
    /// In ascending order.
    keys: Vec<u64>,
    /// Where the names of each key begin; the last entry is their number.
    starts: Vec<usize>,
    names: Vec<u32>,
}

impl Threes {
    fn new(names: &[Name]) -> Self {
        let mut pairs = Vec::new();
        for (index, name) in (0_u32..).zip(names) {
            pairs.extend(threes_of(name.core()).into_iter().map(|key| (key, index)));
        }
        pairs.sort_unstable();
        let mut threes = Self { keys: Vec::new(), starts: Vec::new(), names: Vec::new() };
        for (key, index) in pairs {
            if threes.keys.last() != Some(&key) {
                threes.keys.push(key);
                threes.starts.push(threes.names.len());
            }
            threes.names.push(index);
        }
        threes.starts.push(threes.names.len());
        threes
    }

    /// The names that have most in common with the one asked for.
    fn candidates(&self, asked: &Name, names: usize) -> Vec<RegionId> {
        let keys = threes_of(asked.core());
        let mut common = vec![0_u16; names];
        for key in &keys {
            let Ok(at) = self.keys.binary_search(key) else { continue };
            for &name in &self.names[self.starts[at]..self.starts[at + 1]] {
                common[name as usize] += 1;
            }
        }
        let shared = (0_u32..).zip(common).filter(|(_, count)| *count > 0);
        let enough = shared.filter(|(_, count)| usize::from(*count) * COMMON >= keys.len());
        let mut best: Vec<(Reverse<u16>, u32)> =
            enough.map(|(name, count)| (Reverse(count), name)).collect();
        if best.len() > CANDIDATES {
            best.select_nth_unstable(CANDIDATES);
            best.truncate(CANDIDATES);
        }
        best.into_iter().map(|(_, name)| RegionId(name)).collect()
    }
}

/// The threes of letters of each word, with two gaps before it and one after, each once, in order.
fn threes_of(text: &str) -> Vec<u64> {
    let mut threes = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let (mut one, mut two) = (' ', ' ');
        for three in word.chars().chain([' ']) {
            // A letter has at most 21 bits.
            threes.push((u64::from(one) << 42) | (u64::from(two) << 21) | u64::from(three));
            (one, two) = (two, three);
        }
    }
    threes.sort_unstable();
    threes.dedup();
    threes
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
