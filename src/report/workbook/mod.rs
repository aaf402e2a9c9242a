//! A layer as a workbook (Office Open XML, ISO/IEC 29500): a sheet of figures, and one that says what they are.
//!
//! The same layer has the same bytes: the day of its making is the release's.

mod about;
mod cell;
mod columns;
mod figures;

use std::panic::{AssertUnwindSafe, catch_unwind};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, XlsxError};

use self::columns::Column;
use super::sentence::{Subject, Told, sentence};
use super::words::Words;
use crate::analyse::Measure;
use crate::encode::{CHANGE, Compared, ORIGIN, ReleaseLabel};
use crate::protect::{Field, Layer};

/// Rows of a sheet below its heading.
const MOST_ROWS: usize = 1_048_575;

/// The first sheet's name, in both languages.
const FIGURES: &str = "Data";

/// What a workbook is made of.
#[derive(Debug, Clone, Copy)]
pub struct Workbook<'a> {
    pub layer: &'a Layer,
    /// What changed, where the layer is compared with another release.
    pub compared: Option<Compared<'a>>,
    pub label: &'a ReleaseLabel,
    pub words: Words,
    /// The name of the region that the layer lies in, or of the nation.
    pub place: &'a str,
    /// Its figures.
    pub told: Told,
    /// The filter that chose the rows, as it was written.
    pub filter: Option<&'a str>,
}

impl From<XlsxError> for WorkbookError {
    fn from(error: XlsxError) -> Self {
        match error {
            XlsxError::IoError(_) | XlsxError::TempFileError(..) => Self::NoRoom,
            error => Self::Write(error),
        }
    }
}

/// Why a workbook is not made.
#[derive(Debug, thiserror::Error)]
pub enum WorkbookError {
    #[error(
        "a workbook holds {MOST_ROWS} areas and the layer has {areas}; ask for a part of it, or for a csv"
    )]
    Rows { areas: usize },
    #[error(
        "cannot write the workbook's rows to the temporary folder, which is full or can't be written; make room \
         there, or name another one by TMPDIR"
    )]
    NoRoom,
    #[error("cannot write the workbook")]
    Write(#[source] XlsxError),
}

impl Workbook<'_> {
    /// The workbook's bytes. Its first sheet has the rows and columns of the layer's CSV.
    ///
    /// # Errors
    /// [`WorkbookError`].
    pub fn write(&self) -> Result<Vec<u8>, WorkbookError> {
        let areas = self.layer.features().len();
        if areas > MOST_ROWS {
            return Err(WorkbookError::Rows { areas });
        }
        // What writes the rows panics where the temporary folder takes no more.
        catch_unwind(AssertUnwindSafe(|| self.written())).map_err(|_| WorkbookError::NoRoom)?
    }

    fn written(&self) -> Result<Vec<u8>, WorkbookError> {
        let columns = self.columns();
        let mut workbook = rust_xlsxwriter::Workbook::new();
        workbook.set_properties(&self.properties()?);
        // Rows go to a file without a name as they come: a nation's hexagons would fill the memory.
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        figures::fill(sheet.set_name(FIGURES)?, self, &columns)?;
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        about::fill(sheet.set_name(self.words.say("sheet.about", &[]))?, self, &columns)?;
        Ok(workbook.save_to_buffer()?)
    }

    fn properties(&self) -> Result<DocProperties, XlsxError> {
        let made = ExcelDateTime::parse_from_str(&self.label.reference_date)?;
        Ok(DocProperties::new()
            .set_title(self.title())
            .set_author("sebaran")
            .set_keywords(self.label.release.as_str())
            .set_creation_datetime(&made))
    }

    /// The columns of the CSV, in its order.
    fn columns(&self) -> Vec<Column> {
        let theme = self.layer.theme();
        let fields = Field::all(theme).into_iter().map(|field| field.name);
        let changes = self.compared.iter().flat_map(|_| CHANGE);
        let names = fields.chain(ORIGIN.into_iter().chain(changes).map(str::to_owned));
        names.map(|name| Column::of(&name, theme, self.words)).collect()
    }

    /// The sentence about all that the layer lies in.
    fn title(&self) -> String {
        let subject = Subject {
            theme: &self.layer.theme().name,
            by: Measure::Share,
            place: self.place,
            threshold: self.layer.threshold().decile(),
        };
        sentence(self.words, subject, self.told)
    }
}

#[cfg(test)]
mod workbook_tests;
