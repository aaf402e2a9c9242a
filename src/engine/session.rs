//! The engine's session: memory, disk and threads.

use std::path::Path;
use std::sync::Arc;

use datafusion_common::Result;
use datafusion_execution::TaskContext;
use datafusion_execution::config::SessionConfig;
use datafusion_execution::memory_pool::FairSpillPool;
use datafusion_execution::runtime_env::RuntimeEnvBuilder;

/// Rows of a batch between operators, where memory is plenty.
pub const BATCH_ROWS: usize = 8192;
/// What a visit with its place and findings takes in a batch, in bytes.
const ROW_BYTES: usize = 320;
/// Shares of the pool for one thread's shuffle and sort. There is one of each: twice the shares is a margin
/// with which pools of 8 to 32 MiB were enough for 120,000 households.
const SPILLING: usize = 4;
/// Merges of one thread, which can't spill: what they hold, the shuffle and the sort lack. There is one,
/// with the same margin.
const MERGING: usize = 2;

/// A context whose operators together hold `memory_bytes` and spill to `folder` beyond that.
pub fn context(memory_bytes: usize, threads: usize, folder: &Path) -> Result<Arc<TaskContext>> {
    let sizes = Sizes::new(memory_bytes, threads);
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(memory_bytes)))
        .with_temp_file_path(folder)
        .with_max_spill_merge_fan_in(sizes.merged_files)
        .build_arc()?;
    // What a sort keeps free to merge its spills with: its share of a small pool must not be all of it.
    let reservation = (memory_bytes / 32).clamp(1 << 18, 10 << 20);
    let config = SessionConfig::new()
        .with_batch_size(sizes.batch_rows)
        // Joining batches before they are sorted may take a little more than they did apart, which the
        // pool may refuse by then; merging them does not.
        .with_sort_in_place_threshold_bytes(0)
        .with_sort_spill_reservation_bytes(reservation);
    Ok(Arc::new(TaskContext::default().with_session_config(config).with_runtime(runtime)))
}

/// How much is handled at a time, so that a small pool does too.
#[derive(Debug, PartialEq, Eq)]
pub struct Sizes {
    pub batch_rows: usize,
    /// Spilled files that are merged at once.
    pub merged_files: usize,
}

impl Sizes {
    /// A quarter of the pool is for what spills, and two batches fit into each share, each reserved
    /// twice over. Three quarters are for merges, which hold two such batches a file.
    pub fn new(memory_bytes: usize, threads: usize) -> Self {
        let share = memory_bytes / 4 / (SPILLING * threads);
        let batch_rows = (share / (4 * ROW_BYTES)).clamp(64, BATCH_ROWS);
        let merge = memory_bytes / 4 * 3 / (MERGING * threads);
        let merged_files = (merge / (4 * ROW_BYTES * batch_rows)).max(4);
        Self { batch_rows, merged_files }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_pool_is_handled_in_small_batches() {
        let usual = Sizes::new(2048 << 20, 2);
        assert_eq!(usual, Sizes { batch_rows: BATCH_ROWS, merged_files: 38 });
        assert_eq!(Sizes::new(8 << 20, 2), Sizes { batch_rows: 204, merged_files: 6 });
    }
}
