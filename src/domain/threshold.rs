//! The deciles that count as poor.

use serde::{Deserialize, Serialize};

use super::column::CubeColumn;

/// The deciles that count as poor: 1 to 1, 2, 3, 4 or 6, the bounds at which decile classes end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct PovertyThreshold(u8);

impl PovertyThreshold {
    /// Whether a household of this decile is poor.
    pub const fn includes(self, decile: u8) -> bool {
        decile <= self.0
    }

    /// The household columns that make up the poor.
    pub fn columns(self) -> &'static [CubeColumn] {
        let classes = if self.0 == 6 { 5 } else { usize::from(self.0) };
        &CubeColumn::HOUSEHOLDS[..classes]
    }

    pub const fn decile(self) -> u8 {
        self.0
    }
}

impl Default for PovertyThreshold {
    fn default() -> Self {
        Self(4)
    }
}

impl TryFrom<u8> for PovertyThreshold {
    type Error = ThresholdError;

    fn try_from(decile: u8) -> Result<Self, ThresholdError> {
        match decile {
            1..=4 | 6 => Ok(Self(decile)),
            _ => Err(ThresholdError(decile)),
        }
    }
}

impl From<PovertyThreshold> for u8 {
    fn from(threshold: PovertyThreshold) -> Self {
        threshold.0
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the poverty threshold can't be decile {0}; it is one of 1, 2, 3, 4 and 6")]
pub struct ThresholdError(u8);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_poor_end_where_a_class_of_deciles_ends() {
        assert!(PovertyThreshold::try_from(5).is_err());
        let widened = PovertyThreshold::try_from(6).unwrap();
        assert_eq!(widened.columns().last(), Some(&CubeColumn::Decile5To6));
        assert_eq!(PovertyThreshold::default().columns().len(), 4);
    }
}
