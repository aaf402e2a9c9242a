//! The engine's session: memory, disk and threads.

use std::path::Path;
use std::sync::Arc;

use datafusion_common::Result;
use datafusion_execution::TaskContext;
use datafusion_execution::config::SessionConfig;
use datafusion_execution::memory_pool::FairSpillPool;
use datafusion_execution::runtime_env::RuntimeEnvBuilder;

/// Rows of a batch between operators.
pub const BATCH_ROWS: usize = 8192;

/// A context whose operators together hold `memory_bytes` and spill to `folder` beyond that.
pub fn context(memory_bytes: usize, folder: &Path) -> Result<Arc<TaskContext>> {
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(memory_bytes)))
        .with_temp_file_path(folder)
        .build_arc()?;
    // What a sort keeps free to merge its spills with: its share of a small pool must not be all of it.
    let reservation = (memory_bytes / 32).clamp(1 << 18, 10 << 20);
    let config = SessionConfig::new()
        .with_batch_size(BATCH_ROWS)
        .with_sort_spill_reservation_bytes(reservation);
    Ok(Arc::new(TaskContext::default().with_session_config(config).with_runtime(runtime)))
}
