//! What of a layer a map shows: by which measure, in which classes and colours.

use super::colours::Palette;
use crate::analyse::{Classes, Measure};
use crate::domain::geography::Geography;
use crate::domain::region::Slug;
use crate::protect::{Feature, Layer, Status};

/// A layer as it is shown.
#[derive(Debug, Clone)]
pub struct Shown<'a> {
    pub layer: &'a Layer,
    /// Shares and densities are fills, counts are circles.
    pub by: Measure,
    /// Of shares and densities; counts have none.
    pub classes: Classes,
    /// One for each class.
    pub colours: Vec<&'static str>,
    /// The largest count, at least 1.
    pub most: f64,
    /// The release whose shares were classed, where it is another one than is shown.
    pub like: Option<&'a Slug>,
    palette: Palette,
}

impl<'a> Shown<'a> {
    /// Hexagons have no denominator: they show their density, classed around the usual one, which is the
    /// nation's. Where no region has a share their counts are shown, whatever is asked for.
    pub fn new(layer: &'a Layer, asked: Measure, usual_km2: Option<f64>, palette: Palette) -> Self {
        let by = match (layer.geography(), asked) {
            (Geography::Hexagon(_), _) => Measure::DensityKm2,
            (Geography::Region(_), Measure::Share) => Measure::of_layer(layer),
            (Geography::Region(_), _) => Measure::Count,
        };
        let classes = match by {
            Measure::Share => Classes::natural(&values(layer, by)),
            Measure::DensityKm2 => Classes::around(usual_km2.unwrap_or(1.0)),
            Measure::Count => Classes::default(),
        };
        let colours = palette.colours(&layer.theme().name, classes.count());
        let most = values(layer, Measure::Count).into_iter().fold(1.0, f64::max);
        Self { layer, by, classes, colours, most, like: None, palette }
    }

    /// The same in the classes of another release, so that colours of both can be compared. `there` is the
    /// same layer of it; where that has no shares the classes are its own.
    #[must_use]
    pub fn in_classes_of(self, release: &'a Slug, there: &Layer) -> Self {
        let values = values(there, Measure::Share);
        if self.by != Measure::Share || values.is_empty() {
            return self;
        }
        let classes = Classes::natural(&values);
        let colours = self.palette.colours(&self.layer.theme().name, classes.count());
        Self { classes, colours, like: Some(release), ..self }
    }

    /// What the map shows of an area; `None` where it has no class and no circle.
    pub fn value(&self, feature: &Feature) -> Option<f64> {
        value(feature, self.by)
    }

    /// What the map shows of all areas that have a value, in their order.
    pub fn values(&self) -> Vec<f64> {
        values(self.layer, self.by)
    }

    /// The colour of an area's class; `None` where its value has none, or where counts are shown.
    pub fn colour(&self, feature: &Feature) -> Option<&'static str> {
        let value = self.value(feature).filter(|_| self.by != Measure::Count)?;
        self.colours.get(self.classes.of(value)).copied()
    }

    /// How many areas have a status.
    pub fn count_of(&self, status: Status) -> usize {
        self.layer.features().iter().filter(|feature| feature.status == status).count()
    }
}

fn values(layer: &Layer, by: Measure) -> Vec<f64> {
    layer.features().iter().filter_map(|feature| value(feature, by)).collect()
}

fn value(feature: &Feature, by: Measure) -> Option<f64> {
    (feature.status == Status::Value).then(|| by.of(feature)).flatten()
}
