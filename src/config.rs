//! Settings from a file, then from variables, then from flags, as the plain structs that stages take.
//!
//! The file is `sebaran.toml`. The variable of a setting is its section and name in capitals, for
//! example `SEBARAN_BUILD_MEMORY_MIB` for `memory_mib` in `[build]`. A command that has a flag for a
//! setting puts its value over what stands here.

mod network;

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use toml::de::DeTable;

pub use network::Network;

use crate::check::settings::{CheckSettings, SettingError};
use crate::domain::indicator::PovertyThreshold;
use crate::domain::programme::ProgrammeSettings;
use crate::protect::carried_over::LeastChanged;
use crate::protect::{CoverageTerms, Policy, ShareAsked, policy_settings};

/// The settings file that is read where no other is named.
pub const DEFAULT_FILE: &str = "sebaran.toml";

/// Everything that can be set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `[check]`: the thresholds of the quality rules.
    pub check: CheckSettings,
    /// `[build]`.
    pub build: BuildSettings,
    /// `[cluster]`.
    pub cluster: ClusterSettings,
    /// `[programmes]`: the highest decile that each programme is for.
    pub programmes: ProgrammeSettings,
    /// `[protect]`: what may be told in public.
    #[serde(deserialize_with = "policy_settings::deserialize")]
    pub protect: Policy,
    /// `[publish]`.
    pub publish: PublishSettings,
    /// `[serve]`.
    pub serve: ServeSettings,
}

/// How a release is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BuildSettings {
    /// The highest welfare decile that counts as poor, one of 1, 2, 3, 4 and 6; 4.
    pub poverty_threshold: PovertyThreshold,
    /// The memory in MiB that the plan may hold before it spills to the disk; 2048.
    pub memory_mib: u32,
}

impl Default for BuildSettings {
    fn default() -> Self {
        Self { poverty_threshold: PovertyThreshold::default(), memory_mib: 2048 }
    }
}

/// What of a release is published anew, and how areas of which little was surveyed are spoken of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PublishSettings {
    /// The share of a regency's villages, from 0 to 1, that must have changed since the release before, where any
    /// did; 0.2.
    pub least_changed_share: f64,
    /// The number of villages that must have; 10.
    pub least_changed_villages: u32,
    /// The share of the prelist, from 0 to 1, below which an area is not enough surveyed; 0.5.
    pub least_coverage: f64,
    /// What maps show of the poor where there is a prelist: `estimate` or `found`; `estimate`.
    pub share: ShareAsked,
}

impl Default for PublishSettings {
    fn default() -> Self {
        let LeastChanged { least_changed_share, least_changed_villages } = LeastChanged::default();
        let CoverageTerms { least_coverage, share } = CoverageTerms::default();
        Self { least_changed_share, least_changed_villages, least_coverage, share }
    }
}

impl PublishSettings {
    /// How much must have changed.
    pub const fn least_changed(&self) -> LeastChanged {
        let Self { least_changed_share, least_changed_villages, .. } = *self;
        LeastChanged { least_changed_share, least_changed_villages }
    }

    /// How areas of which little was surveyed are spoken of.
    pub const fn coverage_terms(&self) -> CoverageTerms {
        let Self { least_coverage, share, .. } = *self;
        CoverageTerms { least_coverage, share }
    }
}

/// How a release is built on several machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClusterSettings {
    /// The seconds of silence after which an executor is lost and its tasks run elsewhere: at least 10,
    /// because a busy one speaks every 5; 30.
    pub executor_timeout_s: u32,
    /// The tasks into which each stage is cut: twice the threads of all executors or more; 64.
    pub tasks: u32,
    /// The seconds after which a build's jobs are called off; 3600.
    pub timeout_s: u32,
    /// The seconds that a build waits for the scheduler's executors; 30.
    pub wait_s: u32,
}

impl Default for ClusterSettings {
    fn default() -> Self {
        Self { executor_timeout_s: 30, tasks: 64, timeout_s: 3600, wait_s: 30 }
    }
}

