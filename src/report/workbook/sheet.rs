//! A sheet's rows as XML (ISO/IEC 29500, `SpreadsheetML`), written as they come.

use std::borrow::Cow;
use std::fmt::Write;
use std::io;

use super::zip::Part;

/// How a cell looks: its place among the `cellXfs` of [`super::package::STYLES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    Heading,
    Wrapped,
    /// A word where a figure would be.
    Word,
    Whole,
    PerCent,
    Number,
    Year,
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell<'a> {
    /// Never a formula, whatever it begins with.
    Text(Cow<'a, str>),
    Number(f64),
    Truth(bool),
    Empty,
}

/// Letters that a cell holds.
const MOST_LETTERS: usize = 32_767;

/// A sheet being written.
pub(super) struct Sheet {
    part: Part,
    rows: u32,
}

impl Sheet {
    /// Begins a sheet with columns so wide, in letters; rows and columns above and left of `frozen` stay in
    /// sight.
    pub fn new(widths: &[f64], frozen: Option<&str>) -> io::Result<Self> {
        let mut head = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet \
             xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetViews><sheetView \
             workbookViewId=\"0\">",
        );
        head.extend(
            frozen
                .map(|pane| format!("<pane {pane} activePane=\"bottomRight\" state=\"frozen\"/>")),
        );
        head.push_str("</sheetView></sheetViews><cols>");
        for (at, width) in widths.iter().enumerate() {
            let column = at + 1;
            head.push_str(&format!(
                "<col min=\"{column}\" max=\"{column}\" width=\"{width}\" customWidth=\"1\"/>"
            ));
        }
        head.push_str("</cols><sheetData>");
        let mut sheet = Self { part: Part::new(), rows: 0 };
        sheet.part.text(&head)?;
        Ok(sheet)
    }

    /// Adds a row.
    #[expect(single_use_lifetimes, reason = "an `impl` in an argument can't leave it out")]
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = (Cell<'a>, Look)>) -> io::Result<()> {
        self.rows += 1;
        let mut text = format!("<row r=\"{}\">", self.rows);
        for (at, (cell, look)) in cells.into_iter().enumerate() {
            write_cell(&mut text, &format!("{}{}", letters(at), self.rows), &cell, look);
        }
        text.push_str("</row>");
        self.part.text(&text)
    }

    /// Ends it with what comes after the rows.
    pub fn finish(mut self, after: &str) -> io::Result<Part> {
        self.part.text("</sheetData>")?;
        self.part.text(after)?;
        self.part.text("</worksheet>")?;
        Ok(self.part)
    }
}

fn write_cell(text: &mut String, at: &str, cell: &Cell<'_>, look: Look) {
    let style = look as usize;
    let written = match cell {
        Cell::Text(words) => write!(
            text,
            "<c r=\"{at}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
            escaped(words)
        ),
        Cell::Number(number) if number.is_finite() => {
            write!(text, "<c r=\"{at}\" s=\"{style}\"><v>{number}</v></c>")
        }
        Cell::Truth(truth) => {
            write!(text, "<c r=\"{at}\" s=\"{style}\" t=\"b\"><v>{}</v></c>", u8::from(*truth))
        }
        Cell::Number(_) | Cell::Empty => Ok(()),
    };
    written.expect("a text takes what is written to it");
}

/// A column as sheets name it: A, B, ... Z, AA.
pub(super) fn letters(column: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(column % 26).expect("it is below 26"));
    match column / 26 {
        0 => letter.to_string(),
        before => format!("{}{letter}", letters(before - 1)),
    }
}

/// A text as XML holds it: what XML has no letter for becomes one that says so, and what is longer than a
/// cell is cut.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, letter) in text.chars().enumerate() {
        match letter {
            _ if at == MOST_LETTERS - 1 => {
                escaped.push('…');
                break;
            }
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(letter),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_sheets_name_them() {
        assert_eq!(
            [0, 25, 26, 51, 52, 701, 702].map(letters),
            ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
        );
    }

    #[test]
    fn a_text_is_held_whatever_it_is() {
        assert_eq!(escaped("<a & \"b\">\u{1}"), "&lt;a &amp; &quot;b&quot;&gt;\u{fffd}");
        assert_eq!(escaped(&"x".repeat(40_000)).chars().count(), MOST_LETTERS);
    }
}
