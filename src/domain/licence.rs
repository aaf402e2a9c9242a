//! Under which licence boundaries may be shown: a line that stands beside them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Letters of a line that still has room below a map.
const MOST: usize = 300;

/// A line of plain text, for example `CC BY 4.0, © the mapping agency`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Licence(String);

impl Licence {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a licence is one line of 1 to {MOST} letters, for example `CC BY 4.0`")]
pub struct LicenceError;

impl FromStr for Licence {
    type Err = LicenceError;

    fn from_str(text: &str) -> Result<Self, LicenceError> {
        let text = text.trim();
        let fits = (1..=MOST).contains(&text.chars().count()) && !text.contains(char::is_control);
        fits.then(|| Self(text.to_owned())).ok_or(LicenceError)
    }
}

impl TryFrom<String> for Licence {
    type Error = LicenceError;

    fn try_from(text: String) -> Result<Self, LicenceError> {
        text.parse()
    }
}

impl From<Licence> for String {
    fn from(licence: Licence) -> Self {
        licence.0
    }
}

impl fmt::Display for Licence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_line_that_is_not_empty() {
        assert_eq!(" CC BY 4.0 ".parse::<Licence>().unwrap().as_str(), "CC BY 4.0");
        for wrong in ["", "  ", "one\ntwo", &"x".repeat(MOST + 1)] {
            assert_eq!(wrong.parse::<Licence>(), Err(LicenceError), "{wrong:?}");
        }
    }
}
