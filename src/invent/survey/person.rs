//! The members of an invented household.

use super::calendar::{DAYS_IN_YEAR, age_years};
use super::dice::Dice;

/// A member of a household.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// Within the household; never given to another member.
    pub number: u16,
    pub sex: Sex,
    /// Days since 1970.
    pub born: i32,
    /// The register's own code, 0 (none) to 12.
    pub disability: u8,
    /// Came to the household since its visit of the wave before.
    pub is_new: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Sex {
    Male = 1,
    Female = 2,
}

/// The class in which a disabled person counts, exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disability {
    Physical,
    Intellectual,
    Mental,
    Sensory,
    Multiple,
}

impl Person {
    /// The class of the person's code; `None` for code 0. Codes 5 to 9 and 12 name two kinds or more.
    pub const fn disability_class(self) -> Option<Disability> {
        Some(match self.disability {
            1 => Disability::Physical,
            2..=4 => Disability::Sensory,
            10 => Disability::Intellectual,
            11 => Disability::Mental,
            5..=9 | 12 => Disability::Multiple,
            _ => return None,
        })
    }
}

/// How likely each code from 1 to 12 is among the disabled.
const CODES: [f64; 12] =
    [0.34, 0.12, 0.09, 0.05, 0.06, 0.015, 0.01, 0.015, 0.005, 0.13, 0.13, 0.05];

/// Adds the members of a household as it stands on `day` (days since 1970).
pub fn draw_members(dice: &mut Dice, day: i32, members: &mut Vec<Person>) {
    let first = members.len();
    let lone_elder = dice.chance(0.05);
    let head_age = if lone_elder {
        dice.between(61.0, 88.0)
    } else {
        (45.0 + 13.0 * dice.normal()).clamp(19.0, 86.0)
    };
    let head_sex =
        if dice.chance(if lone_elder { 0.3 } else { 0.85 }) { Sex::Male } else { Sex::Female };
    let mut add = |dice: &mut Dice, sex, age_years: f64| {
        let number = (members.len() - first + 1) as u16;
        let born = day - (age_years * DAYS_IN_YEAR) as i32;
        let disability = draw_disability(dice, age_years as i32);
        members.push(Person { number, sex, born, disability, is_new: false });
    };
    add(dice, head_sex, head_age);
    if lone_elder {
        return;
    }
    if head_sex == Sex::Male && dice.chance(if head_age < 65.0 { 0.9 } else { 0.65 }) {
        let age = (head_age - 3.0 + 4.0 * dice.normal()).clamp(18.0, 84.0);
        add(dice, Sex::Female, age);
    }
    let eldest = (head_age - 20.0).clamp(0.5, 30.0);
    let children =
        if head_age < 66.0 { dice.pick(&[0.18, 0.27, 0.30, 0.15, 0.06, 0.03, 0.01]) } else { 0 };
    for _ in 0..children {
        let (sex, age) = (draw_sex(dice), dice.between(0.05, eldest));
        add(dice, sex, age);
    }
    if head_age < 58.0 && dice.chance(0.12) {
        let (sex, age) = (draw_sex(dice), head_age + dice.between(19.0, 33.0));
        add(dice, sex, age);
    }
}

fn draw_disability(dice: &mut Dice, age_years: i32) -> u8 {
    let share = match age_years {
        ..18 => 0.012,
        18..60 => 0.022,
        _ => 0.075,
    };
    if dice.chance(share) { dice.pick(&CODES) as u8 + 1 } else { 0 }
}

fn draw_sex(dice: &mut Dice) -> Sex {
    if dice.chance(0.512) { Sex::Male } else { Sex::Female }
}

/// A year passes for the members from `first` on, up to `day`: deaths, births, children who leave.
pub fn age_by_a_year(dice: &mut Dice, day: i32, members: &mut Vec<Person>, first: usize) {
    let mut next = members[first..].iter().map(|person| person.number).max().unwrap_or(0) + 1;
    let mut mothers = 0;
    let mut kept = first;
    for index in first..members.len() {
        let mut person = members[index];
        let age = age_years(person.born, day);
        person.is_new = false;
        if dice.chance(dying(age)) || (age > 21 && person.number > 2 && dice.chance(0.05)) {
            continue;
        }
        if person.disability == 0 && dice.chance(if age < 60 { 0.001 } else { 0.006 }) {
            person.disability = dice.pick(&CODES) as u8 + 1;
        }
        mothers += u32::from(person.sex == Sex::Female && (18..43).contains(&age));
        members[kept] = person;
        kept += 1;
    }
    members.truncate(kept);
    if kept == first {
        return;
    }
    for _ in 0..mothers {
        if dice.chance(0.07) {
            let born = day - i32::from(dice.below(365) as u16);
            let sex = draw_sex(dice);
            members.push(Person { number: next, sex, born, disability: 0, is_new: true });
            next += 1;
        }
    }
}

/// The chance to die within a year: rises tenfold in 25 years (Gompertz).
fn dying(age_years: i32) -> f64 {
    (0.0012 + 0.12 * (f64::from(age_years - 85) / 10.9).exp()).min(0.5)
}

#[cfg(test)]
mod tests {
    use super::super::dice::Purpose;
    use super::*;

    #[test]
    fn the_members_look_like_a_country_of_young_and_old() {
        let mut members = Vec::new();
        for household in 0..4_000 {
            draw_members(&mut Dice::new(1, Purpose::Household, household, 0), 18_700, &mut members);
        }
        let count = |test: &dyn Fn(&Person) -> bool| {
            members.iter().filter(|person| test(person)).count() as f64 / members.len() as f64
        };
        let size = members.len() as f64 / 4_000.0;
        assert!((3.3..4.2).contains(&size), "size {size}");
        let children = count(&|person| age_years(person.born, 18_700) < 18);
        assert!((0.27..0.40).contains(&children), "children {children}");
        let elderly = count(&|person| age_years(person.born, 18_700) >= 60);
        assert!((0.08..0.15).contains(&elderly), "elderly {elderly}");
        let disabled = count(&|person| person.disability > 0);
        assert!((0.015..0.04).contains(&disabled), "disabled {disabled}");
    }

    #[test]
    fn every_code_has_one_class() {
        let class = |disability| {
            Person { number: 1, sex: Sex::Male, born: 0, disability, is_new: false }
                .disability_class()
        };
        assert_eq!(class(0), None);
        assert_eq!((5..10).filter(|&code| class(code) == Some(Disability::Multiple)).count(), 5);
        assert_eq!(class(12), Some(Disability::Multiple));
        assert_eq!(class(4), Some(Disability::Sensory));
    }
}
