//! How the ids of the survey are written; each shows that it is made up.

use super::household::HouseholdId;
use super::plan::ENUMERATORS_OF_SUPERVISOR;
use crate::domain::code::RegionCode;

/// Writes ids one after another into the same buffer.
#[derive(Debug, Default)]
pub struct IdWriter(String);

impl IdWriter {
    pub fn household(&mut self, id: HouseholdId) -> &str {
        self.0.clear();
        self.0.push_str("RT");
        self.push_household(id);
        &self.0
    }

    pub fn person(&mut self, id: HouseholdId, number: u16) -> &str {
        self.0.clear();
        self.0.push_str("OR");
        self.push_household(id);
        self.0.push('-');
        self.push(u64::from(number), 2);
        &self.0
    }

    /// The visit of a household in a wave; attempts of other enumerators by mistake count on.
    pub fn visit(&mut self, id: HouseholdId, wave: u16, attempt: u8) -> &str {
        self.0.clear();
        self.0.push('K');
        self.push(u64::from(wave), 1);
        self.0.push('-');
        self.push_household(id);
        self.0.push('-');
        self.push(u64::from(attempt), 1);
        &self.0
    }

    pub fn prelist(&mut self, id: HouseholdId) -> &str {
        self.0.clear();
        self.0.push_str("PL");
        self.push_household(id);
        &self.0
    }

    pub fn code(&mut self, code: RegionCode) -> &str {
        self.0.clear();
        self.push(code.digits(), usize::from(code.width()));
        &self.0
    }

    pub fn enumerator(&mut self, office: RegionCode, number: u32) -> &str {
        self.officer("PCH", office, number, 4)
    }

    pub fn supervisor(&mut self, office: RegionCode, enumerator: u32) -> &str {
        self.officer("PWS", office, enumerator / ENUMERATORS_OF_SUPERVISOR, 3)
    }

    pub fn device(&mut self, office: RegionCode, enumerator: u32) -> &str {
        self.officer("GAWAI", office, enumerator, 4)
    }

    /// A thing of a region with a number: `kind`, code, number.
    pub fn thing(&mut self, kind: &str, code: RegionCode, number: u32) -> &str {
        self.officer(kind, code, number, 2)
    }

    fn officer(&mut self, kind: &str, code: RegionCode, number: u32, width: usize) -> &str {
        self.0.clear();
        self.0.push_str(kind);
        self.push(code.digits(), usize::from(code.width()));
        self.0.push('-');
        self.push(u64::from(number), width);
        &self.0
    }

    fn push_household(&mut self, id: HouseholdId) {
        self.push(id.village.digits(), usize::from(id.village.width()));
        self.0.push('-');
        if id.wave > 0 {
            self.push(u64::from(id.wave), 1);
            self.0.push('B');
        }
        self.push(u64::from(id.number), 5);
    }

    /// Writes a number in at least `width` digits.
    fn push(&mut self, number: u64, width: usize) {
        let mut digits = [b'0'; 20];
        let (mut left, mut at) = (number, digits.len());
        while left > 0 {
            at -= 1;
            digits[at] = b'0' + (left % 10) as u8;
            left /= 10;
        }
        let from = at.min(digits.len() - width);
        self.0.push_str(std::str::from_utf8(&digits[from..]).expect("digits are ASCII"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_by_village_wave_and_number() {
        let mut ids = IdWriter::default();
        let id = HouseholdId { village: "0101001002".parse().unwrap(), wave: 0, number: 7 };
        assert_eq!(ids.household(id), "RT0101001002-00007");
        assert_eq!(ids.visit(id, 1, 2), "K1-0101001002-00007-2");
        let newer = HouseholdId { wave: 2, number: 123_456, ..id };
        assert_eq!(ids.person(newer, 1), "OR0101001002-2B123456-01");
        assert_eq!(ids.code("01".parse().unwrap()), "01");
    }
}
