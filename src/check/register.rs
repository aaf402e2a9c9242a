//! Doubts about rows of the registers that belong to no visit.

use super::Severity;

/// One kind of doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RegisterRule {
    /// Persons whose household is in no visit.
    OrphanPersons,
    /// Prelist entries of a village that the regions don't know.
    PrelistUnknownVillage,
    /// An institution whose row holds values that can't be.
    DoubtfulInstitution,
    /// An institution away from the village that it names.
    InstitutionOutsideVillage,
    /// An institution with more residents than places.
    InstitutionOverCapacity,
    /// An institution that names no known village, and lies in none.
    UnplacedInstitution,
    /// Persons who live in an institution that no row names.
    UnknownInstitution,
    /// A resource of a region that is not known.
    ResourceUnknownRegion,
    /// Recipients whose household is in no visit.
    UnknownRecipientHousehold,
    /// Recipients whom no persons file has.
    UnknownRecipientPerson,
    /// A regency in which more households were counted than live there.
    HouseholdsOverResidents,
}

/// What a rule says to people; `{}` stands for the value with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegisterRuleText {
    pub name: &'static str,
    /// The register in whose rows it is found.
    pub register: &'static str,
    /// What the id of a finding names.
    pub of: &'static str,
    pub unit: &'static str,
    pub en: &'static str,
    pub id: &'static str,
}

/// A finding of a register; all of them are notes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegisterFinding<'a> {
    pub rule: RegisterRule,
    /// Of what [`RegisterRuleText::of`] says.
    pub id: &'a str,
    /// In the rule's unit.
    pub value: f64,
}

impl RegisterRule {
    pub const ALL: [Self; 11] = [
        Self::OrphanPersons,
        Self::PrelistUnknownVillage,
        Self::DoubtfulInstitution,
        Self::InstitutionOutsideVillage,
        Self::InstitutionOverCapacity,
        Self::UnplacedInstitution,
        Self::UnknownInstitution,
        Self::ResourceUnknownRegion,
        Self::UnknownRecipientHousehold,
        Self::UnknownRecipientPerson,
        Self::HouseholdsOverResidents,
    ];

    pub const fn text(self) -> RegisterRuleText {
        match self {
            Self::OrphanPersons => RegisterRuleText {
                name: "orphan_persons",
                register: "persons",
                of: "household",
                unit: "persons",
                en: "{} belong to a household that is in no visit; they are not counted.",
                id: "{} tercatat pada rumah tangga yang tidak ada dalam kunjungan; tidak dihitung.",
            },
            Self::PrelistUnknownVillage => RegisterRuleText {
                name: "prelist_unknown_village",
                register: "prelist",
                of: "village",
                unit: "entries",
                en: "{} name a village that the regions do not know.",
                id: "{} menyebut desa yang tidak dikenal dalam wilayah.",
            },
            Self::DoubtfulInstitution => RegisterRuleText {
                name: "doubtful_institution",
                register: "institutions",
                of: "institution",
                unit: "fields",
                en: "In this institution's row {} hold a value that cannot be.",
                id: "Pada baris lembaga ini {} berisi nilai yang tidak mungkin.",
            },
            Self::InstitutionOutsideVillage => RegisterRuleText {
                name: "institution_outside_village",
                register: "institutions",
                of: "institution",
                unit: "m",
                en: "The institution lies {} from the village that it names.",
                id: "Lembaga terletak {} dari desa yang disebut.",
            },
            Self::InstitutionOverCapacity => RegisterRuleText {
                name: "institution_over_capacity",
                register: "institutions",
                of: "institution",
                unit: "persons",
                en: "{} more live in the institution than it has places for.",
                id: "{} lebih banyak tinggal di lembaga daripada kapasitasnya.",
            },
            Self::UnplacedInstitution => RegisterRuleText {
                name: "unplaced_institution",
                register: "institutions",
                of: "institution",
                unit: "",
                en: "The institution names no known village and lies in none.",
                id: "Lembaga tidak menyebut desa yang dikenal dan tidak terletak di desa mana pun.",
            },
            Self::UnknownInstitution => RegisterRuleText {
                name: "unknown_institution",
                register: "persons",
                of: "institution",
                unit: "persons",
                en: "{} live in an institution that is not in the institutions table.",
                id: "{} tinggal di lembaga yang tidak ada dalam tabel lembaga.",
            },
            Self::ResourceUnknownRegion => RegisterRuleText {
                name: "resource_unknown_region",
                register: "resources",
                of: "resource",
                unit: "",
                en: "The resource names a region that is not known.",
                id: "Sumber daya menyebut wilayah yang tidak dikenal.",
            },
            Self::UnknownRecipientHousehold => RegisterRuleText {
                name: "unknown_recipient_household",
                register: "recipients",
                of: "household",
                unit: "rows",
                en: "{} of recipients name a household that is in no visit.",
                id: "{} penerima menyebut rumah tangga yang tidak ada dalam kunjungan.",
            },
            Self::UnknownRecipientPerson => RegisterRuleText {
                name: "unknown_recipient_person",
                register: "recipients",
                of: "person",
                unit: "rows",
                en: "{} of recipients name a person whom the persons table does not have.",
                id: "{} penerima menyebut orang yang tidak ada dalam tabel orang.",
            },
            Self::HouseholdsOverResidents => RegisterRuleText {
                name: "households_over_residents",
                register: "denominators",
                of: "regency",
                unit: "households",
                en: "{} more were counted in the regency than live there by the denominators; correct those, or look for households with two ids.",
                id: "{} lebih banyak terdata di kabupaten/kota ini daripada yang tinggal menurut penyebut; perbaiki penyebutnya, atau cari rumah tangga dengan dua id.",
            },
        }
    }

    pub const fn severity(self) -> Severity {
        Severity::Note
    }
}
