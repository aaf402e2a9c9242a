//! What stops the engine. Readers' and writers' errors pass through it as they are.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use datafusion_common::DataFusionError;

use crate::read::visits::VisitsError;

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error(transparent)]
    Visits(#[from] VisitsError),
    #[error(
        "visit `{visit_id}` stands in the input with different contents: {first} and {second}; a visit \
         has one row. Remove or renumber one"
    )]
    RepeatedVisit { visit_id: String, first: String, second: String },
    #[error(transparent)]
    Shared(SharedError),
    #[error("cannot run the plan")]
    Plan(#[source] DataFusionError),
    #[error("cannot keep what is sorted on the disk")]
    Spill(#[source] std::io::Error),
    #[error("cannot start the engine's threads")]
    Threads(#[source] std::io::Error),
    #[error("cannot write what was built")]
    Write(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// An error of ours that several partitions have, so that it can't be taken out of the engine's
/// wrapping. It says what ours says.
#[derive(Debug)]
pub struct SharedError(Arc<DataFusionError>);

impl SharedError {
    fn new(shared: &Arc<DataFusionError>) -> Option<Self> {
        let shared = Self(Arc::clone(shared));
        shared.ours().is_some().then_some(shared)
    }

    fn ours(&self) -> Option<&EngineError> {
        let mut cause: Option<&(dyn Error + 'static)> = Some(&*self.0);
        while let Some(error) = cause {
            if let Some(ours) = error.downcast_ref::<EngineError>() {
                return Some(ours);
            }
            cause = error.source();
        }
        None
    }
}

impl fmt::Display for SharedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ours().map_or(Ok(()), |ours| ours.fmt(f))
    }
}

impl Error for SharedError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.ours()?.source()
    }
}

impl From<DataFusionError> for EngineError {
    /// Takes an error of ours out of the engine's wrapping.
    fn from(error: DataFusionError) -> Self {
        match error {
            DataFusionError::External(inner) => match inner.downcast::<Self>() {
                Ok(ours) => *ours,
                Err(other) => Self::Plan(DataFusionError::External(other)),
            },
            DataFusionError::Context(_, inner) => Self::from(*inner),
            DataFusionError::Shared(shared) => match Arc::try_unwrap(shared) {
                Ok(inner) => Self::from(inner),
                Err(shared) => match SharedError::new(&shared) {
                    Some(ours) => Self::Shared(ours),
                    None => Self::Plan(DataFusionError::Shared(shared)),
                },
            },
            other => Self::Plan(other),
        }
    }
}

impl From<EngineError> for DataFusionError {
    fn from(error: EngineError) -> Self {
        Self::External(Box::new(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_went_wrong_however_the_engine_wraps_it() {
        let ours = || EngineError::Visits(VisitsError::TooManyFiles);
        let wrapped = || DataFusionError::External(Box::new(ours())).context("Join Error");
        let shared = Arc::new(wrapped());
        for error in [wrapped(), DataFusionError::Shared(Arc::clone(&shared))] {
            let told = EngineError::from(error);
            assert_eq!(told.to_string(), ours().to_string());
            assert!(told.source().is_none());
        }
    }
}
