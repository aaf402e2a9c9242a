//! Our operators as bytes, among those that the cluster knows itself.

use std::sync::Arc;

use ballista_core::serde::BallistaPhysicalExtensionCodec;
use datafusion_common::{DataFusionError, Result};
use datafusion_execution::TaskContext;
use datafusion_physical_plan::ExecutionPlan;
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};
use serde::{Deserialize, Serialize};

use super::node::Node;
use super::task::{Task, Work};
use super::workplace::Workplace;

/// With what the bytes of an operator of ours begin.
const OURS: &[u8] = b"sebaran\0";

/// Writes and reads plans; those that it reads can be run where there is a workplace.
#[derive(Debug, Default)]
pub struct Codec {
    workplace: Option<Arc<Workplace>>,
    theirs: BallistaPhysicalExtensionCodec,
}

/// An operator as it travels.
#[derive(Serialize, Deserialize)]
struct Packed<T> {
    work: Work,
    task: T,
}

impl Codec {
    pub fn of_executor(workplace: Arc<Workplace>) -> Self {
        Self { workplace: Some(workplace), ..Self::default() }
    }
}

impl PhysicalExtensionCodec for Codec {
    fn try_decode(
        &self,
        bytes: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        context: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(ours) = bytes.strip_prefix(OURS) else {
            return self.theirs.try_decode(bytes, inputs, context, converter);
        };
        let packed: Packed<Task> = serde_json::from_slice(ours).map_err(|error| {
            let text = format!("an operator of another version of the program came in: {error}");
            DataFusionError::Execution(text)
        })?;
        let [input] = inputs else {
            return Err(DataFusionError::Internal("an operator of ours has one input".to_owned()));
        };
        let (task, workplace) = (Arc::new(packed.task), self.workplace.clone());
        Ok(Arc::new(Node::new(packed.work, task, workplace, Arc::clone(input))))
    }

    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        bytes: &mut Vec<u8>,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        let Some(ours) = node.downcast_ref::<Node>() else {
            return self.theirs.try_encode(node, bytes, converter);
        };
        bytes.extend_from_slice(OURS);
        let packed = Packed { work: ours.work, task: ours.task.as_ref() };
        serde_json::to_writer(bytes, &packed)
            .map_err(|error| DataFusionError::External(Box::new(error)))
    }
}
