//! The shares of an area beside that of what was found.

use serde::Serialize;

use super::status::ShownShare;

/// Shares beside that of what was found, where a theme counts poor households.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct OtherShares {
    /// Of residents, where nobody is poor whose rank is not known: on the prelist and not surveyed, or surveyed and not
    /// ranked.
    #[serde(rename = "share_low")]
    pub low: Option<f64>,
    /// Of residents, where all of them are poor.
    #[serde(rename = "share_high")]
    pub high: Option<f64>,
    /// Of residents, where they are as often poor as those that were ranked around them; `None`
    /// where too little was surveyed.
    #[serde(rename = "share_estimate")]
    pub estimate: Option<f64>,
    /// By noise and by sampling.
    #[serde(rename = "share_estimate_moe95")]
    pub estimate_moe95: Option<f64>,
    /// Of the households surveyed.
    #[serde(rename = "share_surveyed")]
    pub surveyed: Option<f64>,
    #[serde(rename = "share_surveyed_moe95")]
    pub surveyed_moe95: Option<f64>,
}

impl OtherShares {
    /// The share that a map shows with its margin, given that of what was found.
    pub const fn shown(
        &self,
        share: ShownShare,
        found: (Option<f64>, Option<f64>),
    ) -> (Option<f64>, Option<f64>) {
        match share {
            ShownShare::Found => found,
            ShownShare::Estimate => (self.estimate, self.estimate_moe95),
            ShownShare::Surveyed => (self.surveyed, self.surveyed_moe95),
            ShownShare::None => (None, None),
        }
    }
}
