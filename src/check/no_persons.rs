//! # What it finds
//! A household that counts, of which no person stands in the persons table.
//!
//! # Why it matters
//! Its persons are counted as the visit tells of them, without names.
//!
//! # What to do
//! Add the household's persons to the table, or correct the household_id there.

use super::{Finding, Rule, RuleText};
use crate::domain::visit::{Visit, VisitField};

pub const TEXT: RuleText = RuleText {
    name: "no_persons",
    unit: "persons",
    en: "The visit tells of {}, and none of them stands in the persons table.",
    id: "Kunjungan mencatat {}, dan tidak satu pun ada dalam tabel orang.",
};

/// Allow a household without persons. The value is the number of members that the visit tells of, 0
/// where it tells of none.
pub fn no_persons(visit: Visit<'_>) -> Finding {
    let members = visit.count(VisitField::Members).unwrap_or(0);
    Finding::note(Rule::NoPersons, f64::from(members))
}
