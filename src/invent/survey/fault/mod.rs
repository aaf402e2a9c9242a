//! Faults injected into visits, with the truth about them.
//!
//! The injector knows no threshold of any rule: magnitudes are drawn continuously, mostly
//! log-uniformly, over all orders of magnitude that could occur, so that a rule's recall can be told
//! as a curve.

mod day;
mod position;
mod time;

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, StringArray, StringBuilder};

use super::Survey;
use super::dice::{Dice, Purpose};
use super::household::Household;
use super::id::IdWriter;
use super::institution::Institution;
use super::plan::Group;
use super::population::Population;
use super::settlement::Settlements;
use super::visit::Visit;

/// What is wrong with a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    MissingPosition,
    UnreadablePosition,
    NullIsland,
    SwappedAxes,
    WrongSign,
    DoubledMinus,
    OutsideCountry,
    InaccurateFix,
    MockPosition,
    OutsideVillage,
    OtherRegion,
    RoundedPosition,
    SharedPosition,
    CrowdedPosition,
    OfficePosition,
    DeskCapture,
    SharedDevice,
    ImplausibleTravel,
    OverlappingVisits,
    ImplausibleDuration,
    ImplausibleProductivity,
    WrongClock,
    OddHours,
    DuplicateHousehold,
    FabricatedPattern,
}

impl FaultKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::MissingPosition => "missing_position",
            Self::UnreadablePosition => "unreadable_position",
            Self::NullIsland => "null_island",
            Self::SwappedAxes => "swapped_axes",
            Self::WrongSign => "wrong_sign",
            Self::DoubledMinus => "doubled_minus",
            Self::OutsideCountry => "outside_country",
            Self::InaccurateFix => "inaccurate_fix",
            Self::MockPosition => "mock_position",
            Self::OutsideVillage => "outside_village",
            Self::OtherRegion => "other_region",
            Self::RoundedPosition => "rounded_position",
            Self::SharedPosition => "shared_position",
            Self::CrowdedPosition => "crowded_position",
            Self::OfficePosition => "office_position",
            Self::DeskCapture => "desk_capture",
            Self::SharedDevice => "shared_device",
            Self::ImplausibleTravel => "implausible_travel",
            Self::OverlappingVisits => "overlapping_visits",
            Self::ImplausibleDuration => "implausible_duration",
            Self::ImplausibleProductivity => "implausible_productivity",
            Self::WrongClock => "wrong_clock",
            Self::OddHours => "odd_hours",
            Self::DuplicateHousehold => "duplicate_household",
            Self::FabricatedPattern => "fabricated_pattern",
        }
    }
}

/// How large a fault is, and in which unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Magnitude(pub f64, pub &'static str);

/// The truth about one visit.
#[derive(Debug, Clone, PartialEq)]
pub struct Truth {
    /// Among the visits of its group.
    pub visit: usize,
    pub kind: FaultKind,
    pub magnitude: Magnitude,
}

/// Of the visits with a fault, those whose fault is one of a whole day or of several visits.
const SHARE_OF_DAYS: f64 = 0.3;

/// Injects one fault into about this share of the completed visits.
pub fn inject(
    survey: &Survey<'_>,
    group: &Group,
    population: &Population,
    institutions: &[Institution],
    share: f64,
    visits: &mut Vec<Visit>,
) -> Vec<Truth> {
    let offset_s = group.offset_min(survey.tree) * 60;
    let scene = Scene { survey, group, population, institutions, offset_s };
    let mut truths = day::inject(&scene, share * SHARE_OF_DAYS, visits);
    let mut touched = vec![false; visits.len()];
    for truth in &truths {
        touched[truth.visit] = true;
    }
    let honest = visits.clone();
    let mut added = Vec::new();
    for (index, visit) in honest.iter().enumerate() {
        if touched[index] || !visit.is_completed() {
            continue;
        }
        let before = index.checked_sub(1).map(|index| &honest[index]);
        let before = before.filter(|one| one.officer == visit.officer && one.day == visit.day);
        let Some(fault) = scene.fault_of(visit, before, share * (1.0 - SHARE_OF_DAYS)) else {
            continue;
        };
        if fault.visit == *visit {
            continue;
        }
        let is_added = fault.kind == FaultKind::DuplicateHousehold;
        let visit = if is_added { honest.len() + added.len() } else { index };
        truths.push(Truth { visit, kind: fault.kind, magnitude: fault.magnitude });
        if is_added {
            added.push(fault.visit);
        } else {
            visits[index] = fault.visit;
        }
    }
    visits.append(&mut added);
    truths.sort_by_key(|truth| truth.visit);
    truths
}

/// What a fault is made of.
struct Scene<'a> {
    survey: &'a Survey<'a>,
    group: &'a Group,
    population: &'a Population,
    institutions: &'a [Institution],
    /// Seconds ahead of UTC.
    offset_s: i64,
}

/// A visit with a fault.
struct Faulty {
    visit: Visit,
    kind: FaultKind,
    magnitude: Magnitude,
}

impl Scene<'_> {
    fn household(&self, visit: &Visit) -> &Household {
        &self.population.households[visit.household as usize]
    }

    fn settlements(&self, visit: &Visit) -> &Settlements {
        self.population.settlements[self.household(visit).village as usize]
            .as_ref()
            .expect("visited households live where there are settlements")
    }

    /// Draws whether a visit gets a fault, and makes it.
    fn fault_of(&self, visit: &Visit, before: Option<&Visit>, share: f64) -> Option<Faulty> {
        let settings = &self.survey.settings;
        let part = u64::from(settings.wave) << 8 | u64::from(visit.attempt);
        let key = self.household(visit).id.key();
        let mut dice = Dice::new(settings.seed, Purpose::FaultOfVisit, key, part);
        if !dice.chance(share) {
            return None;
        }
        // A kind may not fit the visit (no visit before it, no text to spoil): then another is drawn.
        (0..8).find_map(|_| {
            let positions = position::KINDS.len();
            let drawn = dice.below(positions + time::KINDS.len());
            let mut faulty = visit.clone();
            let (kind, magnitude) = if drawn < positions {
                let kind = position::KINDS[drawn];
                (kind, position::spoil(self, kind, &mut dice, &mut faulty)?)
            } else {
                let kind = time::KINDS[drawn - positions];
                (kind, time::spoil(self, kind, &mut dice, before, &mut faulty)?)
            };
            Some(Faulty { visit: faulty, kind, magnitude })
        })
    }
}

/// The columns of the truth.
pub fn columns(
    survey: &Survey<'_>,
    population: &Population,
    visits: &[Visit],
    truths: &[Truth],
) -> Vec<ArrayRef> {
    let (mut ids, mut visit_ids) = (IdWriter::default(), StringBuilder::new());
    for truth in truths {
        let visit = &visits[truth.visit];
        let household = &population.households[visit.household as usize];
        visit_ids.append_value(ids.visit(household.id, survey.settings.wave, visit.attempt));
    }
    vec![
        Arc::new(visit_ids.finish()),
        Arc::new(StringArray::from_iter_values(truths.iter().map(|truth| truth.kind.name()))),
        Arc::new(Float64Array::from_iter_values(truths.iter().map(|truth| truth.magnitude.0))),
        Arc::new(StringArray::from_iter_values(truths.iter().map(|truth| truth.magnitude.1))),
    ]
}
