//! What stops the engine. Readers' and writers' errors pass through it as they are.

use std::sync::Arc;

use datafusion_common::DataFusionError;

use crate::read::persons::PersonsError;
use crate::read::table::TableError;
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
    /// Before both rows are known.
    #[error("visit `{visit_id}` stands in the input with different contents")]
    Unequal { visit_id: String },
    #[error(transparent)]
    Persons(#[from] PersonsError),
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(
        "person `{person_id}` stands in the input with different contents: {first} and {second}; a \
         person has one row. Remove one, or say that the person left (presence)"
    )]
    RepeatedPerson { person_id: String, first: String, second: String },
    #[error(
        "prelist entry `{id_prelist}` stands in the input with different contents: {first} and \
         {second}; an entry has one row. Remove or renumber one"
    )]
    RepeatedEntry { id_prelist: String, first: String, second: String },
    #[error(
        "{home} `{id}` has more than 60,000 persons; the id stands for something else: correct it in \
         the persons files"
    )]
    CrowdedHome { home: &'static str, id: String },
    #[error("a visits file changed while it was read; build again when nobody writes to it")]
    Changed,
    #[error("cannot run the plan")]
    Plan(#[source] DataFusionError),
    #[error("cannot keep what is sorted on the disk")]
    Spill(#[source] std::io::Error),
    #[error("cannot start the engine's threads")]
    Threads(#[source] std::io::Error),
    #[error("cannot write what was built")]
    Write(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What a task on an executor needs, and could not open.
    #[cfg(feature = "cluster")]
    #[error(transparent)]
    Open(Box<dyn std::error::Error + Send + Sync>),
    #[cfg(feature = "cluster")]
    #[error(transparent)]
    Cluster(Box<super::cluster::ClusterError>),
    /// One of these that stopped several partitions.
    #[error(transparent)]
    Shared(Arc<EngineError>),
}

impl From<DataFusionError> for EngineError {
    /// Takes an error of ours out of the engine's wrapping.
    fn from(error: DataFusionError) -> Self {
        match find(&error) {
            Some(ours) => {
                drop(error);
                Arc::try_unwrap(ours).unwrap_or_else(Self::Shared)
            }
            None => Self::Plan(error),
        }
    }
}

/// The error of ours in the engine's wrappings: what stops a shuffle stops each of its readers.
pub(super) fn find(error: &DataFusionError) -> Option<Arc<EngineError>> {
    match error {
        DataFusionError::External(inner) => match inner.downcast_ref::<DataFusionError>() {
            Some(inner) => find(inner),
            None => inner.downcast_ref::<Arc<EngineError>>().cloned(),
        },
        DataFusionError::Context(_, inner) => find(inner),
        DataFusionError::Shared(inner) => find(inner),
        _ => None,
    }
}

impl From<EngineError> for DataFusionError {
    fn from(error: EngineError) -> Self {
        Self::External(Box::new(Arc::new(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_ours_comes_out_of_any_wrapping_as_it_went_in() {
        let ours = || DataFusionError::from(EngineError::from(VisitsError::TooManyFiles));
        let shared = Arc::new(ours());
        let wrapped = DataFusionError::External(Box::new(DataFusionError::Shared(shared.clone())));
        for error in [ours(), ours().context("here"), DataFusionError::Shared(shared), wrapped] {
            let error = EngineError::from(error);
            assert_eq!(error.to_string(), VisitsError::TooManyFiles.to_string());
        }
    }
}
