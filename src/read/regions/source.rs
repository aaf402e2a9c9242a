//! Opening a boundary file: which file GDAL sees, which layer of it, in which reference system.

use std::path::{Path, PathBuf};

use gdal::spatial_ref::{AxisMappingStrategy, SpatialRef};
use gdal::vector::{Layer, LayerAccess};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};

use super::error::{Place, Problem};
use super::{archive, log};

/// Files that belong to a Shapefile.
const SHAPEFILE_PARTS: [&str; 5] = ["shp", "shx", "dbf", "prj", "cpg"];

/// The virtual folder of what lies in a zip archive.
pub const ZIP: &str = "/vsizip/";

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

/// A file that is opened, and which of its layers is asked for.
pub struct Opened {
    pub dataset: Dataset,
    /// The file as GDAL is asked for it.
    pub path: PathBuf,
    pub layer: Option<String>,
    /// What the user should know of how it was found.
    pub warnings: Vec<String>,
}

/// Opens a file, also a gzipped one or one in a zip archive.
pub fn open(path: &Path, layer: Option<&str>) -> Result<Opened, Problem> {
    if !path.exists() {
        return Err(Problem::NoFile);
    }
    log::keep();
    match ending(path).as_str() {
        "gz" => open_file(&prefixed("/vsigzip/", path), layer),
        "zip" | "kmz" => archive::open(&prefixed(ZIP, path), layer),
        _ => open_file(path, layer),
    }
}

/// Opens a file by the path that GDAL knows it by.
pub fn open_file(path: &Path, layer: Option<&str>) -> Result<Opened, Problem> {
    let (path, layer) = (path.to_owned(), layer.map(str::to_owned));
    Ok(Opened { dataset: open_vector(&path, None)?, path, layer, warnings: Vec::new() })
}

pub fn ending(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// GDAL's virtual folders want an absolute path, or else one relative to the working folder.
fn prefixed(folder: &str, path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut prefixed = std::ffi::OsString::from(folder);
    prefixed.push(absolute);
    prefixed.into()
}

/// Opens a file as vector data, with an option of its driver.
pub fn open_vector(path: &Path, option: Option<&str>) -> Result<Dataset, Problem> {
    log::take();
    let open_flags = GdalOpenFlags::GDAL_OF_VECTOR
        | GdalOpenFlags::GDAL_OF_READONLY
        | GdalOpenFlags::GDAL_OF_VERBOSE_ERROR;
    let open_options = option.as_ref().map(std::slice::from_ref);
    let options = DatasetOptions { open_flags, open_options, ..DatasetOptions::default() };
    Dataset::open_ex(path, options).map_err(|_| Problem::Open { reason: log::reason() })
}

/// The names of a file's layers.
pub fn layers_of(dataset: &Dataset) -> Vec<String> {
    dataset.layers().map(|layer| layer.name()).collect()
}

/// The layer of this name, or the only one.
pub fn layer<'a>(
    dataset: &'a Dataset,
    asked: Option<&str>,
    place: &mut Place,
) -> Result<Layer<'a>, Problem> {
    let known = layers_of(dataset);
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
/// GDAL itself gives a GeoJSON file without a word on it WGS 84, as RFC 7946 has it. `TopoJSON` has no word for it:
/// its specification says WGS 84 (2.1.1).
pub fn crs(
    dataset: &Dataset,
    layer: &Layer<'_>,
    crs: Option<&str>,
) -> Result<Option<String>, Problem> {
    log::take();
    let unknown = |_| Problem::UnknownCrs { reason: log::reason() };
    let mut found = match crs {
        Some(definition) => SpatialRef::from_definition(definition).map_err(|_| {
            Problem::UnknownCrs { reason: format!("`{definition}`: {}", log::reason()) }
        })?,
        None => match layer.spatial_ref() {
            Some(found) => found,
            None if dataset.driver().short_name() == "TopoJSON" => return Ok(None),
            None => return Err(Problem::NoCrs),
        },
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
