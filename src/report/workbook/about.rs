//! The second sheet: what the figures are of, whence they come, what must be known of them, and what each
//! column holds.

use std::borrow::Cow;
use std::io;

use super::Workbook;
use super::columns::Column;
use super::sheet::{Cell, Look, Sheet};
use super::zip::Part;
use crate::analyse::Measure;
use crate::report::notes::{caption, notes};

/// Room for a paragraph and for names, in letters.
const WIDTHS: [f64; 3] = [96.0, 30.0, 24.0];

pub(super) fn sheet(book: &Workbook<'_>, columns: &[Column]) -> io::Result<Part> {
    let words = book.words;
    let text = |text: &str| Cell::Text(Cow::Owned(text.to_owned()));
    let mut sheet = Sheet::new(&WIDTHS, None)?;
    sheet.row([(text(&book.title()), Look::Heading)])?;
    for paragraph in paragraphs(book) {
        sheet.row([(text(&paragraph), Look::Wrapped)])?;
    }
    sheet.row([])?;
    let heads = ["sheet.says", "sheet.column", "sheet.name"].map(|key| words.say(key, &[]));
    sheet.row(heads.map(|head| (text(&head), Look::Heading)))?;
    for column in columns {
        let says = if column.says.is_empty() { &column.title } else { &column.says };
        let row = [says, &column.title, &column.name];
        sheet.row(row.map(|words| (text(words), Look::Wrapped)))?;
    }
    sheet.finish("<pageSetup orientation=\"landscape\"/>")
}

fn paragraphs(book: &Workbook<'_>) -> Vec<String> {
    let words = book.words;
    let filter = book.filter.map(|filter| words.say("sheet.filter", &[("filter", filter)]));
    let compared = book.compared.map(|compared| {
        let (with, release) = (compared.with.as_str(), book.label.release.as_str());
        words.say("sheet.compared", &[("other", with), ("release", release)])
    });
    let caption = caption(book.layer, book.place, words);
    let below = notes(book.layer, Measure::Share, book.label, words);
    [Some(caption), filter, compared].into_iter().flatten().chain(below).collect()
}
