//! Parsing the columns of visits at the door: text in, typed columns out.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Float64Builder, StringBuilder, TimestampMicrosecondBuilder,
    UInt8Builder, UInt16Builder, UInt32Builder, UInt64Array, UInt64Builder,
};
use arrow::compute::kernels::cast_utils::string_to_datetime;
use chrono::FixedOffset;

use super::degrees::{self, Axis};
use super::error::{Problem, RowProblem};
use crate::domain::code::{CodeForm, CodeSystem, RegionCode};
use crate::domain::visit::{FieldKind, VisitField, pack_code, unpack_code};
use crate::read::values::{self, CodeText, shorten};

/// What a reader must know of the regions to read visits: how their codes are written, and what local
/// time is in each province.
#[derive(Debug, Clone)]
pub struct Locale {
    pub system: CodeSystem,
    /// The digits of a province's code, and minutes ahead of UTC; ascending.
    pub offsets_min: Vec<(u64, i16)>,
    /// Minutes ahead of UTC where the province is unknown.
    pub otherwise_min: i16,
}

impl Locale {
    /// Minutes ahead of UTC in the province of a code.
    pub fn offset_min(&self, code: Option<RegionCode>) -> i16 {
        let province = code.map(|code| code.prefix(2).digits());
        let known = province.and_then(|province| {
            self.offsets_min.binary_search_by_key(&province, |&(code, _)| code).ok()
        });
        known.map_or(self.otherwise_min, |at| self.offsets_min[at].1)
    }
}

/// The texts of one column: `get` gives a row's, trimmed, or `None` where it is empty.
pub struct Texts<'a> {
    pub field: VisitField,
    pub rows: usize,
    pub get: &'a dyn Fn(usize) -> Option<&'a str>,
}

/// What a column was parsed with besides its own texts.
pub struct Beside<'a> {
    pub locale: &'a Locale,
    /// The fields whose doubtful values were accepted, as bits.
    pub accepted: u32,
    /// The declared codes of the same rows, where they are parsed already.
    pub codes: Option<&'a UInt64Array>,
    /// One bit a field, set where a value was doubtful.
    pub doubtful: &'a mut [u32],
}

/// Parses a column of texts into the type of its field.
///
/// # Errors
/// [`RowProblem`] of the first row that can't be read without its value.
pub fn column(texts: &Texts<'_>, beside: &mut Beside<'_>) -> Result<ArrayRef, RowProblem> {
    match texts.field.kind() {
        FieldKind::Text => text_column(texts),
        FieldKind::Word(words) => Ok(word_column(texts, words, beside)),
        FieldKind::Code => code_column(texts, beside),
        FieldKind::Time => time_column(texts, beside),
        FieldKind::Whole(least, most) => whole_column(texts, least..=most, beside),
        FieldKind::Real(least, most) => Ok(real_column(texts, least..=most, beside)),
        FieldKind::Degrees => Ok(degrees_column(texts)),
        FieldKind::Flag => Ok(flag_column(texts, beside)),
    }
}

fn text_column(texts: &Texts<'_>) -> Result<ArrayRef, RowProblem> {
    let required = texts.field.need() == crate::domain::visit::Need::Required;
    let mut column = StringBuilder::with_capacity(texts.rows, texts.rows * 16);
    for row in 0..texts.rows {
        match (texts.get)(row) {
            None if required => return Err(texts.empty(row)),
            text => column.append_option(text),
        }
    }
    Ok(Arc::new(column.finish()))
}

fn word_column(texts: &Texts<'_>, words: &[&str], beside: &mut Beside<'_>) -> ArrayRef {
    let mut column = StringBuilder::new();
    for row in 0..texts.rows {
        let text = (texts.get)(row);
        let word = text.filter(|text| words.contains(text));
        column.append_option(word);
        beside.doubt(texts.field, row, text.is_some() && word.is_none());
    }
    Arc::new(column.finish())
}

fn code_column(texts: &Texts<'_>, beside: &mut Beside<'_>) -> Result<ArrayRef, RowProblem> {
    let mut column = UInt64Builder::with_capacity(texts.rows);
    for row in 0..texts.rows {
        let text = (texts.get)(row);
        let code = match text.map(|text| (text, values::code(text))) {
            Some((text, CodeText::Code(_, CodeForm::Dotted)))
                if beside.locale.system != CodeSystem::Kemendagri =>
            {
                let system = beside.locale.system.name();
                let problem = Problem::DottedCode { text: text.to_owned(), system };
                return Err(RowProblem { offset: row, problem });
            }
            Some((text, CodeText::Rewritten)) if beside.accepted & texts.field.bit() == 0 => {
                let problem = Problem::RewrittenCode { text: shorten(text) };
                return Err(RowProblem { offset: row, problem });
            }
            Some((_, CodeText::Code(code, _))) => Some(pack_code(code)),
            _ => None,
        };
        beside.doubt(texts.field, row, text.is_some() && code.is_none());
        column.append_option(code);
    }
    Ok(Arc::new(column.finish()))
}