/// How a release is served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServeSettings {
    /// The address and port to listen on; `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// The most features in one answer; 100000, which lets every village of a country through.
    pub most_features: u32,
    /// The seconds after which a request is given up; 30.
    pub timeout_s: u32,
    /// The per cent of connections and of places for work that one client may have; 25.
    pub client_share: u32,
    /// The tiles, layers and pages that are worked on or wait for it at once; more are told to come back; 256.
    pub concurrency: u32,
    /// The same of pictures, reports and exports; 32.
    pub concurrency_heavy: u32,
    /// Whether clients on this machine are counted as others are; false.
    pub count_loopback: bool,
    /// The MiB of one answer before compression; 192.
    pub most_answer_mib: u32,
    /// The square degrees of a box that may be asked for; 64800, the whole world.
    pub most_bbox_deg2: u32,
    /// The KiB of a request's body; 64.
    pub most_body_kib: u32,
    /// The MiB of answers that are kept in memory; 256.
    pub cache_mib: u32,
    /// The releases that are held open, the current one among them; 4.
    pub open_releases: u32,
    /// The connections at the same time; for a further one the client that has most loses one; 512.
    pub connections: u32,
    /// The requests a second that one client may make on average, from other machines; 0 for any number;
    /// 50.
    pub rate_per_s: u32,
    /// The requests that one client may make at once after a pause; 500.
    pub rate_burst: u32,
    /// The seconds that a client may take for the head of a request, or until its next one; 20.
    pub head_timeout_s: u32,
    /// The seconds after which a client that takes nothing of its answer is left; 30.
    pub stall_timeout_s: u32,
    /// How the log is written: `text` or `json`, one object a line; `text`.
    pub log: LogForm,
    /// The proxies whose `Forwarded` and `X-Forwarded-` headers are taken, as addresses or networks; those on
    /// this machine.
    pub trusted_proxies: Vec<Network>,
}

/// How the log of a server is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogForm {
    #[default]
    Text,
    Json,
}

impl Default for ServeSettings {
    fn default() -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
        Self {
            listen,
            most_features: 100_000,
            timeout_s: 30,
            client_share: 25,
            concurrency: 256,
            concurrency_heavy: 32,
            count_loopback: false,
            most_answer_mib: 192,
            most_bbox_deg2: 64_800,
            most_body_kib: 64,
            cache_mib: 256,
            open_releases: 4,
            connections: 512,
            rate_per_s: 50,
            rate_burst: 500,
            head_timeout_s: 20,
            stall_timeout_s: 30,
            log: LogForm::Text,
            trusted_proxies: Network::loopback().into(),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read settings file `{path}`")]
    Read { path: PathBuf, source: io::Error },
    #[error("settings file `{path}`, line {line}: {reason}")]
    File { path: PathBuf, line: usize, reason: String },
    #[error("variable `{name}`: {reason}")]
    Variable { name: String, reason: String },
}

/// Reads the settings file and puts variables over it. A file that is named must be there; without a
/// name, [`DEFAULT_FILE`] is read if it is there.
///
/// # Errors
/// [`ConfigError`], which names the file and line, or the variable.
pub fn load(
    path: Option<&Path>,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    let named = path.unwrap_or(Path::new(DEFAULT_FILE));
    let text = match fs::read_to_string(named) {
        Ok(text) => text,
        Err(error) if path.is_none() && error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(ConfigError::Read { path: named.to_owned(), source }),
    };
    let file = SettingsFile { path: named, text: &text };
    let config = file.parse()?;
    put_over(config, &file, variables)
}

struct SettingsFile<'a> {
    path: &'a Path,
    text: &'a str,
}

impl SettingsFile<'_> {
    fn parse(&self) -> Result<Config, ConfigError> {
        let config: Config = toml::from_str(self.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            self.refuse(at, error.message().to_owned())
        })?;
        match validate(&config) {
            Ok(()) => Ok(config),
            Err(problem) => {
                Err(self.refuse(self.find(problem.section, problem.field), problem.reason))
            }
        }
    }

    fn refuse(&self, at: usize, reason: String) -> ConfigError {
        let line = 1 + self.text[..at].matches('\n').count();
        ConfigError::File { path: self.path.to_owned(), line, reason }
    }

    /// Where a setting stands in the text; its start where it stands nowhere.
    fn find(&self, section: &str, field: &str) -> usize {
        let find = || {
            let table = DeTable::parse(self.text).ok()?;
            let settings = table.get_ref().get(section)?.get_ref().as_table()?;
            settings.iter().find(|(key, _)| key.get_ref() == field).map(|(key, _)| key.span().start)
        };
        find().unwrap_or(0)
    }
}

