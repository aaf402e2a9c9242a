//! Finding columns in a header: by their names, else by the same names in other letters, never guessed.

/// Where a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    At(usize),
    Nowhere,
    /// Two columns have the name, so that neither can be taken.
    Twice,
}

/// Names further apart than this are not told as near ones.
const NEAR: usize = 2;
/// Names that messages tell at most.
const SHOWN: usize = 40;

/// Finds a name as it is, else in capitals or small letters.
pub fn place(names: &[String], wanted: &str) -> Place {
    let find = |is_it: &dyn Fn(&String) -> bool| {
        let mut places = (0..names.len()).filter(|&at| is_it(&names[at]));
        match (places.next(), places.next()) {
            (None, _) => Place::Nowhere,
            (Some(at), None) => Place::At(at),
            (Some(_), Some(_)) => Place::Twice,
        }
    };
    match find(&|name| name == wanted) {
        Place::Nowhere => find(&|name| name.eq_ignore_ascii_case(wanted)),
        found => found,
    }
}

/// The sentence that tells the nearest name, with a space before it; empty where none is near.
pub fn near(names: &[String], wanted: &str) -> String {
    let plain = |name: &str| -> Vec<char> {
        name.chars()
            .filter(|letter| letter.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let wanted = plain(wanted);
    let most = NEAR.min(wanted.len() / 3);
    let far =
        |name: &&String| (name.chars().count() <= 80).then(|| distance(&plain(name), &wanted));
    let nearest = names.iter().filter_map(|name| Some((far(&name)?, name))).min();
    match nearest.filter(|(far, _)| *far <= most) {
        Some((_, name)) => format!(" Did you mean `{name}`?"),
        None => String::new(),
    }
}

/// The letters to add, remove or change between two names.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.iter().enumerate() {
        let mut now = vec![at + 1];
        for (to, same) in other.iter().enumerate() {
            let changed = before[to] + usize::from(letter != same);
            now.push(changed.min(before[to + 1] + 1).min(now[to] + 1));
        }
        before = now;
    }
    before[other.len()]
}

/// Names as messages tell them.
pub fn quoted(names: &[String]) -> String {
    let names = names.iter().filter(|name| !name.is_empty()).take(SHOWN);
    let quoted: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if quoted.is_empty() { "none".to_owned() } else { quoted.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_name_is_found_as_it_is_or_in_other_letters() {
        let header = names("a B c C");
        assert_eq!(place(&header, "a"), Place::At(0));
        assert_eq!(place(&header, "b"), Place::At(1));
        assert_eq!(place(&header, "c"), Place::At(2), "as it is before other letters");
        assert_eq!(place(&names("D d"), "d"), Place::At(1));
        assert_eq!(place(&names("DE De"), "de"), Place::Twice);
        assert_eq!(place(&header, "x"), Place::Nowhere);
    }

    #[test]
    fn a_near_name_is_told() {
        let header = names("visitid Household_ID kode");
        assert_eq!(near(&header, "visit_id"), " Did you mean `visitid`?");
        assert_eq!(near(&header, "houshold_id"), " Did you mean `Household_ID`?");
        assert_eq!(near(&header, "village_code"), "");
    }
}
