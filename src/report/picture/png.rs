//! An SVG of ours as dots.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

use super::text::{FAMILY, FONT};

/// Why a picture is not made.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("cannot read the SVG of the map")]
    Svg(#[from] resvg::usvg::Error),
    #[error("cannot draw a picture of {width_px} by {height_px} dots; ask for a smaller one")]
    Size { width_px: u32, height_px: u32 },
    #[error("cannot make a PDF of the map: {0}; ask for an svg or a png")]
    Pdf(String),
    #[error("cannot write the picture as a PNG: {0}")]
    Png(String),
}

/// The font that all text is drawn with, and no other: the same on any machine.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(FONT.to_vec());
    fonts.set_sans_serif_family(FAMILY);
    Arc::new(fonts)
});

/// How an SVG is read.
pub(super) fn options() -> Options<'static> {
    Options { font_family: FAMILY.to_owned(), fontdb: Arc::clone(&FONTS), ..Options::default() }
}

/// An SVG of [`super::Sheet`] or [`super::Picture::plain`] as a PNG of this width.
///
/// # Errors
/// [`PictureError`].
pub fn png(svg: &str, width_px: u32) -> Result<Vec<u8>, PictureError> {
    let tree = Tree::from_str(svg, &options())?;
    let scale = width_px as f32 / tree.size().width();
    let height_px = (tree.size().height() * scale).round() as u32;
    let size = PictureError::Size { width_px, height_px };
    let mut dots = Pixmap::new(width_px, height_px).ok_or(size)?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut dots.as_mut());
    dots.encode_png().map_err(|error| PictureError::Png(error.to_string()))
}
