//! A layer as CSV (RFC 4180): a header, a line a feature, CRLF; null is empty.

use std::borrow::Cow;
use std::io;

use csv::{Terminator, WriterBuilder};

use super::head::{ORIGIN, origin};
use super::{Compared, ReleaseLabel};
use crate::protect::field::Value;
use crate::protect::{Field, Layer};

/// The columns at the end, where what changed since another release is told.
pub(crate) const CHANGE: [&str; 5] =
    ["previous", "change", "change_moe95", "coverage_change", "compared_with"];

/// For what reads the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    /// For programs: RFC 4180, texts as they are.
    #[default]
    Rfc4180,
    /// For a spreadsheet, which opens the file with the separators of its own language, takes it for Latin-1
    /// without a byte order mark, and computes what begins like a formula.
    Spreadsheet { separators: Separators },
}

/// The separators of a spreadsheet's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separators {
    /// Columns by `;`, decimals by `,`, as in Indonesian.
    SemicolonAndComma,
    /// Columns by `,`, decimals by `.`, as in English.
    CommaAndPoint,
}

impl Dialect {
    /// The bytes before the first line.
    pub(crate) const fn byte_order_mark(self) -> &'static [u8] {
        match self {
            Self::Rfc4180 => b"",
            Self::Spreadsheet { .. } => "\u{feff}".as_bytes(),
        }
    }

    /// The character between fields.
    pub(crate) const fn delimiter(self) -> u8 {
        match self {
            Self::Spreadsheet { separators: Separators::SemicolonAndComma } => b';',
            Self::Spreadsheet { separators: Separators::CommaAndPoint } | Self::Rfc4180 => b',',
        }
    }

    /// A text; for a spreadsheet one that would be a formula has an apostrophe before it.
    pub(crate) fn text(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Spreadsheet { .. } => as_text(text),
            Self::Rfc4180 => Cow::Borrowed(text),
        }
    }

    /// A number.
    pub(crate) fn number(self, number: &impl ToString) -> String {
        let text = number.to_string();
        match self {
            Self::Spreadsheet { separators: Separators::SemicolonAndComma } => {
                text.replace('.', ",")
            }
            Self::Spreadsheet { separators: Separators::CommaAndPoint } | Self::Rfc4180 => text,
        }
    }
}

/// A text that no spreadsheet computes: one that would be a formula has an apostrophe before it.
pub(crate) fn as_text(text: &str) -> Cow<'_, str> {
    if begins_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Whether a spreadsheet may compute a text: by its first character, in full width too, also where white
/// space stands before it, which some cut off.
fn begins_formula(text: &str) -> bool {
    text.starts_with(['\t', '\r', '\n'])
        || text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// Writes a layer: the fields of its features, then whence each line comes, and who may see it.
///
/// # Errors
/// Those of the writer alone.
pub fn write(
    layer: &Layer,
    label: &ReleaseLabel,
    compared: Option<Compared<'_>>,
    out: &mut impl io::Write,
) -> io::Result<()> {
    write_in(Dialect::Rfc4180, layer, (label, compared), out)
}

/// As [`write`], in a dialect.
///
/// # Errors
/// Those of the writer alone.
pub fn write_in(
    dialect: Dialect,
    layer: &Layer,
    (label, compared): (&ReleaseLabel, Option<Compared<'_>>),
    out: &mut impl io::Write,
) -> io::Result<()> {
    out.write_all(dialect.byte_order_mark())?;
    let mut builder = WriterBuilder::new();
    builder.terminator(Terminator::CRLF).delimiter(dialect.delimiter());
    let mut writer = builder.from_writer(out);
    let fields = Field::all(layer.theme());
    let names = fields.iter().map(|field| field.name.as_str()).chain(ORIGIN);
    writer.write_record(names.chain(compared.iter().flat_map(|_| CHANGE)))?;
    let origin = origin(layer, label);
    for (index, feature) in layer.features().iter().enumerate() {
        for field in &fields {
            let value = field.value(feature, layer.geography());
            writer.write_field(value.map_or_else(String::new, |value| told(dialect, &value)))?;
        }
        for text in origin {
            writer.write_field(&*dialect.text(text))?;
        }
        writer.write_record(compared.iter().flat_map(|one| change(dialect, one, index)))?;
    }
    writer.flush()
}

fn told(dialect: Dialect, value: &Value<'_>) -> String {
    match value {
        Value::Text(text) => dialect.text(text).into_owned(),
        Value::Number(number) => dialect.number(number),
        Value::Whole(_) | Value::Truth(_) => value.to_string(),
    }
}

fn change(dialect: Dialect, compared: &Compared<'_>, index: usize) -> [String; CHANGE.len()] {
    let change = &compared.changes[index];
    let with = dialect.text(&compared.with.to_string()).into_owned();
    [
        number(dialect, &change.previous),
        number(dialect, &change.change),
        number(dialect, &change.change_moe95),
        number(dialect, &change.coverage_change),
        with,
    ]
}

fn number<T: ToString>(dialect: Dialect, value: &Option<T>) -> String {
    value.as_ref().map_or_else(String::new, |value| dialect.number(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDONESIAN: Dialect = Dialect::Spreadsheet { separators: Separators::SemicolonAndComma };

    #[test]
    fn a_text_is_no_formula_in_a_spreadsheet_and_as_it_is_elsewhere() {
        for text in ["=1+1", "+62", "-Xuvil", "@SUM(A1)", "\t=1", "\r=1", "\nx", " =1", "＝1"] {
            assert_eq!(INDONESIAN.text(text), format!("'{text}"));
            assert_eq!(Dialect::Rfc4180.text(text), text);
        }
        for text in ["", "Xuvil", "Xu-vil", "1+1", "'x", "0101"] {
            assert_eq!(INDONESIAN.text(text), text);
        }
    }

    #[test]
    fn a_number_has_the_separator_of_the_language() {
        let english = Dialect::Spreadsheet { separators: Separators::CommaAndPoint };
        assert_eq!(INDONESIAN.number(&-0.125), "-0,125");
        assert_eq!([english, Dialect::Rfc4180].map(|it| it.number(&-0.125)), ["-0.125"; 2]);
        assert_eq!(INDONESIAN.number(&-1_234), "-1234");
    }
}
