//! What a page takes from beside it: the font, opacities, patterns.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::writers::Resources;
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref};
use resvg::usvg::Transform;

use super::font::{FONT_NAME, Glyphs};
use super::{matrix, name};

/// The first number of a part of this page that is not fixed: those before it are the page's own.
const FIRST: i32 = 20;

/// A tile that fills an area.
pub(super) struct Tile {
    pub size: [f32; 2],
    pub placed: Transform,
    pub content: Vec<u8>,
}

/// What is taken, each once.
pub(super) struct Matter {
    pub glyphs: Glyphs,
    /// Opacities of fills and of lines.
    opacities: Vec<[f32; 2]>,
    tiles: Vec<(String, Tile)>,
}

impl Matter {
    pub fn new() -> Self {
        Self { glyphs: Glyphs::new(), opacities: Vec::new(), tiles: Vec::new() }
    }

    /// The name of these opacities of fills and of lines.
    pub fn opacity(&mut self, of: [f32; 2]) -> String {
        let known = self.opacities.iter().position(|known| *known == of);
        name(
            "O",
            known.unwrap_or_else(|| {
                self.opacities.push(of);
                self.opacities.len() - 1
            }),
        )
    }

    /// The name of a pattern, whose tile is made where it is not known.
    pub fn tile<E>(
        &mut self,
        key: &str,
        make: impl FnOnce(&mut Self) -> Result<Tile, E>,
    ) -> Result<String, E> {
        if let Some(at) = self.tiles.iter().position(|(known, _)| known == key) {
            return Ok(name("P", at));
        }
        let tile = make(self)?;
        self.tiles.push((key.to_owned(), tile));
        Ok(name("P", self.tiles.len() - 1))
    }

    /// Names everything, for a page or a tile.
    pub fn resources(&self, resources: &mut Resources<'_>) {
        resources.fonts().pair(Name(FONT_NAME), Glyphs::REF);
        let mut states = resources.ext_g_states();
        for at in 0..self.opacities.len() {
            states.pair(Name(name("O", at).as_bytes()), self.opacity_ref(at));
        }
        states.finish();
        let mut patterns = resources.patterns();
        for at in 0..self.tiles.len() {
            patterns.pair(Name(name("P", at).as_bytes()), self.tile_ref(at));
        }
    }

    /// Writes everything.
    pub fn write(&self, pdf: &mut Pdf) {
        for (at, [fill, line]) in self.opacities.iter().enumerate() {
            let mut state = pdf.ext_graphics(self.opacity_ref(at));
            state.non_stroking_alpha(*fill).stroking_alpha(*line);
        }
        for (at, (_, tile)) in self.tiles.iter().enumerate() {
            let packed = packed(&tile.content);
            let [width, height] = tile.size;
            let mut pattern = pdf.tiling_pattern(self.tile_ref(at), &packed);
            pattern.filter(Filter::FlateDecode);
            pattern
                .tiling_type(pdf_writer::types::TilingType::ConstantSpacing)
                .paint_type(pdf_writer::types::PaintType::Colored)
                .bbox(Rect::new(0.0, 0.0, width, height))
                .x_step(width)
                .y_step(height)
                .matrix(matrix(tile.placed));
            // A tile holds plain lines and fills: it takes nothing but opacities.
            let mut resources = pattern.resources();
            let mut states = resources.ext_g_states();
            for at in 0..self.opacities.len() {
                states.pair(Name(name("O", at).as_bytes()), self.opacity_ref(at));
            }
        }
        self.glyphs.write(pdf);
    }

    fn opacity_ref(&self, at: usize) -> Ref {
        Ref::new(FIRST + i32::try_from(at).expect("a picture has few opacities"))
    }

    fn tile_ref(&self, at: usize) -> Ref {
        self.opacity_ref(self.opacities.len() + at)
    }
}

/// Writes a packed stream.
pub(super) fn stream(pdf: &mut Pdf, id: Ref, bytes: &[u8]) {
    let packed = packed(bytes);
    pdf.stream(id, &packed).filter(Filter::FlateDecode);
}

pub(super) fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::new(6));
    packed.write_all(bytes).expect("memory takes what is written to it");
    packed.finish().expect("memory takes what is written to it")
}
