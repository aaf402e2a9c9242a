//! The nodes of an SVG, drawn in their order.

use pdf_writer::types::{ColorSpaceOperand, TextRenderingMode};
use pdf_writer::{Content, Name, Str, TextStr};
use resvg::usvg::layout::Span;
use resvg::usvg::{
    ClipPath, Fill, FillRule, Group, Node, Paint, PaintOrder, Path, Pattern, Stroke, Text,
    Transform,
};

use super::font::FONT_NAME;
use super::matter::{Matter, Tile};
use super::paint::{follow, parts, set_line};
use super::{PictureError, matrix, set_parameters};

/// A content stream being written.
pub(super) struct Canvas<'a> {
    content: Content,
    matter: &'a mut Matter,
    /// From the picture's dots to the page's points.
    base: Transform,
}

/// A shift between letters that is left to the font, in thousandths of its size.
const NEAR: f32 = 0.5;

const fn unknown(what: &'static str) -> PictureError {
    PictureError::Pdf { what }
}

impl<'a> Canvas<'a> {
    pub fn new(matter: &'a mut Matter, base: Transform) -> Self {
        let mut content = Content::new();
        content.transform(matrix(base));
        Self { content, matter, base }
    }

    pub fn finish(self) -> Vec<u8> {
        self.content.finish().to_vec()
    }

    /// Draws what a group holds.
    pub fn group(&mut self, group: &Group, opacity: f32) -> Result<(), PictureError> {
        if group.mask().is_some() || !group.filters().is_empty() {
            return Err(unknown("a mask or a filter"));
        }
        // Nothing in a group of ours lies over another, so that opacities are those of its parts.
        let opacity = opacity * group.opacity().get();
        let is_moved = !group.transform().is_identity() || group.clip_path().is_some();
        if is_moved {
            self.content.save_state().transform(matrix(group.transform()));
        }
        if let Some(clip) = group.clip_path() {
            self.clip(clip)?;
        }
        for node in group.children() {
            match node {
                Node::Group(group) => self.group(group, opacity)?,
                Node::Path(path) if path.is_visible() => self.path(path, opacity)?,
                Node::Path(_) => {}
                Node::Text(text) => self.text(text, opacity)?,
                Node::Image(_) => return Err(unknown("an image")),
            }
        }
        if is_moved {
            self.content.restore_state();
        }
        Ok(())
    }

    /// What lies outside is not drawn; a clip of ours is one plain shape.
    fn clip(&mut self, clip: &ClipPath) -> Result<(), PictureError> {
        let [Node::Path(path)] = clip.root().children() else {
            return Err(unknown("a clip of several shapes"));
        };
        if !clip.transform().is_identity() || clip.clip_path().is_some() {
            return Err(unknown("a clip that is moved"));
        }
        follow(&mut self.content, path.data());
        self.content.clip_nonzero().end_path();
        Ok(())
    }

    fn path(&mut self, path: &Path, opacity: f32) -> Result<(), PictureError> {
        let (fill, line) = (path.fill(), path.stroke());
        if fill.is_some() && line.is_some() && path.paint_order() == PaintOrder::StrokeAndFill {
            return Err(unknown("a line below its fill"));
        }
        self.set(fill, line, (path.abs_transform(), opacity))?;
        follow(&mut self.content, path.data());
        let is_even = fill.is_some_and(|fill| fill.rule() == FillRule::EvenOdd);
        match (fill.is_some(), line.is_some(), is_even) {
            (true, true, true) => self.content.fill_even_odd_and_stroke(),
            (true, true, false) => self.content.fill_nonzero_and_stroke(),
            (true, false, true) => self.content.fill_even_odd(),
            (true, false, false) => self.content.fill_nonzero(),
            (false, true, _) => self.content.stroke(),
            (false, false, _) => self.content.end_path(),
        };
        Ok(())
    }

