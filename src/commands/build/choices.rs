//! What a build may be asked for in one word.

use crate::check::RulesUsed;

/// [`AssignBy`](crate::domain::visit::AssignBy) on the command line.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Assign {
    /// The declared region; the position only where nothing lower is declared.
    Declared,
    /// The position alone: the way to count again on other boundaries.
    Coordinates,
}

/// Whether a release has tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Tiles {
    Yes,
    No,
}

/// [`RulesUsed`] on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Rules {
    /// Every rule.
    All,
    /// Those that look at one visit alone.
    Single,
}

impl From<Rules> for RulesUsed {
    fn from(rules: Rules) -> Self {
        match rules {
            Rules::All => Self::All,
            Rules::Single => Self::Single,
        }
    }
}
