//! Boundaries from any vector file that GDAL opens. Nothing else names GDAL.

mod error;
mod fields;
mod log;
mod shape;
mod source;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;

use gdal::vector::{Feature, Layer, LayerAccess};
use rayon::prelude::*;

pub use error::{Place, Problem, RegionsError};
use fields::{Columns, Words};
use shape::{Shaped, Shaper};
pub use source::files;

use super::mapping::RegionMapping;
use crate::domain::code::{CodeSystem, RegionCode};
use crate::domain::region::{Level, Repair, SourceRegion};

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
    let (dataset, asked) = source::open(request.path, asked)?;
    let mut layer = source::layer(&dataset, asked.as_deref(), place)?;
    let known = fields::known(&layer);
    let canonical = RegionMapping::canonical(&known);
    let mapping = request.mapping.unwrap_or(&canonical);
    let columns = Columns::resolve(&known, mapping, request.system)?;
    let crs = source::crs(&layer, mapping.crs.as_deref())?;
    let (level, name) = (columns.level, layer.name());
    let features = read_features(&mut layer, &columns, progress, place)?;
    drop(dataset);
    place.feature = None;
    refuse_repeated(&features, place)?;
    let (regions, repaired) = shape_all(features, crs.as_deref(), place)?;
    Ok(SourceRegions { layer: name, level, regions, repaired })
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

fn shape_all(
    features: Vec<RawFeature>,
    crs: Option<&str>,
    place: &mut Place,
) -> Result<(Vec<SourceRegion>, Vec<Repair>), Problem> {
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
    let mut repaired = Vec::new();
    let join = |(feature, shaped): (RawFeature, Shaped)| {
        let RawFeature { number, words, .. } = feature;
        if let Some(reason) = shaped.repaired {
            repaired.push(Repair { code: words.code, feature: number, reason });
        }
        SourceRegion {
            code: words.code,
            names: words.names,
            kind: words.kind,
            utc_offset_min: words.utc_offset_min,
            shape: shaped.shape,
            feature: number,
        }
    };
    let mut regions: Vec<_> = features.into_iter().zip(shapes).map(join).collect();
    // Formats keep their features in orders of their own.
    regions.sort_by_key(|region| region.code);
    repaired.sort_by_key(|repair| repair.code);
    Ok((regions, repaired))
}

fn shape_one(shaper: &Shaper, feature: &RawFeature) -> Placed<Shaped> {
    shaper.shape(&feature.wkb).map_err(|problem| (feature.number, feature.words.code, problem))
}
