//! An SVG of ours as a page of A4 in PDF: lines stay lines, and texts stay texts in an embedded font.

use chrono::{Datelike, NaiveDate};
use krilla::Document;
use krilla::geom::{Size, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt, SvgSettings};
use resvg::usvg::Tree;

use super::png::{PictureError, options};

/// A4 in points, the short side first.
const A4_PT: [f32; 2] = [595.276, 841.89];
/// Room around what is drawn.
const MARGIN_PT: f32 = 18.0;

/// What a PDF says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Imprint<'a> {
    pub title: &'a str,
    /// As HTML's `lang` has it.
    pub language: &'a str,
    /// The day of its making: the release's, ISO 8601.
    pub date: &'a str,
}

/// An SVG of [`super::Sheet`] on a page of A4, which lies as the picture does. The same picture has the same
/// bytes.
///
/// # Errors
/// [`PictureError`].
pub fn pdf(svg: &str, imprint: &Imprint<'_>) -> Result<Vec<u8>, PictureError> {
    let tree = Tree::from_str(svg, &options())?;
    let size = tree.size();
    let [short, long] = A4_PT;
    let page = if size.width() > size.height() { [long, short] } else { A4_PT };
    let room = page.map(|side| side - 2.0 * MARGIN_PT);
    let scale = (room[0] / size.width()).min(room[1] / size.height());
    let drawn = [size.width() * scale, size.height() * scale];
    let (Some(settings), Some(drawn_size)) =
        (PageSettings::from_wh(page[0], page[1]), Size::from_wh(drawn[0], drawn[1]))
    else {
        return Err(PictureError::Pdf("it has no size".to_owned()));
    };

    let mut document = Document::new();
    document.set_metadata(metadata(imprint));
    let mut sheet = document.start_page_with(settings);
    let mut surface = sheet.surface();
    let left = (page[0] - drawn[0]) / 2.0;
    surface.push_transform(&Transform::from_translate(left, MARGIN_PT));
    let whole = surface.draw_svg(&tree, drawn_size, SvgSettings::default());
    surface.pop();
    surface.finish();
    sheet.finish();
    whole.ok_or_else(|| PictureError::Pdf("it holds what a PDF can't".to_owned()))?;
    document.finish().map_err(|error| PictureError::Pdf(error.to_string()))
}

fn metadata(imprint: &Imprint<'_>) -> Metadata {
    let said = Metadata::new()
        .title(imprint.title.to_owned())
        .language(imprint.language.to_owned())
        .creator("sebaran".to_owned());
    let day: Option<NaiveDate> = imprint.date.parse().ok();
    let made = day.and_then(|day| {
        let (month, day_of_month) =
            (u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?);
        Some(DateTime::new(u16::try_from(day.year()).ok()?).month(month).day(day_of_month))
    });
    match made {
        Some(made) => said.creation_date(made),
        None => said,
    }
}

#[cfg(test)]
#[path = "pdf_tests.rs"]
mod tests;
