//! Opening a boundary file: which file GDAL sees, which layer of it, in which reference system.

use std::path::{Path, PathBuf};

use gdal::spatial_ref::{AxisMappingStrategy, SpatialRef};
use gdal::vector::{Layer, LayerAccess};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};

use super::error::{Place, Problem};
use super::log;

/// Endings of the files that are looked for in a zip archive.
const VECTOR_ENDINGS: [&str; 7] = ["shp", "gpkg", "geojson", "json", "fgb", "gml", "kml"];

/// Files that belong to a Shapefile.
const SHAPEFILE_PARTS: [&str; 5] = ["shp", "shx", "dbf", "prj", "cpg"];

/// The files that a source is made of, in a fixed order: for its hash.
pub fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_dir() {
        let mut files: Vec<PathBuf> = std::fs::read_dir(path)
            .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
            .unwrap_or_default();
        files.retain(|file| file.is_file());
        files.sort();
        return files;
    }
    if ending(path) == "shp" {
        let parts = SHAPEFILE_PARTS.map(|part| path.with_extension(part));
        return parts.into_iter().filter(|part| part.is_file()).collect();
    }
    vec![path.to_owned()]
}

/// Opens a file, also a gzipped one or one in a zip archive.
///
/// Returns the rest of the layer's name that is still to be looked for: an archive of several files
/// is asked for one of them by its name.
pub fn open(path: &Path, layer: Option<&str>) -> Result<(Dataset, Option<String>), Problem> {
    if !path.exists() {
        return Err(Problem::NoFile);
    }
    log::keep();
    let asked = layer.map(str::to_owned);
    match ending(path).as_str() {
        "gz" => Ok((open_vector(&prefixed("/vsigzip/", path))?, asked)),
        "zip" => open_zip(&prefixed("/vsizip/", path), asked),
        _ => Ok((open_vector(path)?, asked)),
    }
}

fn ending(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// GDAL's virtual folders want an absolute path, or else one relative to the working folder.
fn prefixed(folder: &str, path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut prefixed = std::ffi::OsString::from(folder);
    prefixed.push(absolute);
    prefixed.into()
}

fn open_vector(path: &Path) -> Result<Dataset, Problem> {
    log::take();
    let open_flags = GdalOpenFlags::GDAL_OF_VECTOR
        | GdalOpenFlags::GDAL_OF_READONLY
        | GdalOpenFlags::GDAL_OF_VERBOSE_ERROR;
    let options = DatasetOptions { open_flags, ..DatasetOptions::default() };
    Dataset::open_ex(path, options).map_err(|_| Problem::Open { reason: log::reason() })
}

fn open_zip(archive: &Path, asked: Option<String>) -> Result<(Dataset, Option<String>), Problem> {
    let mut inside = gdal::vsi::read_dir(archive, true)
        .map_err(|_| Problem::Open { reason: format!("not a zip archive: {}", log::reason()) })?;
    inside.retain(|file| VECTOR_ENDINGS.contains(&ending(file).as_str()));
    inside.sort();
    match inside.as_slice() {
        [] => Err(Problem::Open { reason: "the archive holds no vector file".to_owned() }),
        [only] => Ok((open_vector(&archive.join(only))?, asked)),
        _ => {
            let stem = |file: &PathBuf| {
                file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
            };
            let known = inside.iter().map(stem).collect();
            let Some(asked) = asked else { return Err(Problem::SeveralLayers { known }) };
            let found = inside.iter().find(|file| stem(file) == asked);
            let Some(file) = found else { return Err(Problem::NoSuchLayer { asked, known }) };
            Ok((open_vector(&archive.join(file))?, None))
        }
    }
}

/// The layer of this name, or the only one.
pub fn layer<'a>(
    dataset: &'a Dataset,
    asked: Option<&str>,
    place: &mut Place,
) -> Result<Layer<'a>, Problem> {
    let known: Vec<String> = dataset.layers().map(|layer| layer.name()).collect();
    let index = match asked {
        Some(asked) => known.iter().position(|name| name == asked).ok_or_else(|| {
            Problem::NoSuchLayer { asked: asked.to_owned(), known: known.clone() }
        })?,
        None if known.len() > 1 => return Err(Problem::SeveralLayers { known }),
        None => 0,
    };
    let layer = dataset.layer(index).map_err(|_| Problem::NoLayer)?;
    place.layer = Some(known[index].clone());
    Ok(layer)
}

/// The definition of the layer's reference system as PROJJSON, or `None` where it is WGS 84 in
/// longitude and latitude already. `crs` goes before what the source says.
///
/// GDAL itself gives a GeoJSON file without a word on it WGS 84, as RFC 7946 has it.
pub fn crs(layer: &Layer<'_>, crs: Option<&str>) -> Result<Option<String>, Problem> {
    log::take();
    let unknown = |_| Problem::UnknownCrs { reason: log::reason() };
    let mut found = match crs {
        Some(definition) => SpatialRef::from_definition(definition).map_err(|_| {
            Problem::UnknownCrs { reason: format!("`{definition}`: {}", log::reason()) }
        })?,
        None => layer.spatial_ref().ok_or(Problem::NoCrs)?,
    };
    let name = found.name().unwrap_or_default();
    if found.is_local() || name.to_lowercase().starts_with("undefined") {
        return Err(Problem::UnknownCrs { reason: format!("it is called `{name}`") });
    }
    found.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    if found == wgs84().map_err(unknown)? {
        return Ok(None);
    }
    found.to_projjson().map(Some).map_err(unknown)
}

/// WGS 84 with the longitude first.
pub fn wgs84() -> gdal::errors::Result<SpatialRef> {
    let mut wgs84 = SpatialRef::from_epsg(4326)?;
    wgs84.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    Ok(wgs84)
}