    /// Sets colours, lines and opacities.
    fn set(
        &mut self,
        fill: Option<&Fill>,
        line: Option<&Stroke>,
        (placed, opacity): (Transform, f32),
    ) -> Result<(), PictureError> {
        let of = |given: Option<f32>| opacity * given.unwrap_or(1.0);
        let opacities =
            [of(fill.map(|fill| fill.opacity().get())), of(line.map(|line| line.opacity().get()))];
        let name = self.matter.opacity(opacities);
        set_parameters(&mut self.content, &name);
        match fill.map(Fill::paint) {
            None => {}
            Some(Paint::Color(colour)) => {
                let [red, green, blue] = parts(*colour);
                self.content.set_fill_rgb(red, green, blue);
            }
            Some(Paint::Pattern(pattern)) => {
                let name = self.pattern(pattern, placed)?;
                self.content.set_fill_color_space(ColorSpaceOperand::Pattern);
                self.content.set_fill_pattern([], Name(name.as_bytes()));
            }
            Some(_) => return Err(unknown("a gradient")),
        }
        let Some(line) = line else { return Ok(()) };
        let Paint::Color(colour) = line.paint() else { return Err(unknown("a patterned line")) };
        if line.dasharray().is_some() {
            return Err(unknown("a dashed line"));
        }
        let [red, green, blue] = parts(*colour);
        self.content.set_stroke_rgb(red, green, blue);
        set_line(&mut self.content, line);
        Ok(())
    }

    /// The name of a pattern where it fills what is placed so.
    fn pattern(&mut self, pattern: &Pattern, placed: Transform) -> Result<String, PictureError> {
        let rect = pattern.rect();
        let placed = self
            .base
            .pre_concat(placed)
            .pre_concat(pattern.transform())
            .pre_translate(rect.x(), rect.y());
        let key = format!("{} {placed:?}", pattern.id());
        self.matter.tile(&key, |matter| {
            let mut canvas = Canvas { content: Content::new(), matter, base: placed };
            canvas.group(pattern.root(), 1.0)?;
            let content = canvas.finish();
            Ok(Tile { size: [rect.width(), rect.height()], placed, content })
        })
    }

    fn text(&mut self, text: &Text, opacity: f32) -> Result<(), PictureError> {
        for span in text.layouted().iter().filter(|span| span.visible) {
            let (fill, line) = (span.fill.as_ref(), span.stroke.as_ref());
            self.set(fill, line, (text.abs_transform(), opacity))?;
            if line.is_some() {
                // The letters' white rim is drawn and not read.
                let mut mark = self.content.begin_marked_content_with_properties(Name(b"Span"));
                mark.properties().actual_text(TextStr(""));
                drop(mark);
                self.letters(span, TextRenderingMode::Stroke);
                self.content.end_marked_content();
            }
            if fill.is_some() {
                self.letters(span, TextRenderingMode::Fill);
            }
        }
        Ok(())
    }

    /// Shows a span's letters where they were laid, from left to right on one line.
    fn letters(&mut self, span: &Span, mode: TextRenderingMode) {
        let Some(first) = span.positioned_glyphs.first() else { return };
        let size = span.font_size.get();
        let at = first.transform();
        let shown: Vec<(u16, f32, f32)> = span
            .positioned_glyphs
            .iter()
            .map(|glyph| {
                let id = u16::try_from(glyph.id.0).unwrap_or_default();
                let (number, width) = self.matter.glyphs.take(id, &glyph.text);
                (number, width, (glyph.transform().tx - at.tx) / size * 1000.0)
            })
            .collect();
        self.content.begin_text().set_font(Name(FONT_NAME), size).set_text_rendering_mode(mode);
        self.content.set_text_matrix([1.0, 0.0, 0.0, -1.0, at.tx, at.ty]);
        let mut line = self.content.show_positioned();
        let mut items = line.items();
        let mut pen = 0.0;
        for (number, width, place) in shown {
            if (place - pen).abs() > NEAR {
                items.adjust(pen - place);
                pen = place;
            }
            items.show(Str(&number.to_be_bytes()));
            pen += width;
        }
        drop(items);
        drop(line);
        self.content.end_text();
    }
}