fn time_column(texts: &Texts<'_>, beside: &mut Beside<'_>) -> Result<ArrayRef, RowProblem> {
    let mut column = TimestampMicrosecondBuilder::with_capacity(texts.rows);
    for row in 0..texts.rows {
        let text = (texts.get)(row);
        let time = text.and_then(|text| time_us(text, beside.offset_min(row)));
        match (texts.field, text) {
            (VisitField::StartedAt, None) => return Err(texts.empty(row)),
            (VisitField::StartedAt, Some(text)) if time.is_none() => {
                return Err(RowProblem {
                    offset: row,
                    problem: Problem::Time { text: shorten(text) },
                });
            }
            _ => beside.doubt(texts.field, row, text.is_some() && time.is_none()),
        }
        column.append_option(time);
    }
    Ok(Arc::new(column.finish().with_timezone("UTC")))
}

/// Microseconds since 1970 in UTC of an ISO 8601 time, which is local at `offset_min` where it has no
/// offset of its own.
fn time_us(text: &str, offset_min: i16) -> Option<i64> {
    let zone = FixedOffset::east_opt(i32::from(offset_min) * 60)?;
    let time = string_to_datetime(&zone, text).ok();
    let time = time.or_else(|| string_to_datetime(&zone, &with_seconds(text)?).ok())?;
    Some(time.timestamp_micros())
}

/// The text of a time without seconds, `2021-03-04T09:05`, with them.
fn with_seconds(text: &str) -> Option<String> {
    let (minute, offset) = text.split_at_checked(16)?;
    let is_minute = minute.as_bytes()[13] == b':' && !offset.starts_with(':');
    is_minute.then(|| format!("{minute}:00{offset}"))
}

fn whole_column(
    texts: &Texts<'_>,
    range: std::ops::RangeInclusive<u32>,
    beside: &mut Beside<'_>,
) -> Result<ArrayRef, RowProblem> {
    let mut values = Vec::with_capacity(texts.rows);
    for row in 0..texts.rows {
        let text = (texts.get)(row);
        let value = text.and_then(whole).filter(|value| range.contains(value));
        if texts.field == VisitField::Outcome && value.is_none() {
            let outcome = |text: &str| Problem::Outcome { text: shorten(text) };
            let problem = text.map_or(Problem::Empty { field: texts.field }, outcome);
            return Err(RowProblem { offset: row, problem });
        }
        beside.doubt(texts.field, row, text.is_some() && value.is_none());
        values.push(value);
    }
    Ok(narrow(texts.field, &values))
}

fn whole(text: &str) -> Option<u32> {
    values::whole(text)?.try_into().ok()
}

/// Packs whole numbers into the bits of their field. All of them are in its range.
pub fn narrow(field: VisitField, values: &[Option<u32>]) -> ArrayRef {
    let FieldKind::Whole(_, most) = field.kind() else {
        unreachable!("only whole fields are narrowed")
    };
    if most <= 0xff {
        let mut column = UInt8Builder::with_capacity(values.len());
        values.iter().for_each(|value| column.append_option(value.map(|value| value as u8)));
        return Arc::new(column.finish());
    }
    if most <= 0xffff {
        let mut column = UInt16Builder::with_capacity(values.len());
        values.iter().for_each(|value| column.append_option(value.map(|value| value as u16)));
        return Arc::new(column.finish());
    }
    let mut column = UInt32Builder::with_capacity(values.len());
    values.iter().for_each(|value| column.append_option(*value));
    Arc::new(column.finish())
}

fn real_column(
    texts: &Texts<'_>,
    range: std::ops::RangeInclusive<f64>,
    beside: &mut Beside<'_>,
) -> ArrayRef {
    let mut column = Float64Builder::with_capacity(texts.rows);
    for row in 0..texts.rows {
        let text = (texts.get)(row);
        let value = text.and_then(values::real).filter(|value| range.contains(value));
        beside.doubt(texts.field, row, text.is_some() && value.is_none());
        column.append_option(value);
    }
    Arc::new(column.finish())
}

/// Degrees that can't be read are null; their text stands in the column of position texts.
fn degrees_column(texts: &Texts<'_>) -> ArrayRef {
    let mut column = Float64Builder::with_capacity(texts.rows);
    for row in 0..texts.rows {
        column.append_option(
            (texts.get)(row).and_then(|text| degrees::parse(text, axis(texts.field))),
        );
    }
    Arc::new(column.finish())
}

const fn axis(field: VisitField) -> Axis {
    match field {
        VisitField::Latitude => Axis::Latitude,
        _ => Axis::Longitude,
    }
}

fn flag_column(texts: &Texts<'_>, beside: &mut Beside<'_>) -> ArrayRef {
    let mut column = BooleanBuilder::with_capacity(texts.rows);
    for row in 0..texts.rows {
        let text = (texts.get)(row);
        let flag = text.and_then(values::flag);
        beside.doubt(texts.field, row, text.is_some() && flag.is_none());
        column.append_option(flag);
    }
    Arc::new(column.finish())
}

impl Texts<'_> {
    const fn empty(&self, row: usize) -> RowProblem {
        RowProblem { offset: row, problem: Problem::Empty { field: self.field } }
    }
}

impl Beside<'_> {
    pub fn doubt(&mut self, field: VisitField, row: usize, is_doubtful: bool) {
        if is_doubtful {
            self.doubtful[row] |= field.bit();
        }
    }

    /// Minutes ahead of UTC in the declared province of a row.
    pub fn offset_min(&self, row: usize) -> i16 {
        use arrow::array::Array;
        let code = self.codes.filter(|codes| codes.is_valid(row));
        self.locale.offset_min(code.and_then(|codes| unpack_code(codes.value(row))))
    }
}
