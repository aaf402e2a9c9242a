//! How a build grows with its visits: the same work at several sizes, each in a process of its own, so
//! that the memory of one is not counted to the next.

use std::fmt;
use std::process::Command;

use anyhow::{Context, ensure};
use sebaran::store::regions;
use serde::{Deserialize, Serialize};

use crate::build::{self, Plain};
use crate::lookup;
use crate::survey::{self, Survey};
use crate::usage::{Usage, measure, peak_rss_mib};

/// Households beyond which the plain way, which holds all of them, is left out.
const PLAIN_MOST: u64 = 4_000_000;

/// Who builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Way {
    Ours,
    Plain,
}

/// What a build took.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Took {
    visits: u64,
    wall_s: f64,
    cpu_s: f64,
    peak_mib: f64,
}

/// The rows of the table, by size.
pub struct Growth(Vec<(Took, Option<Took>)>);

/// Measures builds of so many households, invented on the survey's regions.
pub fn run(survey: &Survey, households: &[u64]) -> anyhow::Result<Growth> {
    let mut rows = Vec::with_capacity(households.len());
    for &households in households {
        let folder = tempfile::tempdir()?;
        eprintln!("Inventing {households} households");
        let (tree, shapes) = regions::load(&survey.register, &survey.version)?;
        let visits = survey::invent(folder.path(), &survey.version, households, (&tree, &shapes))?;
        drop((tree, shapes));
        let survey = Survey { visits, ..survey.clone() };
        eprintln!("Building them");
        let ours = apart(Way::Ours, &survey)?;
        let plain = (households <= PLAIN_MOST).then(|| apart(Way::Plain, &survey)).transpose()?;
        rows.push((ours, plain));
    }
    Ok(Growth(rows))
}

/// Builds once in another process of this program.
fn apart(way: Way, survey: &Survey) -> anyhow::Result<Took> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--build-only", if way == Way::Ours { "ours" } else { "plain" }]);
    command.arg("--register").arg(&survey.register);
    command.args(["--regions", survey.version.as_str()]);
    command.arg("--visits").args(&survey.visits);
    let done = command.output().context("cannot start this program once more")?;
    ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).context("the other process told no figures")
}

/// Builds once, and prints what it took as a line of JSON.
pub fn once(way: Way, survey: &Survey) -> anyhow::Result<()> {
    let cores = u16::try_from(std::thread::available_parallelism()?.get())?;
    let (visits, usage) = match way {
        Way::Ours => {
            let (release, usage) = measure(|| build::ours(survey, "growth", cores));
            (release?.manifest().build().accounts.rows, usage)
        }
        Way::Plain => {
            let (tree, shapes) = regions::load(&survey.register, &survey.version)?;
            let villages = lookup::villages(&tree, &shapes);
            let (plain, usage) = measure(|| Plain::build(survey, &tree, villages));
            (plain?.visits, usage)
        }
    };
    let Usage { wall_s, cpu_s, .. } = usage;
    let took = Took { visits, wall_s, cpu_s, peak_mib: peak_rss_mib() };
    println!("{}", serde_json::to_string(&took)?);
    Ok(())
}

impl fmt::Display for Growth {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((smallest, _)) = self.0.first() else { return Ok(()) };
        let rate = |took: &Took| took.visits as f64 / took.wall_s;
        writeln!(
            out,
            "{:<16}  {:>8}  {:>8}  {:>9}  {:>5}  {:>8}  {:>5}  {:>8}  {:>9}  {:>9}",
            "build of visits",
            "s",
            "CPU s",
            "rows/s",
            "times",
            "peak MiB",
            "times",
            "plain s",
            "rows/s",
            "peak MiB"
        )?;
        for (ours, plain) in &self.0 {
            write!(
                out,
                "{:<16}  {:>8.2}  {:>8.2}  {:>9.0}  {:>5.2}  {:>8.0}  {:>5.2}",
                ours.visits,
                ours.wall_s,
                ours.cpu_s,
                rate(ours),
                rate(ours) / rate(smallest),
                ours.peak_mib,
                ours.peak_mib / smallest.peak_mib
            )?;
            if let Some(plain) = plain {
                let Took { wall_s, peak_mib, .. } = plain;
                write!(out, "  {wall_s:>8.2}  {:>9.0}  {peak_mib:>9.0}", rate(plain))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}
