//! A layer as CSV (RFC 4180): a header, a line a feature, CRLF; null is empty.

use std::io;

use csv::{Terminator, WriterBuilder};

use super::head::{ORIGIN, origin};
use super::{Compared, ReleaseLabel};
use crate::protect::{Field, Layer};

/// The columns at the end, where what changed since another release is told.
pub(crate) const CHANGE: [&str; 4] = ["previous", "change", "change_moe95", "compared_with"];

/// Writes a layer: the fields of its features, then whence each line comes, and who may see it.
///
/// # Errors
/// Those of the writer alone.
pub fn write(
    layer: &Layer,
    label: &ReleaseLabel,
    compared: Option<Compared<'_>>,
    out: &mut impl io::Write,
) -> io::Result<()> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    let fields = Field::all(layer.theme());
    let names = fields.iter().map(|field| field.name.as_str()).chain(ORIGIN);
    writer.write_record(names.chain(compared.iter().flat_map(|_| CHANGE)))?;
    let origin = origin(layer, label);
    for (index, feature) in layer.features().iter().enumerate() {
        for field in &fields {
            let value = field.value(feature, layer.geography());
            writer.write_field(value.map_or_else(String::new, |value| value.to_string()))?;
        }
        for text in origin {
            writer.write_field(text)?;
        }
        writer.write_record(compared.iter().flat_map(|compared| told(compared, index)))?;
    }
    writer.flush()
}

fn told(compared: &Compared<'_>, index: usize) -> [String; CHANGE.len()] {
    let change = &compared.changes[index];
    let with = compared.with.to_string();
    [text(&change.previous), text(&change.change), text(&change.change_moe95), with]
}

fn text<T: ToString>(value: &Option<T>) -> String {
    value.as_ref().map_or_else(String::new, T::to_string)
}
