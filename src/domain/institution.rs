//! Institutions and the resources of social welfare.

use std::fmt;
use std::str::FromStr;

use super::code::RegionCode;
use super::position::Position;

/// What an institution is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InstitutionKind {
    /// A home for children.
    Lksa,
    /// A home for the elderly.
    PantiLu,
    /// A home for disabled persons.
    PantiPd,
    /// A centre of the ministry.
    Sentra,
    Lks,
    Yayasan,
    Puskesos,
    /// Where forms are filled in and officers work.
    Office,
    Other,
}

impl InstitutionKind {
    pub const ALL: [Self; 9] = [
        Self::Lksa,
        Self::PantiLu,
        Self::PantiPd,
        Self::Sentra,
        Self::Lks,
        Self::Yayasan,
        Self::Puskesos,
        Self::Office,
        Self::Other,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Lksa => "LKSA",
            Self::PantiLu => "PANTI_LU",
            Self::PantiPd => "PANTI_PD",
            Self::Sentra => "SENTRA",
            Self::Lks => "LKS",
            Self::Yayasan => "YAYASAN",
            Self::Puskesos => "PUSKESOS",
            Self::Office => "OFFICE",
            Self::Other => "OTHER",
        }
    }
}

impl fmt::Display for InstitutionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("no kind of institution is called `{0}`")]
pub struct UnknownInstitutionKind(String);

impl FromStr for InstitutionKind {
    type Err = UnknownInstitutionKind;

    fn from_str(text: &str) -> Result<Self, UnknownInstitutionKind> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == text);
        found.ok_or_else(|| UnknownInstitutionKind(text.chars().take(40).collect()))
    }
}

/// An institution as its table tells of it. Where it is and how many it can take is public; how many
/// live there is restricted.
#[derive(Debug, Clone, PartialEq)]
pub struct Institution {
    pub id: String,
    pub name: String,
    pub kind: InstitutionKind,
    pub village: Option<RegionCode>,
    pub position: Option<Position>,
    pub capacity: Option<u32>,
    pub residents: Residents,
    /// Values that can't be, and are therefore not used.
    pub doubtful: u8,
}

/// What everybody may know of an institution: neither who lives there nor how many.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicInstitution {
    pub name: String,
    pub kind: InstitutionKind,
    /// Where it counts: its village, or the region of another level that it declares.
    pub region: Option<RegionCode>,
    pub position: Option<Position>,
    /// How many it can take.
    pub capacity: Option<u32>,
}

/// How many live in an institution, as it says itself; `None` where it does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Residents {
    pub children: Option<u32>,
    pub elderly: Option<u32>,
    /// Also counted by their age, where it is told.
    pub disabled: Option<u32>,
}

impl Residents {
    /// There are at least so many: a disabled child is told of twice.
    pub fn at_least(&self) -> u32 {
        let by_age = self.children.unwrap_or(0).saturating_add(self.elderly.unwrap_or(0));
        by_age.max(self.disabled.unwrap_or(0))
    }
}

/// The places where officers work, by which positions that were not taken at a household are found.
pub fn offices(institutions: &[Institution]) -> Vec<Position> {
    let offices = institutions.iter().filter(|one| one.kind == InstitutionKind::Office);
    offices.filter_map(|office| office.position).collect()
}

/// A pillar of social welfare: volunteers, facilitators, and how many they look after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    pub id: String,
    /// TKSK, TAGANA, PSM, PKH_FACILITATOR, KARANG_TARUNA or another.
    pub kind: String,
    pub region: RegionCode,
    pub headcount: Option<u32>,
    pub caseload: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_as_they_are_written() {
        for kind in InstitutionKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        assert!("panti".parse::<InstitutionKind>().is_err());
    }

    #[test]
    fn a_disabled_child_is_one_resident() {
        let residents = Residents { children: Some(12), elderly: None, disabled: Some(3) };
        assert_eq!(residents.at_least(), 12);
    }
}
