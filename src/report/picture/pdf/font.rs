//! The glyphs of a page: the font with those alone, and which letters they are, so that texts can be found.

use std::collections::BTreeMap;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, GlyphId, MetadataProvider};
use subsetter::{GlyphRemapper, subset};

use super::super::text::{FACE, FONT};
use super::matter::{packed, stream};

/// As the page names it.
pub(super) const FONT_NAME: &[u8] = b"F";
/// A subset's name begins with six letters.
const BASE: &[u8] = b"SEBARA+NotoSans-Regular";
const SYSTEM: SystemInfo<'_> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
/// In which PDF gives the measures of a font.
const UNITS: f32 = 1000.0;

/// The glyphs that were shown.
pub(super) struct Glyphs {
    numbers: GlyphRemapper,
    /// By their numbers in the embedded font, in which 0 is no letter.
    letters: BTreeMap<u16, (f32, String)>,
}

impl Glyphs {
    pub const REF: Ref = Ref::new(10);
    const DESCENDANT: Ref = Ref::new(11);
    const DESCRIPTOR: Ref = Ref::new(12);
    const LETTERS: Ref = Ref::new(13);
    const FILE: Ref = Ref::new(14);

    pub fn new() -> Self {
        Self { numbers: GlyphRemapper::new(), letters: BTreeMap::new() }
    }

    /// Takes a glyph that stands for this text: its number in the embedded font and its width in thousandths
    /// of the font's size.
    pub fn take(&mut self, glyph: u16, text: &str) -> (u16, f32) {
        let number = self.numbers.remap(glyph);
        let width = width(&FACE, glyph);
        self.letters.entry(number).or_insert_with(|| (width, text.to_owned()));
        (number, width)
    }

    pub fn write(&self, pdf: &mut Pdf) {
        pdf.type0_font(Self::REF)
            .base_font(Name(BASE))
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(Self::DESCENDANT)
            .to_unicode(Self::LETTERS);
        let mut font = pdf.cid_font(Self::DESCENDANT);
        font.subtype(CidFontType::Type2)
            .base_font(Name(BASE))
            .system_info(SYSTEM)
            .font_descriptor(Self::DESCRIPTOR)
            .default_width(0.0)
            .cid_to_gid_map_predefined(Name(b"Identity"));
        let mut widths = font.widths();
        for (number, (width, _)) in &self.letters {
            widths.consecutive(*number, [*width]);
        }
        widths.finish();
        font.finish();
        descriptor(pdf);
        self.write_letters(pdf);
        let whole = FONT.to_vec();
        // What can't be made smaller is embedded whole: numbers are then those of the whole font.
        let file = subset(FONT, 0, &self.numbers).unwrap_or(whole);
        let packed = packed(&file);
        let mut written = pdf.stream(Self::FILE, &packed);
        written.filter(Filter::FlateDecode);
        written.pair(Name(b"Length1"), i32::try_from(file.len()).expect("the font is small"));
    }

    fn write_letters(&self, pdf: &mut Pdf) {
        let mut map = UnicodeCmap::<u16>::new(Name(b"Letters"), SYSTEM);
        for (number, (_, text)) in &self.letters {
            map.pair_with_multiple(*number, text.chars());
        }
        stream(pdf, Self::LETTERS, &map.finish());
    }
}

fn width(face: &FontRef<'_>, glyph: u16) -> f32 {
    let metrics = face.glyph_metrics(Size::new(UNITS), LocationRef::default());
    metrics.advance_width(GlyphId::from(glyph)).unwrap_or_default()
}

fn descriptor(pdf: &mut Pdf) {
    let metrics = FACE.metrics(Size::new(UNITS), LocationRef::default());
    let bounds = metrics.bounds.unwrap_or_default();
    pdf.font_descriptor(Glyphs::DESCRIPTOR)
        .name(Name(BASE))
        .flags(FontFlags::NON_SYMBOLIC)
        .bbox(Rect::new(bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max))
        .italic_angle(0.0)
        .ascent(metrics.ascent)
        .descent(metrics.descent)
        .cap_height(metrics.cap_height.unwrap_or(metrics.ascent))
        .stem_v(80.0)
        .font_file2(Glyphs::FILE);
}
