//! The release that is answered from.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use geo::MultiPolygon;

use super::container;
use super::error::ServeError;
use super::workbook::{self, Told};
use crate::domain::geography::Geography;
use crate::domain::indicator::{Denominators, Indicators};
use crate::domain::institution::PublicInstitution;
use crate::domain::region::{Level, RegionTree};
use crate::encode::csv::{self, Dialect};
use crate::encode::{Compared, Format, Geometry, Outlines, ReleaseLabel};
use crate::protect::{Layer, LayerRequest, LeafTable};
use crate::store::archive::TileArchive;

/// A release with all that its layers need. It holds no exact counts but those of a restricted leaf
/// table. Releases on the same regions share them.
pub struct Served {
    pub label: ReleaseLabel,
    /// The digest of the release's content.
    pub content: String,
    /// The digest of the regions that it stands on.
    pub regions: String,
    pub tree: Arc<RegionTree>,
    pub leaves: LeafTable,
    pub indicators: Indicators,
    /// With those of the regions that are summed from their parts, so that this is done once.
    pub denominators: Denominators,
    /// Generalised outlines, by region.
    pub general: Arc<[MultiPolygon]>,
    pub full: Arc<FullShapes>,
    /// The archives that the release has.
    pub tiles: BTreeMap<Level, TileArchive>,
    /// What is public of institutions, where the build was given some.
    pub institutions: Option<Vec<PublicInstitution>>,
}

impl Served {
    /// Sums a layer.
    pub fn layer(&self, request: &LayerRequest<'_>) -> Layer {
        self.leaves.layer(request, &self.tree, &self.indicators, &self.denominators)
    }

    /// Writes a layer; a workbook in the default language.
    ///
    /// # Errors
    /// [`ServeError::Shapes`] where the full outlines can't be read; [`ServeError::Container`];
    /// [`ServeError::Workbook`]; [`ServeError::Write`].
    pub fn write(
        &self,
        layer: &Layer,
        geometry: Geometry,
        format: Format,
        out: &mut impl io::Write,
    ) -> Result<(), ServeError> {
        self.write_compared((layer, None), geometry, format, out)
    }

    /// Writes a layer as a workbook, in a language.
    ///
    /// # Errors
    /// [`ServeError::Workbook`]; [`ServeError::Write`].
    pub fn write_workbook(
        &self,
        (layer, compared): (&Layer, Option<Compared<'_>>),
        told: Told<'_>,
        out: &mut impl io::Write,
    ) -> Result<(), ServeError> {
        workbook::write(self, (layer, compared), told, out)
    }

    /// Writes a layer as CSV, in a dialect.
    ///
    /// # Errors
    /// [`ServeError::Write`].
    pub fn write_csv(
        &self,
        (layer, compared): (&Layer, Option<Compared<'_>>),
        dialect: Dialect,
        out: &mut impl io::Write,
    ) -> Result<(), ServeError> {
        csv::write_in(dialect, layer, (&self.label, compared), out).map_err(ServeError::Write)
    }

    /// As [`Self::write`], with what changed where it is compared with another release.
    ///
    /// # Errors
    /// As [`Self::write`]; [`ServeError::NoChanges`].
    pub fn write_compared(
        &self,
        (layer, compared): (&Layer, Option<Compared<'_>>),
        geometry: Geometry,
        format: Format,
        out: &mut impl io::Write,
    ) -> Result<(), ServeError> {
        if format == Format::Workbook {
            return self.write_workbook((layer, compared), Told::default(), out);
        }
        let full = match (geometry, layer.geography()) {
            (Geometry::Full, Geography::Region(_)) if format.has_shapes() => self.full.get()?,
            _ => Arc::default(),
        };
        let outlines = match geometry {
            Geometry::None => Outlines::None,
            Geometry::General => Outlines::Regions(&self.general),
            Geometry::Full => Outlines::Regions(&full),
        };
        if let Some(container) = container::of(format) {
            return match compared {
                None => container::write(container, layer, &self.label, outlines, out),
                Some(_) => Err(ServeError::NoChanges { format }),
            };
        }
        let written = match compared {
            None => format.write(layer, &self.label, outlines, out),
            Some(compared) => format
                .write_compared(layer, (&self.label, compared), outlines, out)
                .ok_or(ServeError::NoChanges { format })?,
        };
        written.map_err(ServeError::Write)
    }
}

/// Why something that comes from outside can't be had.
pub type AnyError = Box<dyn std::error::Error + Send + Sync>;
type LoadShapes = dyn Fn() -> Result<Vec<MultiPolygon>, AnyError> + Send + Sync;

/// The outlines as their source has them, by region: read when they are first asked for, because those of
/// a nation's villages take hundreds of megabytes.
pub struct FullShapes {
    load: Box<LoadShapes>,
    loaded: Mutex<Option<Arc<[MultiPolygon]>>>,
}

impl FullShapes {
    pub fn new(
        load: impl Fn() -> Result<Vec<MultiPolygon>, AnyError> + Send + Sync + 'static,
    ) -> Self {
        Self { load: Box::new(load), loaded: Mutex::new(None) }
    }

    pub(super) fn get(&self) -> Result<Arc<[MultiPolygon]>, ServeError> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shapes) = &*loaded {
            return Ok(Arc::clone(shapes));
        }
        let shapes: Arc<[MultiPolygon]> = (self.load)().map_err(ServeError::Shapes)?.into();
        *loaded = Some(Arc::clone(&shapes));
        Ok(shapes)
    }
}
