//! An SVG of ours as a page of A4 in PDF 1.7: lines stay lines, and texts stay texts in an embedded font.
//!
//! It draws what our pictures hold (paths, patterns, texts, clips, opacities) and refuses anything else. The
//! same picture has the same bytes.

mod canvas;
mod font;
mod matter;
mod paint;

use pdf_writer::{Content, Date, Finish, Name, Pdf, Rect, Ref, TextStr};
use resvg::usvg::{Transform, Tree};

use self::canvas::Canvas;
use self::matter::Matter;
use super::png::{PictureError, options};
use crate::domain::date::Date as Day;

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

/// An SVG of [`super::Sheet`] on a page of A4, which lies as the picture does.
///
/// # Errors
/// [`PictureError`].
pub fn pdf(svg: &str, imprint: &Imprint<'_>) -> Result<Vec<u8>, PictureError> {
    let tree = Tree::from_str(svg, &options())?;
    let (page, base) = placed(&tree);
    let mut matter = Matter::new();
    let mut canvas = Canvas::new(&mut matter, base);
    canvas.group(tree.root(), 1.0)?;
    let content = canvas.finish();
    Ok(written(&matter, (page, &content), imprint))
}

/// The size of the page, and how the picture lies on it: PDF counts from the lower left corner.
fn placed(tree: &Tree) -> ([f32; 2], Transform) {
    let size = tree.size();
    let [short, long] = A4_PT;
    let page = if size.width() > size.height() { [long, short] } else { A4_PT };
    let room = page.map(|side| side - 2.0 * MARGIN_PT);
    let scale = (room[0] / size.width()).min(room[1] / size.height());
    let left = (page[0] - size.width() * scale) / 2.0;
    (page, Transform::from_row(scale, 0.0, 0.0, -scale, left, page[1] - MARGIN_PT))
}

fn written(matter: &Matter, (page, content): ([f32; 2], &[u8]), imprint: &Imprint<'_>) -> Vec<u8> {
    let [catalog, pages, leaf, drawn, told] = [1, 2, 3, 4, 5].map(Ref::new);
    let mut pdf = Pdf::new();
    let mut head = pdf.catalog(catalog);
    head.pages(pages).lang(TextStr(imprint.language));
    head.viewer_preferences().display_doc_title(true);
    head.finish();
    pdf.pages(pages).kids([leaf]).count(1);
    let mut sheet = pdf.page(leaf);
    sheet.parent(pages).contents(drawn).media_box(Rect::new(0.0, 0.0, page[0], page[1]));
    matter.resources(&mut sheet.resources());
    sheet.finish();
    matter::stream(&mut pdf, drawn, content);
    let mut about = pdf.document_info(told);
    about.title(TextStr(imprint.title)).creator(TextStr("sebaran"));
    if let Some(date) = day(imprint.date) {
        about.creation_date(date);
    }
    about.finish();
    matter.write(&mut pdf);
    pdf.finish()
}

fn day(iso: &str) -> Option<Date> {
    iso.parse::<Day>().ok()?;
    let mut parts = iso.split('-');
    let year = parts.next()?.parse().ok()?;
    Some(Date::new(year).month(parts.next()?.parse().ok()?).day(parts.next()?.parse().ok()?))
}

/// A name made of a letter and a number.
fn name(kind: &str, at: usize) -> String {
    format!("{kind}{at}")
}

/// A matrix as PDF has it.
const fn matrix(of: Transform) -> [f32; 6] {
    [of.sx, of.ky, of.kx, of.sy, of.tx, of.ty]
}

/// Takes a name from the resources.
fn set_parameters(content: &mut Content, name: &str) {
    content.set_parameters(Name(name.as_bytes()));
}

#[cfg(test)]
mod pdf_tests;
