//! How many, where: the cube of additive columns, and the accounts that prove that no household is
//! lost.

pub mod accounts;
mod bounded;
pub mod cube;
pub mod digest;
pub mod household;
pub mod person_accounts;
pub mod quality;
pub mod recipient_accounts;

pub use accounts::Accounts;
pub use bounded::beyond;
pub use cube::{Cell, Cube, CubeKey, PrelistCell, ReachCell, UnknownCell, households};
pub use digest::{DIGEST_VERSION, Digests, Unit};
pub use household::{HouseholdColumns, HouseholdCounts, Unknown};
pub use person_accounts::PersonAccounts;
pub use quality::Quality;
pub use recipient_accounts::RecipientAccounts;
