//! A layer as a file that GDAL writes: made aside in a folder of its own, sent, and removed.

use std::fs::File;
use std::io::{self, Write};

use super::error::ServeError;
use crate::encode::{Format, Outlines, ReleaseLabel, table};
use crate::protect::Layer;
use crate::store::aside::Aside;
use crate::store::features::{self, Container};

/// The file that a format is, if GDAL writes it.
pub(super) const fn of(format: Format) -> Option<Container> {
    match format {
        Format::FlatGeobuf => Some(Container::FlatGeobuf),
        Format::GeoPackage => Some(Container::GeoPackage),
        Format::GeoJson
        | Format::GeoJsonLines
        | Format::Csv
        | Format::GeoParquet
        | Format::Workbook => None,
    }
}

/// Writes a layer. Its name in the file is that of the layer.
pub(super) fn write(
    container: Container,
    layer: &Layer,
    label: &ReleaseLabel,
    outlines: Outlines<'_>,
    out: &mut impl Write,
) -> Result<(), ServeError> {
    // What a killed process left there goes with the next one.
    let folder = Aside::private_in(&std::env::temp_dir(), ".sebaran-export-");
    let folder = folder.map_err(ServeError::Container)?;
    // GDAL goes by the extension.
    let path = folder.path().join(match container {
        Container::FlatGeobuf => "layer.fgb",
        Container::GeoPackage => "layer.gpkg",
    });
    let name = format!("{}-{}", layer.theme().name, layer.geography());
    let schema = table::schema(layer, outlines);
    let batches = table::batches(layer, label, outlines);
    features::write(&path, container, &name, &schema, batches).map_err(ServeError::Container)?;
    let mut file = File::open(&path).map_err(ServeError::Write)?;
    io::copy(&mut file, out).map(drop).map_err(ServeError::Write)
}
