//! The first sheet: a row an area, numbers as numbers, and a word where a figure is not told.

use rust_xlsxwriter::{ColNum, Format, IgnoreError, RowNum, Worksheet, XlsxError};

use super::Workbook;
use super::cell::{Cell, Look};
use super::columns::Column;
use crate::domain::geography::Geography;
use crate::domain::indicator::Theme;
use crate::encode::origin;
use crate::protect::field::Value;
use crate::protect::{Feature, Field, Status};

const SHARES: [&str; 8] = [
    "share",
    "share_moe95",
    "share_low",
    "share_high",
    "share_estimate",
    "share_estimate_moe95",
    "share_surveyed",
    "share_surveyed_moe95",
];

/// Columns that stay in sight: code and name.
const KEPT: ColNum = 2;

pub(super) fn fill(
    sheet: &mut Worksheet,
    book: &Workbook<'_>,
    columns: &[Column],
) -> Result<(), XlsxError> {
    let theme = book.layer.theme();
    let heading = Look::Heading.format();
    for (at, column) in (0..).zip(columns) {
        sheet.set_column_width(at, width(column))?;
        sheet.write_string_with_format(0, at, &column.title, &heading)?;
    }
    let looks: Vec<Look> = columns.iter().map(|column| look(&column.name, theme)).collect();
    let formats: Vec<Format> = looks.iter().map(|look| look.format()).collect();
    let word = Look::Word.format();
    let fields = Field::all(theme);
    for (row, (index, feature)) in (1..).zip(book.layer.features().iter().enumerate()) {
        let cells = cells(book, &fields, (index, feature));
        for (column, (cell, (look, format))) in
            (0..).zip(cells.iter().zip(looks.iter().zip(&formats)))
        {
            let is_word = matches!(cell, Cell::Text(_)) && *look != Look::Plain;
            cell.write(sheet, (row, column), if is_word { &word } else { format })?;
        }
    }
    let rows = RowNum::try_from(book.layer.features().len()).unwrap_or(RowNum::MAX);
    let last = ColNum::try_from(columns.len() - 1).unwrap_or(ColNum::MAX);
    // Codes are digits and no numbers.
    sheet.ignore_error_range(0, 0, rows, last, IgnoreError::NumberStoredAsText)?;
    sheet.autofilter(0, 0, rows, last)?;
    sheet.set_freeze_panes(1, KEPT)?.set_repeat_rows(0, 0)?.set_landscape();
    Ok(())
}

/// The cells of a row, as the CSV has its values.
fn cells<'a>(
    book: &Workbook<'a>,
    fields: &[Field],
    (index, feature): (usize, &'a Feature),
) -> Vec<Cell<'a>> {
    let of_field = |field: &Field| cell(book, field, feature);
    let mut cells: Vec<Cell<'a>> = fields.iter().map(of_field).collect();
    let [_, release, regions, protection] = origin(book.layer, book.label);
    let theme = book.words.text(&book.layer.theme().title).to_owned();
    cells.push(Cell::Text(theme.into()));
    cells.extend([release, regions, protection].map(|text| Cell::Text(text.into())));
    if let Some(compared) = book.compared {
        let change = &compared.changes[index];
        let whole = |count: Option<i64>| count.map_or(Cell::Empty, |it| Cell::Number(number(it)));
        cells.extend([
            whole(change.previous),
            whole(change.change),
            change.change_moe95.map_or(Cell::Empty, Cell::Number),
            change.coverage_change.map_or(Cell::Empty, Cell::Number),
            Cell::Text(compared.with.as_str().into()),
        ]);
    }
    cells
}

fn cell<'a>(book: &Workbook<'_>, field: &Field, feature: &'a Feature) -> Cell<'a> {
    let geography = book.layer.geography();
    let status = || book.words.say(&format!("status.{}", feature.status.name()), &[]);
    match (field.name.as_str(), field.value(feature, geography)) {
        ("status", _) => Cell::Text(status().into()),
        ("level", _) => Cell::Text(level(book, geography).into()),
        ("count" | "share" | "share_estimate" | "density_km2", None)
            if feature.status != Status::Value =>
        {
            Cell::Text(status().into())
        }
        (_, None) => Cell::Empty,
        (_, Some(Value::Text(text))) => Cell::Text(text),
        (_, Some(Value::Whole(whole))) => Cell::Number(number(whole)),
        (_, Some(Value::Number(number))) => Cell::Number(number),
        (_, Some(Value::Truth(truth))) => Cell::Truth(truth),
    }
}

fn level(book: &Workbook<'_>, geography: Geography) -> String {
    match geography {
        Geography::Region(level) => book.words.say(&format!("level.{}", level.name()), &[]),
        Geography::Hexagon(_) => geography.name().to_owned(),
    }
}

fn look(column: &str, theme: &Theme) -> Look {
    let is_rate = theme.rates.iter().any(|rate| rate.name == column);
    let is_part = theme.breakdown.iter().any(|part| part.name() == column);
    match column {
        "coverage" | "coverage_moe95" | "coverage_change" => Look::PerCent,
        _ if SHARES.contains(&column) => Look::PerCent,
        "density_km2" => Look::Number,
        "share_of_year" => Look::Year,
        "households" | "known_households" | "known_of" | "count" | "moe95" | "share_of_value"
        | "previous" | "change" | "change_moe95" => Look::Whole,
        _ if is_rate => Look::PerCent,
        _ if is_part => Look::Whole,
        _ => Look::Plain,
    }
}

/// In letters.
fn width(column: &Column) -> f64 {
    match column.name.as_str() {
        "name" | "share_of_source" => 26.0,
        "code" | "parent" | "level" => 18.0,
        _ => 13.0,
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are fewer than 2^52")]
const fn number(count: i64) -> f64 {
    count as f64
}
