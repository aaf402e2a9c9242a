//! What may be told: the leaf table, and the layers that are summed from it.
//!
//! Whatever leaves the house is a [`Layer`], and a [`Layer`] is a sum of leaves. The stages after
//! this one can't name the cube.

mod arranged;
mod batch;
pub mod carried_over;
mod consistency;
mod coverage;
mod denominator;
pub mod epsilon;
mod error_sums;
mod estimate;
pub mod field;
mod figures;
mod fit;
mod fixed;
mod gate;
mod hexagons;
mod known;
pub mod layer;
mod leaf_margins;
mod least_squares;
pub mod leaves;
pub mod ledger;
pub mod margin;
pub mod measure;
pub mod noise;
mod normal;
pub mod on_tree;
mod parts;
pub mod policy;
pub mod policy_settings;
pub mod public;
pub mod region_digests;
mod regions;
pub mod request;
mod rests;
mod runs;
pub mod secret;
mod shares;
pub mod spend;
mod status;
mod sums;
mod table_errors;
mod totals;
pub mod tree;

pub use batch::LeafError;
pub use coverage::{Coverage, CoverageOf, is_low as is_low_coverage};
pub use denominator::completed as completed_denominators;
pub use epsilon::Epsilon;
pub use estimate::Estimate;
pub use field::Field;
pub use figures::{enough as share_of_enough, moe95_of_part};
pub use known::{Known, LEAST_KNOWN_ONE_IN};
pub use layer::{Feature, Layer, Place, PlaceCode, Remainder, ShareOf, Withheld};
pub use leaves::{LeafTable, Protection};
pub use margin::Margins;
pub use noise::NoiseKey;
pub use policy::{NoiseMode, Policy};
pub use public::{Counted, Protect};
pub use request::{LayerRequest, RequestError};
pub use secret::{Fingerprint, RegisterSecret};
pub use shares::OtherShares;
pub use status::{CoverageTerms, ShareAsked, ShownShare, Status};
pub use totals::{TotalMargins, Totals};

#[cfg(test)]
mod canary_tests;
#[cfg(test)]
mod dense;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod hexagons_tests;
#[cfg(test)]
mod known_tests;
#[cfg(test)]
mod layer_tests;
#[cfg(test)]
mod own_tests;
#[cfg(test)]
mod public_tests;
