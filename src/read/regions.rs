//! Boundaries from any vector file that GDAL opens. Nothing else names GDAL.

mod archive;
mod encoding;
mod error;
mod fields;
mod log;
mod polygons;
mod shape;
mod source;

#[cfg(test)]
mod kinds_tests;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;

use gdal::vector::{Feature, Layer, LayerAccess};
use rayon::prelude::*;

use encoding::Seen;
pub use error::{Place, Problem, RegionsError};
use fields::{Columns, Words};
use shape::{Shaped, Shaper};
pub use source::files;

use super::mapping::RegionMapping;
use crate::domain::code::{CodeSystem, RegionCode};
use crate::domain::region::{LeftOut, Level, Repair, SourceRegion};

/// Features that one task of the pool shapes.
const FEATURES_A_TASK: usize = 512;

/// What to read.
#[derive(Debug, Clone, Copy)]
pub struct RegionsRequest<'a> {
    pub path: &'a Path,
    /// Goes before the mapping's layer.
    pub layer: Option<&'a str>,
    /// Without one, the canonical names are taken.
    pub mapping: Option<&'a RegionMapping>,
    /// Of a Shapefile's text. Goes before the mapping's encoding.
    pub encoding: Option<&'a str>,
    pub system: CodeSystem,
}

/// What was read.
#[derive(Debug)]
pub struct SourceRegions {
    pub layer: String,
    pub level: Level,
    /// In the order of the codes.
    pub regions: Vec<SourceRegion>,
    /// In the order of the codes.
    pub repaired: Vec<Repair>,
    /// In the order of the codes.
    pub left_out: Vec<LeftOut>,
    /// What was not certain, in sentences that begin with a small letter.
    pub warnings: Vec<String>,
}

/// A feature as it stands in the source.
struct RawFeature {
    number: u64,
    words: Words,
    wkb: Vec<u8>,
}

/// Reads all features of a layer, in WGS 84 and valid. `progress` hears of every feature read.
///
/// # Errors
/// [`RegionsError`] for the first feature that is not as it has to be, or for the source.
pub fn read(
    request: &RegionsRequest<'_>,
    progress: &dyn Fn(u64),
) -> Result<SourceRegions, RegionsError> {
    let mut place = Place { file: request.path.to_owned(), layer: None, feature: None };
    read_at(request, progress, &mut place)
        .map_err(|problem| RegionsError { place, problem: Box::new(problem) })
}

fn read_at(
    request: &RegionsRequest<'_>,
    progress: &dyn Fn(u64),
    place: &mut Place,
) -> Result<SourceRegions, Problem> {
    let asked = request.layer.or_else(|| request.mapping.and_then(|it| it.layer.as_deref()));
    let encoding =
        request.encoding.or_else(|| request.mapping.and_then(|it| it.encoding.as_deref()));
    let (opened, encoding) = encoding::reopened(source::open(request.path, asked)?, encoding)?;
    let source::Opened { dataset, layer: asked, mut warnings, .. } = opened;
    let mut layer = source::layer(&dataset, asked.as_deref(), place)?;
    let known = fields::known(&layer, &encoding);
    let canonical = RegionMapping::canonical(&fields::names(&known));
    let mapping = request.mapping.unwrap_or(&canonical);
    let columns = Columns::resolve(&known, mapping, request.system)?;
    let crs = source::crs(&dataset, &layer, mapping.crs.as_deref())?;
    let mut seen = Seen::default();
    if encoding.is_open() {
        layer.features().for_each(|feature| columns.see(&feature, &mut seen));
    }
    let (text, warning) = encoding.settle(&seen);
    warnings.extend(warning);
    let columns = columns.written_in(text);
    let (level, name) = (columns.level, layer.name());
    let features = read_features(&mut layer, &columns, progress, place)?;
    drop(dataset);
    place.feature = None;
    refuse_repeated(&features, place)?;
    let shapes = shape_all(&features, crs.as_deref(), place)?;
    let read = SourceRegions {
        layer: name,
        level,
        regions: Vec::with_capacity(features.len()),
        repaired: Vec::new(),
        left_out: Vec::new(),
        warnings,
    };
    Ok(joined(read, features, shapes))
}

