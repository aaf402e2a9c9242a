//! The accounts of the recipients: every row that came in is told of, or nothing is published.

use serde::{Deserialize, Serialize};

/// What became of the recipients' rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipientAccounts {
    /// Rows of all recipients files.
    pub rows: u64,
    /// Of households that were visited, named or found by a person.
    pub of_visited_households: u64,
    pub of_unknown_households: u64,
    /// Of persons whom no persons file has.
    pub of_unknown_persons: u64,
    /// Of persons who live in an institution and name no household.
    pub in_institutions: u64,
    /// Of persons, where no persons files were given.
    pub persons_not_given: u64,
    /// Rows that stand in the input once more.
    pub repeated: u64,
}

/// That the accounts of recipients do not close.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{rows} rows of recipients came in, but {told} were told of")]
pub struct RecipientAccountsError {
    rows: u64,
    told: u64,
}

impl RecipientAccounts {
    /// Checks that the accounts close.
    ///
    /// # Errors
    /// Where they don't.
    pub const fn close(&self) -> Result<(), RecipientAccountsError> {
        let told = self.of_visited_households
            + self.of_unknown_households
            + self.of_unknown_persons
            + self.in_institutions
            + self.persons_not_given
            + self.repeated;
        if self.rows == told {
            Ok(())
        } else {
            Err(RecipientAccountsError { rows: self.rows, told })
        }
    }
}
