//! The command line: one file a command, each with its arguments and its `run`.

mod answer;
pub mod audit;
mod beside;
pub mod build;
pub mod check;
pub mod cluster;
pub mod demo;
mod doubtful;
pub mod engine;
pub mod export;
pub mod findings;
pub mod generate;
mod grounds;
mod inputs;
mod joinless;
mod load;
mod progress;
pub mod publish;
pub mod regions;
mod register;
pub mod releases;
pub mod revisit;
pub mod serve;
mod strange_codes;
mod without_village;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::config::{self, Config, ConfigError, LogForm};

/// Household visits in, maps of the distribution of poverty out.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// How the log is written: as its setting says while a server runs, else as text. Settings that can't
    /// be read are told by the command itself.
    pub fn log_form(&self) -> LogForm {
        match self.command {
            Command::Serve(_) | Command::Demo(_) => {
                self.common.settings().map_or(LogForm::Text, |settings| settings.serve.log)
            }
            _ => LogForm::Text,
        }
    }
}

/// What every command takes.
#[derive(Debug, Clone, clap::Args)]
pub struct Common {
    /// The folder of regions and releases.
    #[arg(long, global = true, env = "SEBARAN_REGISTER", default_value = "data/register")]
    pub register: PathBuf,
    /// The settings file; by default sebaran.toml, if it is there.
    #[arg(long, global = true, env = "SEBARAN_CONFIG")]
    pub config: Option<PathBuf>,
    /// Say nothing but errors.
    #[arg(long, global = true)]
    pub quiet: bool,
    /// Print one JSON object on stdout: what was done, with counts.
    #[arg(long, global = true)]
    pub json: bool,
    /// Threads to work with; by default all cores.
    #[arg(long, global = true, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

impl Common {
    /// The settings of file and variables, before a command's own flags.
    ///
    /// # Errors
    /// Where the file or a variable can't be read.
    pub fn settings(&self) -> Result<Config, ConfigError> {
        config::load(self.config.as_deref(), std::env::vars())
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Demo(demo::DemoArgs),
    /// Bring boundaries in, list them, look at what was found in them.
    #[command(subcommand)]
    Regions(regions::RegionsCommand),
    Generate(generate::GenerateArgs),
    Build(Box<build::BuildArgs>),
    Publish(publish::PublishArgs),
    Check(check::CheckArgs),
    /// Look at what waits for a decision, and decide.
    #[command(subcommand)]
    Findings(findings::FindingsCommand),
    Revisit(revisit::RevisitArgs),
    Serve(serve::ServeArgs),
    Export(export::ExportArgs),
    Audit(audit::AuditArgs),
    /// Run a part of a cluster on which releases are built.
    #[command(subcommand)]
    Cluster(cluster::ClusterCommand),
    /// List the releases.
    Releases,
    /// Read every file of a release and compare it with the manifest.
    Verify(releases::VerifyArgs),
    /// Make a release the current one.
    Use(releases::UseArgs),
}

/// Runs the command that was asked for.
///
/// # Errors
/// Whatever stopped it.
pub fn run(cli: Cli) -> anyhow::Result<()> {
    let common = &cli.common;
    if let Some(threads) = common.threads {
        // Fails only where the pool is there already, and then it is of this size.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global();
    }
    match cli.command {
        Command::Demo(args) => demo::run(common, &args),
        Command::Regions(command) => regions::run(common, &command),
        Command::Generate(args) => generate::run(common, &args),
        Command::Build(args) => build::run(common, &args),
        Command::Publish(args) => publish::run(common, &args),
        Command::Check(args) => check::run(common, &args),
        Command::Findings(command) => findings::run(common, &command),
        Command::Revisit(args) => revisit::run(common, &args),
        Command::Serve(args) => serve::run(common, &args),
        Command::Export(args) => export::run(common, &args),
        Command::Audit(args) => audit::run(common, &args),
        Command::Cluster(command) => cluster::run(common, &command),
        Command::Releases => releases::list(common),
        Command::Verify(args) => releases::verify(common, &args),
        Command::Use(args) => releases::make_current(common, &args),
    }
}
