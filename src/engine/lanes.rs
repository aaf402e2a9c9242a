//! Which thread gets which rows: households by a hash, provinces so that each has about as many visits.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{AsArray, RecordBatch, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema, UInt32Type, UInt64Type};
use datafusion_common::Result;
use datafusion_common::hash_utils::{RandomState, create_hashes};
use datafusion_physical_expr::expressions::col;
use datafusion_physical_plan::metrics::Time;
use datafusion_physical_plan::repartition::BatchPartitioner;

use super::packed::LANE;
use crate::domain::region::{Level, RegionId, RegionTree};
use crate::domain::visit::unpack_code;
use crate::place::batch::PROVINCE;

/// The lane of each row: rows of one lane go to one partition.
pub type Lane = Arc<dyn Fn(&RecordBatch) -> Result<UInt64Array> + Send + Sync>;

/// How many visits declare each province, by its code: nearly as many will be placed there.
#[derive(Default)]
pub struct ProvinceRows(Mutex<BTreeMap<u64, u64>>);

impl ProvinceRows {
    /// Counts a batch's column of packed codes.
    pub fn add(&self, codes: &UInt64Array) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Visits of one village mostly come one after the other.
        for run in codes.values().chunk_by(|one, other| one == other) {
            if let Some(code) = unpack_code(run[0]) {
                *counts.entry(code.prefix(2).digits()).or_default() += run.len() as u64;
            }
        }
    }

    fn of(&self, province: u64) -> u64 {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(&province).copied().unwrap_or_default()
    }
}

/// Rows that are equal in this column go together.
pub fn by_hash(column: &'static str) -> Lane {
    Arc::new(move |batch| {
        let values = batch.column_by_name(column).expect("the plan made the column");
        let mut hashes = vec![0; batch.num_rows()];
        create_hashes([values], &RandomState::with_seed(1), &mut hashes)?;
        Ok(UInt64Array::from(hashes))
    })
}

/// Placed visits of a province go together; the largest province first, each goes to the partition that
/// has the fewest visits by then.
///
/// # Errors
/// Where the engine can't hash.
pub fn by_province(tree: &RegionTree, rows: &ProvinceRows, partitions: usize) -> Result<Lane> {
    let mut least: Vec<(u64, u64)> = lanes(partitions)?.into_iter().map(|lane| (0, lane)).collect();
    let provinces = tree.level(Level::Province);
    let mut provinces: Vec<(u64, RegionId)> =
        provinces.map(|(id, region)| (rows.of(region.code.digits()), id)).collect();
    provinces.sort_unstable_by_key(|&(rows, id)| (Reverse(rows), id.0));
    let last = provinces.iter().map(|(_, id)| id.0 as usize).max().unwrap_or(0);
    let mut dealt = vec![0; last + 1];
    for (rows, id) in provinces {
        least.sort_unstable();
        dealt[id.0 as usize] = least[0].1;
        least[0].0 += rows;
    }
    least.sort_unstable();
    let otherwise = least[0].1;
    Ok(Arc::new(move |batch| {
        let provinces = batch.column_by_name(PROVINCE).expect("the survey makes the column");
        let provinces = provinces.as_primitive::<UInt32Type>().values().iter();
        let lane = |province: &u32| dealt.get(*province as usize).copied().unwrap_or(otherwise);
        Ok(UInt64Array::from_iter_values(provinces.map(lane)))
    }))
}

/// For each partition a number that the engine's hash sends there.
fn lanes(partitions: usize) -> Result<Vec<u64>> {
    let schema = Arc::new(Schema::new(vec![Field::new(LANE, DataType::UInt64, false)]));
    let lane = col(LANE, &schema)?;
    let mut partitioner =
        BatchPartitioner::new_hash_partitioner(vec![lane], partitions, Time::default())?;
    let numbers = UInt64Array::from_iter_values(0..partitions as u64 * 64);
    let mut lanes = vec![None; partitions];
    let numbers = RecordBatch::try_new(schema, vec![Arc::new(numbers)])?;
    partitioner.partition(numbers, |partition, part| {
        lanes[partition] = part.column(0).as_primitive::<UInt64Type>().values().first().copied();
        Ok(())
    })?;
    Ok(lanes.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, UInt32Array};

    use super::*;
    use crate::domain::fixture::villages;
    use crate::domain::visit::pack_code;
    use crate::place::batch::NO_REGION;

    #[test]
    fn each_partition_has_a_lane_of_its_own() {
        for partitions in [1, 2, 3, 16] {
            let mut lanes = lanes(partitions).unwrap();
            lanes.sort_unstable();
            lanes.dedup();
            assert_eq!(lanes.len(), partitions);
        }
    }

    #[test]
    fn provinces_are_dealt_out_by_their_visits() {
        let (tree, _) = villages(&["0101001001", "0201001001", "0301001001"]);
        let rows = ProvinceRows::default();
        let code = |text: &str| pack_code(text.parse().unwrap());
        for (village, visits) in [("0101001001", 3), ("0201001001", 7), ("0301001001", 3)] {
            rows.add(&UInt64Array::from(vec![code(village); visits]));
        }
        let mut ids: Vec<u32> = tree.level(Level::Province).map(|(id, _)| id.0).collect();
        ids.push(NO_REGION);
        let provinces: ArrayRef = Arc::new(UInt32Array::from(ids));
        let batch = RecordBatch::try_from_iter([(PROVINCE, provinces)]).unwrap();
        let lanes = by_province(&tree, &rows, 2).unwrap()(&batch).unwrap();
        let lanes = lanes.values();
        assert_eq!(lanes[0], lanes[2], "six visits beside seven");
        assert_ne!(lanes[0], lanes[1]);
        assert_eq!(lanes[3], lanes[0], "what is in no province goes where there is least");
    }
}
