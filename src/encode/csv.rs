//! A layer as CSV (RFC 4180): a header, a line a feature, CRLF; null is empty.

use std::io;

use csv::{Terminator, WriterBuilder};

use super::ReleaseLabel;
use super::head::{ORIGIN, origin};
use crate::protect::{Field, Layer};

/// Writes a layer: the fields of its features, then whence each line comes, and who may see it.
///
/// # Errors
/// Those of the writer alone.
pub fn write(layer: &Layer, label: &ReleaseLabel, out: &mut impl io::Write) -> io::Result<()> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    let fields = Field::all(layer.theme());
    writer.write_record(fields.iter().map(|field| field.name.as_str()).chain(ORIGIN))?;
    let origin = origin(layer, label);
    for feature in layer.features() {
        for field in &fields {
            let value = field.value(feature, layer.geography());
            writer.write_field(value.map_or_else(String::new, |value| value.to_string()))?;
        }
        writer.write_record(origin)?;
    }
    writer.flush()
}
