//! A cell: what it holds and how it looks.

use std::borrow::Cow;

use rust_xlsxwriter::{ColNum, Color, Format, FormatAlign, RowNum, Worksheet, XlsxError};

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell<'a> {
    /// Never a formula, whatever it begins with.
    Text(Cow<'a, str>),
    Number(f64),
    Truth(bool),
    Empty,
}

/// How a cell looks.
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

impl Look {
    pub fn format(self) -> Format {
        let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
        match self {
            Self::Plain => Format::new(),
            Self::Heading => wrapped.set_bold(),
            Self::Wrapped => wrapped,
            Self::Word => Format::new()
                .set_italic()
                .set_font_color(Color::RGB(0x4d_4d4d))
                .set_align(FormatAlign::Right),
            Self::Whole => Format::new().set_num_format("#,##0"),
            Self::PerCent => Format::new().set_num_format("0.0%"),
            Self::Number => Format::new().set_num_format("#,##0.00"),
            Self::Year => Format::new().set_num_format("0"),
        }
    }
}

impl Cell<'_> {
    /// Writes it.
    ///
    /// # Errors
    /// Where a sheet can't hold it.
    pub fn write(
        &self,
        sheet: &mut Worksheet,
        (row, column): (RowNum, ColNum),
        format: &Format,
    ) -> Result<(), XlsxError> {
        match self {
            Self::Text(text) => sheet.write_string_with_format(row, column, &**text, format)?,
            Self::Number(number) => sheet.write_number_with_format(row, column, *number, format)?,
            Self::Truth(truth) => sheet.write_boolean_with_format(row, column, *truth, format)?,
            Self::Empty => sheet,
        };
        Ok(())
    }
}
