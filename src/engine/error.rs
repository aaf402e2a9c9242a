//! What stops the engine. Readers' and writers' errors pass through it as they are.

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
    #[error("cannot run the plan")]
    Plan(#[source] DataFusionError),
    #[error("cannot keep what is sorted on the disk")]
    Spill(#[source] std::io::Error),
    #[error("cannot start the engine's threads")]
    Threads(#[source] std::io::Error),
    #[error("cannot write what was built")]
    Write(#[source] Box<dyn std::error::Error + Send + Sync>),
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
            DataFusionError::Shared(shared) => match std::sync::Arc::try_unwrap(shared) {
                Ok(inner) => Self::from(inner),
                Err(shared) => Self::Plan(DataFusionError::Shared(shared)),
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
