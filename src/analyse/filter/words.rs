//! The words of a CQL2 text.

use super::FilterError;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Word {
    /// A keyword or a name, as it is written.
    Name(String),
    /// A name in double quotes, which is never a keyword.
    Quoted(String),
    Text(String),
    Number(f64),
    /// A bracket, a comma, a comparison or an operator of arithmetic.
    Sign(&'static str),
}

/// The longest first, so that `<=` is not read as `<`.
const SIGNS: [&str; 14] = ["<>", "<=", ">=", "=", "<", ">", "(", ")", ",", "+", "-", "*", "/", "^"];

impl Word {
    /// As a refusal names it.
    pub fn told(&self) -> String {
        match self {
            Self::Name(text) | Self::Quoted(text) | Self::Text(text) => {
                format!("`{}`", text.chars().take(40).collect::<String>())
            }
            Self::Number(number) => format!("`{number}`"),
            Self::Sign(sign) => format!("`{sign}`"),
        }
    }

    /// Whether it is this keyword, in any case.
    pub fn is(&self, keyword: &str) -> bool {
        matches!(self, Self::Name(name) if name.eq_ignore_ascii_case(keyword))
    }
}

/// Cuts a text into words.
pub(super) fn words(text: &str) -> Result<Vec<Word>, FilterError> {
    let mut rest = text.trim_start();
    let mut words = Vec::new();
    // Whether white space stands before `rest`.
    let mut is_apart = true;
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '\'' => quoted(rest, '\'').map(|(text, after)| (Word::Text(text), after))?,
            '"' => quoted(rest, '"').map(|(text, after)| (Word::Quoted(text), after))?,
            _ if begins_number(rest, words.last(), is_apart) => number(rest)?,
            _ if first.is_alphabetic() || first == '_' => name(rest),
            _ => sign(rest)?,
        };
        words.push(word);
        rest = after.trim_start();
        is_apart = rest.len() < after.len();
    }
    Ok(words)
}

/// A text between quotes, in which a doubled quote stands for one.
fn quoted(text: &str, quote: char) -> Result<(String, &str), FilterError> {
    let mut inside = String::new();
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character != quote {
            inside.push(character);
        } else if characters.next_if(|(_, next)| *next == quote).is_some() {
            inside.push(quote);
        } else {
            return Ok((inside, &text[at + quote.len_utf8()..]));
        }
    }
    Err(FilterError::Unexpected { found: "its end".to_owned(), expected: "a closing quote" })
}

/// A sign before a digit belongs to the number, unless it directly follows a value: `88 -2` is two numbers,
/// as the corner of a shape has them, and `88-2` is none, since there is no arithmetic.
fn begins_number(text: &str, before: Option<&Word>, is_apart: bool) -> bool {
    let unsigned = text.strip_prefix(['-', '+']);
    let digits = unsigned.unwrap_or(text);
    let is_number =
        digits.strip_prefix('.').unwrap_or(digits).starts_with(|it: char| it.is_ascii_digit());
    let after_value = match before {
        Some(Word::Text(_) | Word::Number(_) | Word::Quoted(_)) => true,
        Some(Word::Sign(sign)) => *sign == ")",
        // It may be a keyword.
        Some(Word::Name(_)) | None => false,
    };
    is_number && (unsigned.is_none() || is_apart || !after_value)
}

fn number(text: &str) -> Result<(Word, &str), FilterError> {
    let mut end = 1;
    let bytes = text.as_bytes();
    while end < bytes.len() {
        let is_sign_of_exponent =
            matches!(bytes[end], b'+' | b'-') && matches!(bytes[end - 1], b'e' | b'E');
        if !(bytes[end].is_ascii_alphanumeric() || bytes[end] == b'.' || is_sign_of_exponent) {
            break;
        }
        end += 1;
    }
    let number = text[..end].parse().ok().filter(|number: &f64| number.is_finite());
    let number = number.ok_or_else(|| FilterError::Unexpected {
        found: format!("`{}`", text[..end].chars().take(40).collect::<String>()),
        expected: "a number",
    })?;
    Ok((Word::Number(number), &text[end..]))
}

fn name(text: &str) -> (Word, &str) {
    let is_inside = |character: char| character.is_alphanumeric() || "_.:".contains(character);
    let end = text.find(|character| !is_inside(character)).unwrap_or(text.len());
    (Word::Name(text[..end].to_owned()), &text[end..])
}

fn sign(text: &str) -> Result<(Word, &str), FilterError> {
    let found = SIGNS.iter().find_map(|sign| Some((*sign, text.strip_prefix(sign)?)));
    let (sign, after) = found.ok_or_else(|| FilterError::Unexpected {
        found: format!("`{}`", text.chars().take(1).collect::<String>()),
        expected: "a property, a value or an operator",
    })?;
    Ok((Word::Sign(sign), after))
}
