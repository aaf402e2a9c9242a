//! What the persons of a household come to, the plain way.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::table::Texts;

/// Writes over the visits' own counts what the households' persons come to: each person of a household by
/// a map, ages as the calendar has them. Rows that are equal count once. Where a person's age or code is
/// unknown the visits' own counts stay, which tell all of them.
pub fn tell_persons(visits: &mut Texts, persons: &Texts, reference: NaiveDate) {
    let column = |name: &str| persons.column(name);
    let [household, presence, institution] =
        ["household_id", "presence", "institution_id"].map(column);
    let mut of_household: BTreeMap<&str, BTreeSet<&[String]>> = BTreeMap::new();
    for row in &persons.rows {
        let is_present = ["", "1", "5", "x"].contains(&row[presence].as_str());
        if is_present && row[institution].is_empty() {
            of_household.entry(&row[household]).or_default().insert(row);
        }
    }
    let id = visits.column("household_id");
    let counts = COUNTS.map(|name| visits.column(name));
    for visit in &mut visits.rows {
        let Some(persons) = of_household.get(visit[id].as_str()) else { continue };
        let mut told = BTreeMap::from(COUNTS.map(|name| (name, 0)));
        let classes = [column("birth_date"), column("disability_code")];
        for person in persons {
            for name in counted(&person[classes[0]], &person[classes[1]], reference) {
                *told.get_mut(name).unwrap() += 1;
            }
        }
        let of = |column: usize| persons.iter().map(move |person| person[column].as_str());
        let are_aged = of(classes[0]).all(|born| age(born, reference).is_some());
        let are_coded = of(classes[1]).all(|code| code.parse().is_ok_and(|code: u8| code <= 12));
        for (at, name) in counts.into_iter().zip(COUNTS) {
            let are_known = if name.starts_with("disabled") { are_coded } else { are_aged };
            if are_known {
                visit[at] = told[name].to_string();
            }
        }
    }
}

const COUNTS: [&str; 11] = [
    "members",
    "children",
    "children_under_5",
    "elderly",
    "elderly_70_plus",
    "disabled",
    "disabled_physical",
    "disabled_intellectual",
    "disabled_mental",
    "disabled_sensory",
    "disabled_multiple",
];

fn age(birth_date: &str, reference: NaiveDate) -> Option<u32> {
    let born = birth_date.parse::<NaiveDate>().ok();
    born.map(|born| reference.years_since(born).unwrap_or(0)).filter(|age| *age <= 120)
}

/// The counts to which a person adds. Without an age it is no member: those are told by their ages.
fn counted(birth_date: &str, code: &str, reference: NaiveDate) -> Vec<&'static str> {
    let mut names = Vec::new();
    if let Some(age) = age(birth_date, reference) {
        names.push("members");
        let classes = [
            ("children", 0..18),
            ("children_under_5", 0..5),
            ("elderly", 60..121),
            ("elderly_70_plus", 70..121),
        ];
        names.extend(
            classes.into_iter().filter(|(_, ages)| ages.contains(&age)).map(|(name, _)| name),
        );
    }
    let class = match code {
        "01" => "disabled_physical",
        "02" | "03" | "04" => "disabled_sensory",
        "05" | "06" | "07" | "08" | "09" | "12" => "disabled_multiple",
        "10" => "disabled_intellectual",
        "11" => "disabled_mental",
        _ => return names,
    };
    names.extend(["disabled", class]);
    names
}
