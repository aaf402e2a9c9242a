//! A layer as a workbook, with the sentence of the region that it lies in.

use std::io::Write;

use super::error::ServeError;
use super::profile::told;
use super::served::Served;
use crate::encode::Compared;
use crate::protect::Layer;
use crate::report::words::{Language, Words};
use crate::report::workbook::Workbook;

/// How a workbook tells what it holds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Told<'a> {
    pub language: Language,
    /// The filter that chose its rows, as it was written.
    pub filter: Option<&'a str>,
}

/// Writes a layer.
pub(super) fn write(
    served: &Served,
    (layer, compared): (&Layer, Option<Compared<'_>>),
    Told { language, filter }: Told<'_>,
    out: &mut impl Write,
) -> Result<(), ServeError> {
    let words = Words::of(language);
    let within = layer.within().and_then(|code| served.tree.find(code));
    let place = within.map(|id| served.tree.get(id).name.clone());
    let place = place.unwrap_or_else(|| words.say("nation", &[]));
    let told = told(served, layer.theme(), within);
    let (label, place) = (&served.label, place.as_str());
    let book = Workbook { layer, compared, label, words, place, told, filter };
    let bytes = book.write().map_err(ServeError::Workbook)?;
    out.write_all(&bytes).map_err(ServeError::Write)
}
