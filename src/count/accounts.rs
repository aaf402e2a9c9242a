//! The accounts of a build: every row that came in is told of, or nothing is published.

use serde::{Deserialize, Serialize};

/// What became of the rows and of the households that count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accounts {
    /// Rows of all inputs.
    pub rows: u64,
    /// Households that count, each by one visit.
    pub counted: u64,
    /// Completed visits that another visit of their household supersedes, repeated rows among them.
    pub superseded: u64,
    /// Visits with another outcome than completed.
    pub not_completed: u64,
    /// Of `superseded`: rows that stand in the input once more.
    pub repeated_rows: u64,
    /// Of `counted`: with a region and a hexagon.
    pub placed_in_hexagon: u64,
    /// Of `counted`: with a region, without a hexagon.
    pub placed_in_region_only: u64,
    /// Of `counted`: with neither; they count in the nation.
    pub unplaced: u64,
}

/// An equation of the accounts that does not hold.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AccountsError {
    #[error("{rows} rows came in, but {told} were told of (counted, superseded, not completed)")]
    Rows { rows: u64, told: u64 },
    #[error(
        "{counted} households count, but {placed} were placed (in a hexagon, in a region, nowhere)"
    )]
    Households { counted: u64, placed: u64 },
    #[error("{counted} households count, but the cube holds {held}")]
    Cube { counted: u64, held: i64 },
}

impl Accounts {
    /// Adds the accounts of another part of the rows.
    pub const fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.counted += other.counted;
        self.superseded += other.superseded;
        self.not_completed += other.not_completed;
        self.repeated_rows += other.repeated_rows;
        self.placed_in_hexagon += other.placed_in_hexagon;
        self.placed_in_region_only += other.placed_in_region_only;
        self.unplaced += other.unplaced;
    }

    /// Checks that the accounts close, against the households that the cube holds.
    ///
    /// # Errors
    /// The first equation that does not hold.
    pub fn close(&self, cube_households: i64) -> Result<(), AccountsError> {
        let told = self.counted + self.superseded + self.not_completed;
        if self.rows != told {
            return Err(AccountsError::Rows { rows: self.rows, told });
        }
        let placed = self.placed_in_hexagon + self.placed_in_region_only + self.unplaced;
        if self.counted != placed {
            return Err(AccountsError::Households { counted: self.counted, placed });
        }
        if i64::try_from(self.counted) != Ok(cube_households) {
            return Err(AccountsError::Cube { counted: self.counted, held: cube_households });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOSED: Accounts = Accounts {
        rows: 12,
        counted: 7,
        superseded: 3,
        not_completed: 2,
        repeated_rows: 1,
        placed_in_hexagon: 4,
        placed_in_region_only: 2,
        unplaced: 1,
    };

    #[test]
    fn closes_where_every_row_is_told_of() {
        assert_eq!(CLOSED.close(7), Ok(()));
    }

    #[test]
    fn refuses_a_lost_row_a_lost_household_and_a_lost_count() {
        let lost_row = Accounts { rows: 13, ..CLOSED };
        assert_eq!(lost_row.close(7), Err(AccountsError::Rows { rows: 13, told: 12 }));
        let lost_household = Accounts { unplaced: 0, ..CLOSED };
        let error = AccountsError::Households { counted: 7, placed: 6 };
        assert_eq!(lost_household.close(7), Err(error));
        assert_eq!(CLOSED.close(6), Err(AccountsError::Cube { counted: 7, held: 6 }));
    }
}
