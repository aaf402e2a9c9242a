//! # What it finds
//! An institution that lies outside its village or nowhere, that has more residents than places, or whose
//! row holds values that can't be.
//!
//! # Why it matters
//! Its point on the map, and the offices by which visits filled in at a desk are found, may be wrong.
//!
//! # What to do
//! Correct the row in the institutions table.

use super::register::RegisterRule;
use crate::domain::institution::Institution;
use crate::domain::region::RegionId;
use crate::locate::Locator;

/// Metres from its village from which an institution is told of.
const OUTSIDE_M: f64 = 500.0;

/// What is found in an institution, with the region in which it counts: its village, or where it lies.
pub fn check_institution(
    institution: &Institution,
    locator: &Locator<'_>,
) -> (Option<RegionId>, Vec<(RegisterRule, f64)>) {
    let mut found = Vec::new();
    let declared = institution.village.and_then(|code| locator.tree().find(code));
    let lies_in = institution.position.and_then(|position| locator.region_at(position));
    if institution.doubtful > 0 {
        found.push((RegisterRule::DoubtfulInstitution, f64::from(institution.doubtful)));
    }
    match (declared, institution.position) {
        (Some(declared), Some(position)) => {
            let distance_m = locator.distance_to_m(position, declared).unwrap_or(0.0);
            if distance_m > OUTSIDE_M {
                found.push((RegisterRule::InstitutionOutsideVillage, distance_m));
            }
        }
        (None, _) if lies_in.is_none() => found.push((RegisterRule::UnplacedInstitution, 1.0)),
        _ => {}
    }
    let residents = institution.residents.at_least();
    if let Some(over) = institution.capacity.and_then(|capacity| residents.checked_sub(capacity))
        && over > 0
    {
        found.push((RegisterRule::InstitutionOverCapacity, f64::from(over)));
    }
    (declared.or(lies_in), found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::villages;
    use crate::domain::institution::{InstitutionKind, Residents};
    use crate::domain::position::Position;
    use crate::domain::visit::AssignBy;
    use crate::locate::build;

    /// The region's code and the rules that find something, in a country of two villages side by side
    /// from longitude 90 and 90.1.
    fn found(village: &str, longitude: Option<f64>, residents: u32) -> (String, Vec<RegisterRule>) {
        let (tree, shapes) = villages(&["0101001001", "0201001001"]);
        let index = build(&shapes).unwrap();
        let locator = Locator::new(&tree, &index, AssignBy::Declared);
        let institution = Institution {
            id: "a".to_owned(),
            name: "Xavo".to_owned(),
            kind: InstitutionKind::Lksa,
            village: village.parse().ok(),
            position: longitude.and_then(|longitude| Position::new(longitude, 1.05)),
            capacity: Some(30),
            residents: Residents { children: Some(residents), ..Residents::default() },
            doubtful: 0,
        };
        let (region, found) = check_institution(&institution, &locator);
        let code = region.map_or_else(String::new, |id| tree.get(id).code.to_string());
        (code, found.into_iter().map(|(rule, _)| rule).collect())
    }

    #[test]
    fn an_institution_counts_in_its_village_or_where_it_lies() {
        let first = "0101001001".to_owned();
        assert_eq!(found("0101001001", Some(90.05), 30), (first.clone(), vec![]));
        assert_eq!(found("", Some(90.05), 0), (first.clone(), vec![]));
        assert_eq!(found("0101001001", None, 0), (first.clone(), vec![]));
        let outside = vec![RegisterRule::InstitutionOutsideVillage];
        assert_eq!(found("0101001001", Some(90.15), 0), (first.clone(), outside));
        assert_eq!(found("99", None, 0), (String::new(), vec![RegisterRule::UnplacedInstitution]));
        let over = vec![RegisterRule::InstitutionOverCapacity];
        assert_eq!(found("0101001001", Some(90.05), 31), (first, over));
    }
}
