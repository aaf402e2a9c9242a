//! Disabilities: by which questions they are told, and the class in which a person counts.

use serde::{Deserialize, Serialize};

/// By which questions it is told who is disabled. Figures by two definitions are never compared, so a
/// release has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Definition {
    /// The register's own `disability_code`, 00 to 12.
    Dtks,
    /// The answers `wg_a` to `wg_i` to the questions of the Washington Group.
    Wg,
}

impl Definition {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dtks => "dtks",
            Self::Wg => "wg",
        }
    }
}

/// The class in which a disabled person counts, exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Disability {
    Physical = 0,
    Intellectual = 1,
    Mental = 2,
    Sensory = 3,
    /// Of two kinds or more.
    Multiple = 4,
    /// Disabled, and it is not told how.
    Unspecified = 5,
}

impl Disability {
    pub const ALL: [Self; 6] = [
        Self::Physical,
        Self::Intellectual,
        Self::Mental,
        Self::Sensory,
        Self::Multiple,
        Self::Unspecified,
    ];

    /// The class of a `disability_code`, inside `None` for 0; `None` where there is no such code.
    pub const fn of_code(code: u8) -> Option<Option<Self>> {
        Some(match code {
            0 => None,
            1 => Some(Self::Physical),
            2..=4 => Some(Self::Sensory),
            // Deaf and mute, blind and physical, ...: two kinds at least.
            5..=9 | 12 => Some(Self::Multiple),
            10 => Some(Self::Intellectual),
            11 => Some(Self::Mental),
            _ => return None,
        })
    }

    /// The class of the answers to the questions a to i, 1 cannot at all to 4 no difficulty: disabled by
    /// any answer of 2 or less. The kinds are seeing, hearing and speaking (a, b, g: sensory), walking and
    /// hands (c, d: physical), learning (e: intellectual), behaviour (f: mental); h and i tell no kind.
    pub fn of_answers(answers: [Option<u8>; 9]) -> Option<Self> {
        let is_hard = |question: usize| answers[question].is_some_and(|answer| answer <= 2);
        let kinds: [(Self, &[usize]); 4] = [
            (Self::Physical, &[2, 3]),
            (Self::Intellectual, &[4]),
            (Self::Mental, &[5]),
            (Self::Sensory, &[0, 1, 6]),
        ];
        let mut told =
            kinds.into_iter().filter(|(_, of)| of.iter().any(|&question| is_hard(question)));
        match (told.next(), told.next()) {
            (Some(_), Some(_)) => Some(Self::Multiple),
            (Some((kind, _)), None) => Some(kind),
            (None, _) => (is_hard(7) || is_hard(8)).then_some(Self::Unspecified),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_class() {
        let told = |class| Some(Some(class));
        assert_eq!(Disability::of_code(0), Some(None));
        assert_eq!(Disability::of_code(1), told(Disability::Physical));
        for code in 2..=4 {
            assert_eq!(Disability::of_code(code), told(Disability::Sensory), "{code}");
        }
        for code in [5, 6, 7, 8, 9, 12] {
            assert_eq!(Disability::of_code(code), told(Disability::Multiple), "{code}");
        }
        assert_eq!(Disability::of_code(10), told(Disability::Intellectual));
        assert_eq!(Disability::of_code(11), told(Disability::Mental));
        assert_eq!(Disability::of_code(13), None);
    }

    /// The class where these questions have these answers, and the others none.
    fn answered(answers: &[(char, u8)]) -> Option<Disability> {
        let mut all = [None; 9];
        for (question, answer) in answers {
            all[usize::from(*question as u8 - b'a')] = Some(*answer);
        }
        Disability::of_answers(all)
    }

    #[test]
    fn answers_of_two_or_less_are_a_disability_of_one_class() {
        assert_eq!(answered(&[('a', 4), ('c', 3)]), None);
        for question in ['a', 'b', 'g'] {
            assert_eq!(answered(&[(question, 2), ('c', 3)]), Some(Disability::Sensory));
        }
        for question in ['c', 'd'] {
            assert_eq!(answered(&[(question, 1)]), Some(Disability::Physical));
        }
        assert_eq!(answered(&[('e', 2)]), Some(Disability::Intellectual));
        assert_eq!(answered(&[('f', 2)]), Some(Disability::Mental));
        assert_eq!(answered(&[('h', 1)]), Some(Disability::Unspecified));
        assert_eq!(answered(&[('a', 1), ('b', 1), ('i', 2)]), Some(Disability::Sensory));
        assert_eq!(answered(&[('a', 2), ('f', 2)]), Some(Disability::Multiple));
    }
}
