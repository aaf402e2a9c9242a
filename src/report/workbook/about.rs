//! The second sheet: what the figures are of, whence they come, what must be known of them, and what each
//! column holds.

use rust_xlsxwriter::{ColNum, RowNum, Worksheet, XlsxError};

use super::Workbook;
use super::cell::Look;
use super::columns::Column;
use crate::analyse::Measure;
use crate::report::notes::{caption, notes, remainder};

/// Room for a paragraph and for names, in letters.
const WIDTHS: [f64; 3] = [96.0, 30.0, 24.0];

pub(super) fn fill(
    sheet: &mut Worksheet,
    book: &Workbook<'_>,
    columns: &[Column],
) -> Result<(), XlsxError> {
    let words = book.words;
    let (heading, wrapped) = (Look::Heading.format(), Look::Wrapped.format());
    for (at, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(at, width)?;
    }
    let mut rows: std::ops::RangeFrom<RowNum> = 0..;
    let mut write = |texts: &[&str], format| {
        let row = rows.next().expect("it has no end");
        for (column, text) in (0 as ColNum..).zip(texts) {
            sheet.write_string_with_format(row, column, *text, format)?;
        }
        Ok::<(), XlsxError>(())
    };
    write(&[&book.title()], &heading)?;
    for paragraph in paragraphs(book) {
        write(&[&paragraph], &wrapped)?;
    }
    write(&[], &wrapped)?;
    let heads = ["sheet.says", "sheet.column", "sheet.name"].map(|key| words.say(key, &[]));
    write(&heads.each_ref().map(String::as_str), &heading)?;
    for column in columns {
        let says = if column.says.is_empty() { &column.title } else { &column.says };
        write(&[says, &column.title, &column.name], &wrapped)?;
    }
    sheet.set_landscape();
    Ok(())
}

fn paragraphs(book: &Workbook<'_>) -> Vec<String> {
    let words = book.words;
    let filter = book.filter.map(|filter| words.say("sheet.filter", &[("filter", filter)]));
    let compared = book.compared.map(|compared| {
        let (with, release) = (compared.with.as_str(), book.label.release.as_str());
        words.say("sheet.compared", &[("other", with), ("release", release)])
    });
    let caption = caption(book.layer, book.place, words);
    let remainder = remainder(book.layer, book.place, words);
    let below = notes(book.layer, Measure::Share, book.label, words);
    [Some(caption), filter, compared, remainder].into_iter().flatten().chain(below).collect()
}
