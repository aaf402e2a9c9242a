//! Institutions: an office in each village, and now and then a home for children, elderly or
//! disabled persons.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, StringArray, UInt32Array};
use geo::Coord;

use super::Survey;
use super::calendar::Cutoffs;
use super::dice::{Dice, Purpose};
use super::fix::round;
use super::household::Household;
use super::id::IdWriter;
use super::person::Person;
use super::plan::Group;
use super::population::Population;

/// What an institution is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstitutionKind {
    Office,
    Puskesos,
    Lksa,
    PantiLu,
    PantiPd,
    Lks,
    Yayasan,
    Sentra,
}

impl InstitutionKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Office => "OFFICE",
            Self::Puskesos => "PUSKESOS",
            Self::Lksa => "LKSA",
            Self::PantiLu => "PANTI_LU",
            Self::PantiPd => "PANTI_PD",
            Self::Lks => "LKS",
            Self::Yayasan => "YAYASAN",
            Self::Sentra => "SENTRA",
        }
    }

    /// What its residents are: children, elderly, disabled, as shares of them.
    const fn residents(self) -> Option<[f64; 3]> {
        match self {
            Self::Office | Self::Puskesos => None,
            Self::Lksa => Some([1.0, 0.0, 0.03]),
            Self::PantiLu => Some([0.0, 1.0, 0.15]),
            Self::PantiPd => Some([0.2, 0.1, 1.0]),
            Self::Lks | Self::Yayasan => Some([0.6, 0.3, 0.1]),
            Self::Sentra => Some([0.2, 0.2, 0.5]),
        }
    }
}

/// An institution of a group.
pub struct Institution {
    pub id: String,
    pub name: String,
    pub kind: InstitutionKind,
    /// Among the villages of the group.
    pub village: u32,
    pub place: Coord,
    capacity: Option<u32>,
    /// Children, elderly, disabled.
    residents: Option<[u32; 3]>,
}

/// How likely a district has one of each kind.
const SHARES: [(InstitutionKind, f64); 7] = [
    (InstitutionKind::Puskesos, 0.6),
    (InstitutionKind::Lksa, 0.45),
    (InstitutionKind::PantiLu, 0.12),
    (InstitutionKind::PantiPd, 0.08),
    (InstitutionKind::Lks, 0.3),
    (InstitutionKind::Yayasan, 0.25),
    (InstitutionKind::Sentra, 0.03),
];

/// The institutions of a group: the office of each village where people live, then the others.
pub fn of(survey: &Survey<'_>, group: &Group, population: &Population) -> Vec<Institution> {
    let code = survey.tree.get(group.parent).code;
    let mut dice = Dice::new(
        survey.settings.seed,
        Purpose::Institutions,
        code.digits(),
        u64::from(code.width()),
    );
    let inhabited: Vec<usize> = (0..group.villages.len())
        .filter(|&village| population.settlements[village].is_some())
        .collect();
    let mut institutions = Vec::with_capacity(inhabited.len() + 2);
    for &village in &inhabited {
        institutions.push(build(
            survey,
            group,
            population,
            InstitutionKind::Office,
            village,
            &mut dice,
        ));
    }
    for (kind, share) in SHARES {
        if dice.chance(share) && !inhabited.is_empty() {
            let village = inhabited[dice.below(inhabited.len())];
            institutions.push(build(survey, group, population, kind, village, &mut dice));
        }
    }
    institutions
}

fn build(
    survey: &Survey<'_>,
    group: &Group,
    population: &Population,
    kind: InstitutionKind,
    village: usize,
    dice: &mut Dice,
) -> Institution {
    let settlements =
        population.settlements[village].as_ref().expect("institutions stand where people live");
    let (middle, terrain) = (settlements.middle(), settlements.terrain());
    let off_m = if kind == InstitutionKind::Office { 40.0 } else { 250.0 };
    let wanted = terrain.scale().offset(middle, off_m * dice.normal(), off_m * dice.normal());
    let capacity = kind.residents().map(|_| dice.log_normal(40.0, 0.5).clamp(8.0, 300.0));
    let full = dice.between(0.5, 1.0);
    let code = survey.tree.get(group.villages[village].region).code;
    let residents = kind.residents().zip(capacity);
    Institution {
        id: IdWriter::default().thing(kind.name(), code, 1).to_owned(),
        name: format!("{} {code} (invented)", kind.name()),
        kind,
        village: village as u32,
        place: terrain.nearest_inside(wanted, middle),
        capacity: capacity.map(|capacity| capacity as u32),
        residents: residents
            .map(|(shares, capacity)| shares.map(|share| (share * full * capacity) as u32)),
    }
}

/// The institution in which a member lives, for a few.
pub fn lives_in<'a>(
    survey: &Survey<'_>,
    household: &Household,
    person: &Person,
    cutoffs: &Cutoffs,
    institutions: &'a [Institution],
) -> Option<&'a Institution> {
    let (kind, share) = match person {
        person if person.disability > 0 => (InstitutionKind::PantiPd, 0.01),
        person if person.born > cutoffs.eighteen && person.born <= cutoffs.five => {
            (InstitutionKind::Lksa, 0.002)
        }
        person if person.born <= cutoffs.seventy => (InstitutionKind::PantiLu, 0.006),
        _ => return None,
    };
    let institution = institutions.iter().find(|one| one.kind == kind)?;
    let key = household.id.key();
    let mut dice =
        Dice::new(survey.settings.seed, Purpose::Residents, key, u64::from(person.number));
    dice.chance(share).then_some(institution)
}

/// The columns of the institutions table.
pub fn columns(survey: &Survey<'_>, group: &Group, institutions: &[Institution]) -> Vec<ArrayRef> {
    let text = |of: fn(&Institution) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(institutions.iter().map(of)))
    };
    let degrees = |of: fn(&Institution) -> f64| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(institutions.iter().map(|one| round(of(one), 7))))
    };
    let residents = |class: usize| -> ArrayRef {
        let count = |one: &Institution| one.residents.map(|residents| residents[class]);
        Arc::new(UInt32Array::from_iter(institutions.iter().map(count)))
    };
    let village = |one: &Institution| {
        survey.tree.get(group.villages[one.village as usize].region).code.to_string()
    };
    vec![
        text(|one| &one.id),
        text(|one| &one.name),
        text(|one| one.kind.name()),
        Arc::new(StringArray::from_iter_values(institutions.iter().map(village))),
        degrees(|one| one.place.x),
        degrees(|one| one.place.y),
        Arc::new(UInt32Array::from_iter(institutions.iter().map(|one| one.capacity))),
        residents(0),
        residents(1),
        residents(2),
    ]
}
