//! The registers around the visits: how each household is ranked, the prelist, programmes and their
//! recipients, and the people who help.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, StringArray, StringBuilder, UInt8Builder, UInt32Array, UInt32Builder,
};

use super::calendar::{Cutoffs, year_of};
use super::dice::{Dice, Purpose};
use super::fieldwork::Progress;
use super::household::{self, Counts, Household, HouseholdId};
use super::id::IdWriter;
use super::institution::{Institution, lives_in};
use super::person::Person;
use super::plan::Group;
use super::population::Population;
use super::{Persons, Survey};
use crate::domain::code::RegionCode;
use crate::domain::visit::Outcome;

/// What the registers hold of a household beside its visits.
pub struct Assessed {
    pub percentile: Option<f64>,
    pub counts: Counts,
    /// A family (`KEL`) rather than a household (`RT`).
    pub is_family: bool,
    /// Proposed anew by the village's deliberation.
    pub is_proposal: bool,
    benefits: [Option<Benefit>; 3],
}

impl Assessed {
    pub fn decile(&self) -> Option<u8> {
        self.percentile.map(household::decile)
    }
}

/// A programme for households: its name, the highest decile that it is for, rupiah a period for the
/// household and for each member.
struct Programme {
    name: &'static str,
    threshold: u8,
    amount_idr: u32,
    amount_of_member_idr: u32,
}

const PROGRAMMES: [Programme; 3] = [
    Programme { name: "PKH", threshold: 4, amount_idr: 225_000, amount_of_member_idr: 75_000 },
    Programme { name: "SEMBAKO", threshold: 5, amount_idr: 200_000, amount_of_member_idr: 0 },
    Programme { name: "PBI_JK", threshold: 5, amount_idr: 0, amount_of_member_idr: 42_000 },
];

#[derive(Debug, Clone, Copy)]
struct Benefit {
    status: &'static str,
    amount_idr: Option<u32>,
}

/// Ranks each household of a group and gives it its programmes. Members who live in an institution are
/// not counted with it.
pub fn assess(
    survey: &Survey<'_>,
    group: &Group,
    population: &Population,
    institutions: &[Institution],
) -> Vec<Assessed> {
    let settings = &survey.settings;
    let cutoffs = Cutoffs::at(settings.reference_date);
    let progress = Progress::of(survey, group);
    let assess = |household: &Household| {
        let is_home = |person: &&Person| {
            lives_in(survey, household, person, &cutoffs, institutions).is_none()
        };
        let members = population.members(household).iter().filter(is_home).copied();
        let counts = Counts::of(members, &cutoffs);
        let percentile = household::percentile(household, group.poverty_shift, settings.seed)
            .filter(|_| progress.ranks(household));
        let mut dice = Dice::new(
            settings.seed,
            Purpose::Register,
            household.id.key(),
            u64::from(settings.wave),
        );
        let decile = percentile.map(household::decile);
        Assessed {
            percentile,
            counts,
            is_family: dice.chance(0.06),
            is_proposal: household.id.wave > 0 || dice.chance(0.04),
            benefits: [0, 1, 2]
                .map(|index| receive(&mut dice, &PROGRAMMES[index], decile, counts.members)),
        }
    };
    population.households.iter().map(assess).collect()
}

/// A quarter of those who should receive a programme do not, and a few do who should not.
fn receive(
    dice: &mut Dice,
    programme: &Programme,
    decile: Option<u8>,
    members: u8,
) -> Option<Benefit> {
    let is_meant = decile.is_some_and(|decile| decile <= programme.threshold);
    if !dice.chance(if is_meant { 0.75 } else { 0.09 }) {
        return None;
    }
    let status = ["PAID", "FAILED", "LISTED", "ELIGIBLE", "STOPPED", "GRADUATED"]
        [dice.pick(&[0.88, 0.03, 0.03, 0.02, 0.02, 0.02])];
    let amount_idr = programme.amount_idr + programme.amount_of_member_idr * u32::from(members);
    Some(Benefit { status, amount_idr: (status == "PAID").then_some(amount_idr) })
}

/// 1 found, 2 not found, 3 duplicate, 4 new proposal.
pub const fn musdes_status(outcome: Outcome, assessed: &Assessed) -> u8 {
    match outcome {
        Outcome::Duplicate | Outcome::PartOfAnother => 3,
        Outcome::NotFound | Outcome::MovedOrGone => 2,
        _ if assessed.is_proposal => 4,
        _ => 1,
    }
}

/// The columns of the prelist: every visited household, and some that nobody went to.
pub fn prelist(survey: &Survey<'_>, group: &Group, population: &Population) -> Vec<ArrayRef> {
    let mut list = Prelist::with_capacity(population.households.len() * 11 / 10);
    let total = population.households.len();
    let code_of = |village: u32| survey.tree.get(group.villages[village as usize].region).code;
    for (index, household) in population.households.iter().enumerate() {
        let mut dice =
            Dice::new(survey.settings.seed, Purpose::Register, household.id.key(), 1 << 32);
        let (source, status) = match dice.unit() {
            _ if household.id.wave > 0 => ("MUSDES_NEW", 4),
            ..0.91 => ("BASELINE", 1),
            ..0.95 => ("MUSDES_NEW", 4),
            ..0.98 => ("MINISTRY", 1),
            _ => ("SELF", 1),
        };
        let officer = group.first_officer + group.officer_of(index, total);
        list.push(
            household.id,
            code_of(household.village),
            source,
            status,
            Some((group.office, officer)),
        );
    }
    for (index, village) in group.villages.iter().enumerate() {
        let code = code_of(index as u32);
        let mut dice = Dice::new(survey.settings.seed, Purpose::Register, code.digits(), 2 << 32);
        let unvisited = (f64::from(village.households) * 0.1 * dice.unit() * dice.unit()) as u32;
        for number in 0..unvisited {
            // Numbered after all that the first wave listed there.
            let id = HouseholdId { village: code, wave: 0, number: village.households + number };
            list.push(id, code, "BASELINE", if dice.chance(0.8) { 1 } else { 2 }, None);
        }
    }
    list.finish()
}