/// Puts variables over the settings of the file, one by one, so that the wrong one can be named.
fn put_over(
    config: Config,
    file: &SettingsFile<'_>,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    let mut variables: Vec<_> = variables
        .into_iter()
        .filter_map(|(name, text)| {
            split(&name).map(|(section, field)| (name, section, field, text))
        })
        .collect();
    if variables.is_empty() {
        return Ok(config);
    }
    variables.sort();
    let mut table: toml::Table = toml::from_str(file.text).expect("it was parsed before");
    let mut last = config;
    for (name, section, field, text) in &variables {
        let value = text.parse().unwrap_or_else(|_| toml::Value::String(text.clone()));
        let settings = table.entry(*section).or_insert_with(|| toml::Table::new().into());
        let settings = settings.as_table_mut().expect("every section is a table");
        settings.insert(field.clone(), value);
        last = Config::deserialize(table.clone()).map_err(|error| ConfigError::Variable {
            name: name.clone(),
            reason: error.message().to_owned(),
        })?;
    }
    // Two variables may only fit together, so the order is checked when all are there.
    validate(&last).map_err(|problem| {
        let wrong = variables.iter().find(|variable| variable.2 == problem.field);
        let name = wrong.unwrap_or(&variables[0]).0.clone();
        ConfigError::Variable { name, reason: problem.reason }
    })?;
    Ok(last)
}

/// The section and the field of a variable of ours.
fn split(name: &str) -> Option<(&'static str, String)> {
    let rest = name.strip_prefix("SEBARAN_")?;
    let (section, field) = rest.split_once('_')?;
    let section = ["check", "build", "cluster", "programmes", "protect", "publish", "serve"]
        .into_iter()
        .find(|name| name.to_uppercase() == section)?;
    Some((section, field.to_lowercase()))
}

struct Problem {
    section: &'static str,
    field: &'static str,
    reason: String,
}

/// Checks what no single field tells.
fn validate(config: &Config) -> Result<(), Problem> {
    config.check.validate().map_err(|error: SettingError| Problem {
        section: "check",
        field: error.field(),
        reason: error.to_string(),
    })?;
    config.protect.validate().map_err(|error| Problem {
        section: "protect",
        field: error.field(),
        reason: error.to_string(),
    })?;
    let shares = [
        ("least_changed_share", config.publish.least_changed_share),
        ("least_coverage", config.publish.least_coverage),
    ];
    for (field, share) in shares {
        if !(0.0..=1.0).contains(&share) {
            let reason = format!("`{field}` can't be {share}; it is a share from 0 to 1");
            return Err(Problem { section: "publish", field, reason });
        }
    }
    let positive = [
        ("build", "memory_mib", config.build.memory_mib),
        ("cluster", "tasks", config.cluster.tasks),
        ("cluster", "timeout_s", config.cluster.timeout_s),
        ("serve", "most_features", config.serve.most_features),
        ("serve", "timeout_s", config.serve.timeout_s),
        ("serve", "client_share", config.serve.client_share),
        ("serve", "concurrency", config.serve.concurrency),
        ("serve", "concurrency_heavy", config.serve.concurrency_heavy),
        ("serve", "most_answer_mib", config.serve.most_answer_mib),
        ("serve", "most_bbox_deg2", config.serve.most_bbox_deg2),
        ("serve", "open_releases", config.serve.open_releases),
        ("serve", "connections", config.serve.connections),
        ("serve", "rate_burst", config.serve.rate_burst),
        ("serve", "head_timeout_s", config.serve.head_timeout_s),
        ("serve", "stall_timeout_s", config.serve.stall_timeout_s),
    ];
    for (section, field, value) in positive {
        if value == 0 {
            let reason = format!("`{field}` must be at least 1");
            return Err(Problem { section, field, reason });
        }
    }
    if config.serve.client_share > 100 {
        let reason = "`client_share` is in per cent, at most 100".to_owned();
        return Err(Problem { section: "serve", field: "client_share", reason });
    }
    if config.cluster.executor_timeout_s < 10 {
        let reason =
            "`executor_timeout_s` must be at least 10: a busy executor speaks every 5 s".into();
        return Err(Problem { section: "cluster", field: "executor_timeout_s", reason });
    }
    let mut deciles = config.programmes.fields().into_iter();
    match deciles.find(|(_, decile)| !(1..=10).contains(decile)) {
        None => Ok(()),
        Some((field, decile)) => {
            let reason = format!("`{field}` can't be decile {decile}; it is one of 1 to 10");
            Err(Problem { section: "programmes", field, reason })
        }
    }
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
