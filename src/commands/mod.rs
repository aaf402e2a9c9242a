//! The command line: one file a command, each with its arguments and its `run`.

pub mod generate;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Household visits in, maps of the distribution of poverty out.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, clap::Args)]
pub struct Common {
    /// The folder of regions and releases.
    #[arg(long, global = true, env = "SEBARAN_REGISTER", default_value = "data/register")]
    pub register: PathBuf,
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

#[derive(Debug, Subcommand)]
pub enum Command {
    Generate(generate::GenerateArgs),
}

/// Runs the command that was asked for.
///
/// # Errors
/// Whatever stopped it.
pub fn run(cli: Cli) -> anyhow::Result<()> {
    let common = &cli.common;
    match &cli.command {
        Command::Generate(args) => generate::run(common, args),
    }
}
