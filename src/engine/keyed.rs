//! Rows of a register by their households: read, brought together, sorted, and kept on the disk in the
//! order in which the first pass over the visits meets the households. Where rows have ids, a
//! row begins with the 8 bytes of its id's hash.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, LazyLock};

use arrow::array::{AsArray, BinaryBuilder, RecordBatch, StringBuilder};
use arrow::compute::SortOptions;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::error::EngineError;
use super::hashes::{HashNoting, Hashes};
use super::kept::{Keeping, Kept};
use super::passes::sorted;
use super::plan::{Build, Take, drive};
use super::source::{Make, Source};

const KEY: &str = "household_id";
const ROW: &str = "row";

static KEYED: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new(KEY, DataType::Utf8, false),
        Field::new(ROW, DataType::Binary, false),
    ]))
});

/// Hands the rows of one partition to a plan, batch by batch.
pub struct Handing<'a> {
    keys: StringBuilder,
    rows: BinaryBuilder,
    len: usize,
    most: usize,
    put: &'a mut dyn FnMut(RecordBatch) -> ControlFlow<()>,
    flow: ControlFlow<()>,
}

impl<'a> Handing<'a> {
    fn new(most: usize, put: &'a mut dyn FnMut(RecordBatch) -> ControlFlow<()>) -> Self {
        let (keys, rows) = (StringBuilder::new(), BinaryBuilder::new());
        Self { keys, rows, len: 0, most, put, flow: ControlFlow::Continue(()) }
    }

    /// Adds a row. Breaks when nobody takes rows any more, and goes on breaking.
    pub fn push(&mut self, key: &str, row: &[u8]) -> ControlFlow<()> {
        self.keys.append_value(key);
        self.rows.append_value(row);
        self.len += 1;
        if self.len == self.most {
            self.hand_on();
        }
        self.flow
    }

    /// Whether nobody takes rows any more.
    pub fn is_over(&self) -> bool {
        self.flow.is_break()
    }

    fn hand_on(&mut self) {
        self.len = 0;
        let columns = vec![Arc::new(self.keys.finish()) as _, Arc::new(self.rows.finish()) as _];
        let batch = RecordBatch::try_new(Arc::clone(&KEYED), columns);
        if self.flow.is_continue() {
            self.flow = (self.put)(batch.expect("the columns have the same length"));
        }
    }
}

/// What makes the rows of a register, and in how many partitions.
pub struct Rows {
    name: &'static str,
    partitions: usize,
    make: Make,
}

impl Rows {
    /// `make` hands on the rows of the partition with this number.
    pub fn new(
        name: &'static str,
        partitions: usize,
        make: impl Fn(usize, &mut Handing<'_>) -> Result<(), EngineError> + Send + Sync + 'static,
    ) -> Self {
        let make = Arc::new(move |partition, most, put: &mut dyn FnMut(_) -> _| {
            let mut handing = Handing::new(most, put);
            make(partition, &mut handing)?;
            handing.hand_on();
            Ok(())
        });
        Self { name, partitions, make }
    }
}

/// What came of the gathering.
pub struct KeyedKept {
    /// By partition.
    pub parts: Vec<Kept>,
    /// Rows that stand in the input once more; one of them is kept.
    pub repeated: u64,
}

/// Sorts rows, and keeps each once; `ids` are told of their ids, if they have some, and `progress` of
/// `rows`, the numbers read so far.
///
/// # Errors
/// Those of `make`, and where rows can't be kept.
pub async fn gather(
    build: &Build<'_>,
    made: Rows,
    ids: Option<&Arc<Hashes>>,
    rows: &[AtomicU64],
    progress: impl Fn(u64),
) -> Result<KeyedKept, EngineError> {
    let Rows { name, partitions, make } = made;
    let source = Source::new(name, Arc::clone(&KEYED), partitions, make);
    let order = [KEY, ROW].map(|name| (name, SortOptions::default()));
    let plan = sorted(Arc::new(source), build.threads.get(), &order)?;
    let number = Cell::new(0);
    let make_end = || {
        let partition = number.replace(number.get() + 1);
        let keeping = Keeping::in_folder(build.spill_folder);
        keeping.map(|keeping| End {
            partition,
            keeping,
            ids: ids.map(Hashes::noting),
            last: None,
            repeated: 0,
        })
    };
    let mut ends = Vec::new();
    for end in drive(build, plan, make_end, rows, progress).await? {
        ends.push(end?);
    }
    ends.sort_by_key(|end| end.partition);
    let repeated = ends.iter().map(|end| end.repeated).sum();
    let parts = ends.into_iter().map(|end| end.keeping.finish());
    Ok(KeyedKept { parts: parts.collect::<Result<_, _>>()?, repeated })
}

/// Keeps the rows of one partition.
struct End {
    partition: usize,
    keeping: Keeping,
    ids: Option<HashNoting>,
    last: Option<(String, Vec<u8>)>,
    repeated: u64,
}

impl Take for Result<End, EngineError> {
    fn take(&mut self, batch: RecordBatch) -> Result<(), EngineError> {
        match self {
            Ok(end) => end.take_batch(&batch),
            // Told of when the plan has ended.
            Err(_) => Ok(()),
        }
    }
}

impl End {
    fn take_batch(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        let (keys, rows) = (batch.column(0).as_string::<i32>(), batch.column(1).as_binary::<i32>());
        for at in 0..batch.num_rows() {
            let (key, row) = (keys.value(at), rows.value(at));
            if self.last.as_ref().is_some_and(|(last, before)| last == key && before == row) {
                self.repeated += 1;
                continue;
            }
            if let Some(ids) = &mut self.ids {
                let (id, _) = row.split_first_chunk().expect("a row begins with its id's hash");
                ids.note(u64::from_be_bytes(*id))?;
            }
            self.keeping.put(key, row)?;
            self.last = Some((key.to_owned(), row.to_vec()));
        }
        Ok(())
    }
}
