//! What stops a build on a cluster, and how an executor's error comes home.

use std::error::Error;
use std::fmt;
use std::io;

use datafusion_common::DataFusionError;

use crate::engine::error::{EngineError, find};

/// What stands before and after an error of ours in a message of the cluster's.
const OPEN: &str = "sebaran[";
const CLOSE: char = ']';

#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    #[error(
        "cannot reach a scheduler at {address}; start one with `sebaran cluster scheduler`, or build \
         on this machine with --engine local"
    )]
    Unreachable { address: String, source: io::Error },
    #[error(
        "the scheduler at {address} has too few executors after {wait_s} s ({said}); start more with \
         `sebaran cluster executor`, or raise `[cluster] wait_s`"
    )]
    NotReady { address: String, wait_s: u64, said: String },
    #[error(
        "the cluster did not finish within {timeout_s} s; start more executors or raise `[cluster] \
         timeout_s`"
    )]
    TimeLimit { timeout_s: u64 },
    #[error("cannot speak with the scheduler at {address}")]
    Scheduler { address: String, source: Box<dyn Error + Send + Sync> },
    #[error("cannot fetch what an executor made; it may be lost. Build again")]
    Fetch(#[source] Box<dyn Error + Send + Sync>),
    #[error("the cluster failed: {0}")]
    Failed(String),
    /// Of an executor.
    #[error(transparent)]
    Told(#[from] Told),
    #[error("cannot use the folder that all hosts share")]
    Shared(#[source] io::Error),
    #[error("the plan can't travel")]
    Plan(#[source] DataFusionError),
    #[error("cannot listen on {address}")]
    Listen { address: String, source: io::Error },
    #[error("cannot run as a part of the cluster")]
    Run(#[source] Box<dyn Error + Send + Sync>),
    #[error("{memory_mib} MiB are too few for {threads} threads; give at least {least_mib} MiB")]
    Memory { memory_mib: u32, threads: usize, least_mib: usize },
}

/// An error of an executor: its message and, one in the other, its causes'.
#[derive(Debug)]
pub struct Told {
    message: String,
    source: Option<Box<Told>>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Told {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// Makes an error of ours one that travels as text. Others stay as they are: the scheduler knows by
/// them which tasks to run again.
pub fn speak(error: DataFusionError) -> DataFusionError {
    match find(&error) {
        Some(ours) => DataFusionError::Execution(packed(ours.as_ref())),
        None => error,
    }
}

/// The text: readable, then once more in digits that no quoting on the way changes.
fn packed(error: &dyn Error) -> String {
    let mut messages = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        messages.push(error.to_string());
        cause = error.source();
    }
    let json = serde_json::to_string(&messages).expect("texts are JSON");
    let digits: String = json.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("{} {OPEN}{digits}{CLOSE}", messages.join(": "))
}

/// The error that the cluster's message holds: ours, as it was, or the message itself.
pub fn unpacked(said: &str) -> ClusterError {
    told(said).map_or_else(|| ClusterError::Failed(said.to_owned()), ClusterError::Told)
}

fn told(said: &str) -> Option<Told> {
    let (_, rest) = said.split_once(OPEN)?;
    let (digits, _) = rest.split_once(CLOSE)?;
    let byte = |at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(byte).collect();
    let messages: Vec<String> = serde_json::from_slice(&bytes?).ok()?;
    let nest = |source: Option<Box<Told>>, message| Some(Box::new(Told { message, source }));
    messages.into_iter().rev().fold(None, nest).map(|told| *told)
}

impl From<ClusterError> for EngineError {
    fn from(error: ClusterError) -> Self {
        Self::Cluster(Box::new(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_executors_error_comes_home_with_its_causes() {
        let cause = io::Error::other("no \"room\"\n]");
        let spoken = speak(EngineError::Spill(cause).into());
        let said = format!("Task failed: {:?}", format!("{spoken:?}"));
        let error = unpacked(&said);
        assert_eq!(error.to_string(), "cannot keep what is sorted on the disk");
        assert_eq!(error.source().unwrap().to_string(), "no \"room\"\n]");
    }

    #[test]
    fn what_is_not_ours_stays_as_it_is() {
        let lost = DataFusionError::External("an executor is lost".into());
        assert!(matches!(speak(lost), DataFusionError::External(_)));
        assert_eq!(unpacked("a bolt").to_string(), "the cluster failed: a bolt");
        assert_eq!(unpacked("x sebaran[zz] y").to_string(), "the cluster failed: x sebaran[zz] y");
    }
}