fn read_features(
    layer: &mut Layer<'_>,
    columns: &Columns<'_>,
    progress: &dyn Fn(u64),
    place: &mut Place,
) -> Result<Vec<RawFeature>, Problem> {
    log::take();
    let mut features = Vec::new();
    for (feature, number) in layer.features().zip(0_u64..) {
        let number = feature.fid().unwrap_or(number);
        place.feature = Some((number, None));
        let code = columns.code(&feature)?;
        place.feature = Some((number, Some(code)));
        let words = columns.words(&feature, code)?;
        features.push(RawFeature { number, words, wkb: wkb(&feature)? });
        progress(features.len() as u64);
    }
    place.feature = None;
    // The end and a fault both end the reading; only the message tells them apart.
    match log::take() {
        Some(message) if message.failed => {
            Err(Problem::BreaksOff { count: features.len() as u64, reason: message.text })
        }
        _ if features.is_empty() => Err(Problem::NoFeature),
        _ => Ok(features),
    }
}

fn wkb(feature: &Feature<'_>) -> Result<Vec<u8>, Problem> {
    let wkb = feature.geometry_by_index(0).and_then(gdal::vector::Geometry::wkb);
    // A missing geometry leaves a message that is ours to tell, not the end of the file.
    wkb.map_err(|_| {
        log::take();
        Problem::NoGeometry
    })
}

fn refuse_repeated(features: &[RawFeature], place: &mut Place) -> Result<(), Problem> {
    let mut seen = HashMap::with_capacity(features.len());
    for feature in features {
        let code = feature.words.code;
        if let Some(first) = seen.insert(code, feature.number) {
            place.feature = Some((feature.number, Some(code)));
            return Err(Problem::Duplicate { code, first });
        }
    }
    Ok(())
}

type Placed<T> = Result<T, (u64, RegionCode, Problem)>;

/// The shapes of all features, in their order.
fn shape_all(
    features: &[RawFeature],
    crs: Option<&str>,
    place: &mut Place,
) -> Result<Vec<Shaped>, Problem> {
    let tasks: Vec<Result<Vec<Placed<_>>, Problem>> = features
        .par_chunks(FEATURES_A_TASK)
        .map(|chunk| {
            let shaper = Shaper::new(crs)?;
            Ok(chunk.iter().map(|feature| shape_one(&shaper, feature)).collect())
        })
        .collect();
    let mut shapes = Vec::with_capacity(features.len());
    for task in tasks {
        for placed in task? {
            shapes.push(placed.map_err(|(number, code, problem)| {
                place.feature = Some((number, Some(code)));
                problem
            })?);
        }
    }
    Ok(shapes)
}

fn joined(
    mut read: SourceRegions,
    features: Vec<RawFeature>,
    shapes: Vec<Shaped>,
) -> SourceRegions {
    for (feature, shaped) in features.into_iter().zip(shapes) {
        let RawFeature { number, words, .. } = feature;
        let code = words.code;
        let repair = |reason| Repair { code, feature: number, reason };
        read.repaired.extend(shaped.repaired.map(repair));
        let left_out = |parts| LeftOut { code, feature: number, parts };
        read.left_out.extend(shaped.left_out.map(left_out));
        read.regions.push(SourceRegion {
            code,
            names: words.names,
            kind: words.kind,
            utc_offset_min: words.utc_offset_min,
            shape: shaped.shape,
            feature: number,
        });
    }
    // Formats keep their features in orders of their own.
    read.regions.sort_by_key(|region| region.code);
    read.repaired.sort_by_key(|repair| repair.code);
    read.left_out.sort_by_key(|left_out| left_out.code);
    read
}

fn shape_one(shaper: &Shaper, feature: &RawFeature) -> Placed<Shaped> {
    shaper.shape(&feature.wkb).map_err(|problem| (feature.number, feature.words.code, problem))
}