struct Prelist {
    ids: IdWriter,
    texts: [StringBuilder; 5],
    statuses: UInt8Builder,
}

impl Prelist {
    fn with_capacity(rows: usize) -> Self {
        Self {
            ids: IdWriter::default(),
            texts: [18, 18, 10, 9, 12]
                .map(|width| StringBuilder::with_capacity(rows, rows * width)),
            statuses: UInt8Builder::with_capacity(rows),
        }
    }

    fn push(
        &mut self,
        id: HouseholdId,
        village: RegionCode,
        source: &str,
        status: u8,
        officer: Option<(RegionCode, u32)>,
    ) {
        let [prelist, household, code, sources, officers] = &mut self.texts;
        prelist.append_value(self.ids.prelist(id));
        household.append_value(self.ids.household(id));
        code.append_value(self.ids.code(village));
        sources.append_value(source);
        self.statuses.append_value(status);
        match officer {
            Some((office, number)) => officers.append_value(self.ids.enumerator(office, number)),
            None => officers.append_null(),
        }
    }

    fn finish(self) -> Vec<ArrayRef> {
        let [prelist, household, code, source, officer] =
            self.texts.map(|mut text| Arc::new(text.finish()) as ArrayRef);
        let mut statuses = self.statuses;
        vec![prelist, household, code, source, Arc::new(statuses.finish()), officer]
    }
}

/// The columns of the recipients: households of the three programmes, and pupils (PIP) by person.
pub fn recipients(
    survey: &Survey<'_>,
    population: &Population,
    assessed: &[Assessed],
) -> Vec<ArrayRef> {
    let rows = population.households.len() * 2;
    let mut ids = IdWriter::default();
    let mut texts = [7, 18, 0, 7, 6].map(|width| StringBuilder::with_capacity(rows, rows * width));
    let [programmes, households, persons, periods, statuses] = &mut texts;
    let mut amounts = UInt32Builder::with_capacity(rows);
    let period = format!("{}-Q2", year_of(survey.settings.wave));
    let cutoffs = Cutoffs::at(survey.settings.reference_date);
    let present = population.households.iter().zip(assessed).filter(|(one, _)| !one.is_gone);
    for (household, assessed) in present {
        for (programme, benefit) in PROGRAMMES.iter().zip(assessed.benefits) {
            let Some(benefit) = benefit else { continue };
            programmes.append_value(programme.name);
            households.append_value(ids.household(household.id));
            persons.append_null();
            periods.append_value(&period);
            statuses.append_value(benefit.status);
            amounts.append_option(benefit.amount_idr);
        }
        // Pupils of households with PKH, where there is a table that they stand in.
        if assessed.benefits[0].is_none() || survey.settings.persons == Persons::Omitted {
            continue;
        }
        let pupils = population.members(household).iter();
        for pupil in pupils.filter(|one| one.born > cutoffs.eighteen && one.born <= cutoffs.five) {
            programmes.append_value("PIP");
            households.append_null();
            persons.append_value(ids.person(household.id, pupil.number));
            periods.append_value(&period);
            statuses.append_value("PAID");
            amounts.append_value(450_000);
        }
    }
    let [programmes, households, persons, periods, statuses] =
        texts.map(|mut text| Arc::new(text.finish()) as ArrayRef);
    vec![programmes, households, persons, periods, statuses, Arc::new(amounts.finish())]
}

/// The columns of the resources: volunteers of villages, facilitators of the district, and of the
/// regency where the group is its first.
pub fn resources(survey: &Survey<'_>, group: &Group, assessed: &[Assessed]) -> Vec<ArrayRef> {
    let seed = survey.settings.seed;
    let above = survey.tree.get(group.parent).code;
    let helped = assessed.iter().filter(|one| one.benefits[0].is_some()).count() as u32;
    // One facilitator looks after about 250 households.
    let mut rows: Vec<(&'static str, RegionCode, u32, Option<u32>)> = vec![
        ("TKSK", above, 1, Some(assessed.len() as u32)),
        ("PKH_FACILITATOR", above, helped.div_ceil(250), Some(helped)),
    ];
    if group.opens_office {
        let mut dice = Dice::new(seed, Purpose::Institutions, group.office.digits(), 1 << 40);
        rows.push(("TAGANA", group.office, 15 + dice.below(50) as u32, None));
    }
    for village in &group.villages {
        let code = survey.tree.get(village.region).code;
        let mut dice = Dice::new(seed, Purpose::Institutions, code.digits(), 1 << 40);
        if dice.chance(0.7) {
            rows.push(("PSM", code, 1 + dice.below(4) as u32, None));
        }
        if dice.chance(0.5) {
            rows.push(("KARANG_TARUNA", code, 5 + dice.below(30) as u32, None));
        }
    }
    let mut ids = IdWriter::default();
    let id = rows.iter().map(|row| ids.thing(row.0, row.1, 1).to_owned()).collect::<Vec<_>>();
    vec![
        Arc::new(StringArray::from_iter_values(id)),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.0))),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.1.to_string()))),
        Arc::new(UInt32Array::from_iter_values(rows.iter().map(|row| row.2))),
        Arc::new(UInt32Array::from_iter(rows.iter().map(|row| row.3))),
    ]
}
