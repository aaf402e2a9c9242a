//! Names of regions, so written that two spellings of one name are equal.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What a word before a name says of the region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hint {
    Province,
    Regency,
    City,
    District,
    Village,
}

/// A name in lower case, without accents and marks, and what its first words say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub full: String,
    core_at: usize,
    pub hint: Option<Hint>,
}

impl Name {
    pub fn new(text: &str) -> Self {
        let full = folded(text);
        let (mut core_at, mut hint) = (0, None);
        // A word that is all there is, is the name.
        while let Some((word, _)) = full[core_at..].split_once(' ') {
            let Some(said) = prefix(word) else { break };
            hint = hint.or(said);
            core_at += word.len() + 1;
        }
        Self { full, core_at, hint }
    }

    /// The name without `kab.`, `kota` and their like.
    pub fn core(&self) -> &str {
        &self.full[self.core_at..]
    }
}

/// Whether a word only says what kind of region follows, and which, if it says so.
fn prefix(word: &str) -> Option<Option<Hint>> {
    Some(match word {
        "prov" | "provinsi" | "propinsi" | "province" => Some(Hint::Province),
        "kab" | "kabupaten" | "regency" => Some(Hint::Regency),
        "kota" | "kotamadya" | "city" => Some(Hint::City),
        "kec" | "kecamatan" | "district" => Some(Hint::District),
        "desa" | "ds" | "kel" | "kelurahan" | "village" => Some(Hint::Village),
        "adm" | "administrasi" => None,
        _ => return None,
    })
}

fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let letters =
        text.nfd().filter(|letter| !is_combining_mark(*letter) && !is_apostrophe(*letter));
    for letter in letters.flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() {
            folded.push(letter);
        } else if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// It stands within a word, or is left out.
const fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '`' | '\u{2018}' | '\u{2019}' | '\u{2bc}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_marks_do_not_matter() {
        for text in ["Qávil-Xe\u{301}m", "  QAVIL  XEM.", "Qa'vil/xem", "qavil xem"] {
            assert_eq!(Name::new(text).full, "qavil xem", "{text}");
        }
    }

    #[test]
    fn what_stands_before_a_name_is_a_hint() {
        for (text, core, hint) in [
            ("Kab. Zovil", "zovil", Some(Hint::Regency)),
            ("kota adm.Zovil", "zovil", Some(Hint::City)),
            ("Desa Kota Zovil", "zovil", Some(Hint::Village)),
            ("Kota", "kota", None),
            ("Zovil kota", "zovil kota", None),
            ("", "", None),
        ] {
            let name = Name::new(text);
            assert_eq!((name.core(), name.hint), (core, hint), "{text}");
        }
    }
}
