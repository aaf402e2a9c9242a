//! Fills and lines as PDF has them.

use pdf_writer::Content;
use pdf_writer::types::{LineCapStyle, LineJoinStyle};
use resvg::usvg::tiny_skia_path::{Path, PathSegment, Point};
use resvg::usvg::{Color, LineCap, LineJoin, Stroke};

/// A colour's three parts.
pub(super) fn parts(of: Color) -> [f32; 3] {
    [of.red, of.green, of.blue].map(|part| (f32::from(part) / 255.0 * 1000.0).round() / 1000.0)
}

/// Sets how lines are drawn, but their colour.
pub(super) fn set_line(content: &mut Content, line: &Stroke) {
    let cap = match line.linecap() {
        LineCap::Butt => LineCapStyle::ButtCap,
        LineCap::Round => LineCapStyle::RoundCap,
        LineCap::Square => LineCapStyle::ProjectingSquareCap,
    };
    let join = match line.linejoin() {
        LineJoin::Miter | LineJoin::MiterClip => LineJoinStyle::MiterJoin,
        LineJoin::Round => LineJoinStyle::RoundJoin,
        LineJoin::Bevel => LineJoinStyle::BevelJoin,
    };
    content.set_line_width(line.width().get()).set_line_cap(cap).set_line_join(join);
}

/// Begins a path with these corners.
pub(super) fn follow(content: &mut Content, path: &Path) {
    let mut at = Point::zero();
    for segment in path.segments() {
        match segment {
            PathSegment::MoveTo(to) => {
                content.move_to(to.x, to.y);
                at = to;
            }
            PathSegment::LineTo(to) => {
                content.line_to(to.x, to.y);
                at = to;
            }
            PathSegment::QuadTo(by, to) => {
                // A quadratic curve as a cubic one.
                let near = |end: Point| end + scaled(by - end, 2.0 / 3.0);
                let (first, second) = (near(at), near(to));
                content.cubic_to(first.x, first.y, second.x, second.y, to.x, to.y);
                at = to;
            }
            PathSegment::CubicTo(first, second, to) => {
                content.cubic_to(first.x, first.y, second.x, second.y, to.x, to.y);
                at = to;
            }
            PathSegment::Close => {
                content.close_path();
            }
        }
    }
}

fn scaled(by: Point, factor: f32) -> Point {
    Point::from_xy(by.x * factor, by.y * factor)
}
