//! What `sebaran build` is asked for.

use std::path::PathBuf;

use super::{Assign, RegisterArgs, Rules, Tiles};
use crate::commands::doubtful::AcceptedColumn;
use crate::commands::engine::Engine;
use crate::domain::date::Date;
use crate::domain::region::Slug;
use crate::store::ledger::Statement;

/// Build a release from visits.
#[derive(Debug, clap::Args)]
pub struct BuildArgs {
    /// Visits files: .csv, .csv.gz, .tsv or .parquet.
    #[arg(required = true)]
    pub visits: Vec<PathBuf>,
    /// The regions by which households are counted; `demo` is the invented country.
    #[arg(long)]
    pub regions: Slug,
    /// The new release's id, for example 2021-q3.
    #[arg(long)]
    pub release: Slug,
    /// The day at which ages are taken, for example 2021-11-30.
    #[arg(long)]
    pub reference_date: Date,
    /// A TOML file that names the columns of visits files with other column names.
    #[arg(long)]
    pub columns: Option<PathBuf>,
    /// Resident households and persons by region, .csv or .parquet: without it there are no shares.
    #[arg(long)]
    pub denominators: Option<PathBuf>,
    #[command(flatten)]
    pub registers: RegisterArgs,
    /// Make exact figures alone, for this machine: no public ones.
    #[arg(long)]
    pub restricted: bool,
    /// Audit and publish the release when it is built, as `sebaran publish` does.
    #[arg(long, conflicts_with = "restricted")]
    pub publish: bool,
    /// With --publish: why content that was published before is published with fresh noise.
    #[arg(long, value_name = "REASON", requires_all = ["publish", "person"])]
    pub spend: Option<String>,
    /// Why what was deleted since the release before is published at once, however little changed.
    #[arg(long, value_name = "REASON", requires = "person", conflicts_with = "restricted")]
    pub erasure: Option<String>,
    /// Who answers for --spend or --erasure.
    #[arg(long)]
    pub person: Option<String>,
    /// What says where a household counts.
    #[arg(long, value_enum, default_value_t = Assign::Declared)]
    pub assign: Assign,
    /// The release before: households far from where it has them are noted.
    #[arg(long)]
    pub since: Option<Slug>,
    /// A column, for example decile or persons.birth_date, of which many values can't be read: they count
    /// as unknown and do not stop the build. May be repeated.
    #[arg(long, value_name = "COLUMN")]
    pub accept_doubtful: Vec<AcceptedColumn>,
    /// Which quality rules look at the visits.
    #[arg(long, value_enum, default_value_t = Rules::All)]
    pub rules: Rules,
    /// What runs the plan: local, or ballista://host:port, the cluster of a scheduler there.
    #[arg(long, default_value_t = Engine::Local)]
    pub engine: Engine,
    /// Whether to write map tiles; without them a map has layers only.
    #[arg(long, value_enum, default_value_t = Tiles::Yes)]
    pub tiles: Tiles,
    /// The memory in MiB that the plan may hold before it spills to the disk; by default the setting.
    #[arg(long, value_parser = clap::value_parser!(u32).range(8..))]
    pub memory_mib: Option<u32>,
}

impl BuildArgs {
    /// What is said of an erasure.
    pub(super) fn erasure(&self) -> Option<Statement> {
        self.statement(self.erasure.as_deref())
    }

    /// What is said of content that is published with fresh noise.
    pub(super) fn spend(&self) -> Option<Statement> {
        self.statement(self.spend.as_deref())
    }

    fn statement(&self, reason: Option<&str>) -> Option<Statement> {
        let person = self.person.clone()?;
        Some(Statement { reason: reason?.to_owned(), person })
    }
}
