//! Reads the command line, starts the log, runs the command, prints what went wrong.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::Parser;
use sebaran::commands::audit::{INCONCLUSIVE, Inconclusive};
use sebaran::commands::{self, Cli};
use sebaran::config::LogForm;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // What the cluster's own parts say of themselves is too much to read.
    let level = if cli.common.quiet { "error" } else { "info,ballista=warn,datafusion=warn" };
    let filter = EnvFilter::try_from_env("SEBARAN_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false);
    match cli.log_form() {
        LogForm::Text => log.init(),
        LogForm::Json => log.json().flatten_event(true).with_ansi(false).init(),
    }
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            for cause in error.chain().skip(1) {
                eprintln!("  because {cause}");
            }
            if error.is::<Inconclusive>() { INCONCLUSIVE.into() } else { ExitCode::FAILURE }
        }
    }
}
