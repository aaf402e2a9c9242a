//! Persons who stand together in a file and live together, as one row of the plan.

use std::hash::{DefaultHasher, Hasher};
use std::sync::{Arc, LazyLock};

use arrow::array::{BinaryBuilder, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::domain::person::Person;
use crate::engine::hashes::hash_of;
use crate::read::persons::{Home, PersonBatch};

/// The id by which rows are brought together and sorted.
pub const HOME_ID: &str = "home_id";

/// Rows of persons: whose they are, and each packed as [`PackedPerson`] behind one byte for the kind of
/// home.
pub static GROUPS: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new(HOME_ID, DataType::Utf8, false),
        Field::new("persons", DataType::Binary, false),
    ]))
});

/// The persons of one row at most.
const MOST_IN_ROW: usize = 64;

/// A person by the hash of the id, then 56 bits of the hash of the row and 8 bits of what is counted.
/// Where both are equal, the row stands in the input once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub struct PackedPerson {
    pub id: u64,
    row: u64,
}

impl PackedPerson {
    fn new(batch: &PersonBatch, row: usize, household: u64) -> Self {
        let told = &batch.rows[row];
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(told.content);
        hasher.write_u64(household);
        let id = hash_of(batch.person_ids.value(row));
        Self { id, row: hasher.finish() << 8 | u64::from(told.person.pack()) }
    }

    pub fn person(self) -> Person {
        Person::unpack((self.row & 0xff) as u8)
    }
}

/// The kinds of homes, by the byte that names them.
pub const HOUSEHOLD: u8 = 0;
pub const INSTITUTION: u8 = 1;

/// Persons being brought together, batch by batch.
#[derive(Default)]
pub struct Grouping {
    ids: StringBuilder,
    persons: BinaryBuilder,
    rows: usize,
}

impl Grouping {
    /// Adds the present persons of a batch; gives the number of the others.
    pub fn add(&mut self, batch: &PersonBatch) -> u64 {
        let mut absent = 0;
        let mut group = Vec::new();
        let mut at = None;
        // The household's id is hashed once for the rows that stand together.
        let mut household = ("", hash_of(""));
        for row in 0..batch.len() {
            if !batch.rows[row].is_present {
                absent += 1;
                continue;
            }
            let home = batch.home(row);
            if batch.household(row) != household.0 {
                household = (batch.household(row), hash_of(batch.household(row)));
            }
            if let Some(before) = at
                && (before != home || group.len() == MOST_IN_ROW)
            {
                self.end_row(before, &mut group);
            }
            at = Some(home);
            group.push(PackedPerson::new(batch, row, household.1));
        }
        if let Some(home) = at {
            self.end_row(home, &mut group);
        }
        absent
    }

    fn end_row(&mut self, home: Home<'_>, group: &mut Vec<PackedPerson>) {
        let (kind, id) = match home {
            Home::Household(id) => (HOUSEHOLD, id),
            Home::Institution(id) => (INSTITUTION, id),
        };
        self.ids.append_value(id);
        let mut bytes = Vec::with_capacity(1 + size_of_val(group.as_slice()));
        bytes.push(kind);
        bytes.extend_from_slice(bytemuck::cast_slice(group));
        self.persons.append_value(&bytes);
        self.rows += 1;
        group.clear();
    }

    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// The rows so far.
    pub fn take(&mut self) -> RecordBatch {
        self.rows = 0;
        let columns = vec![Arc::new(self.ids.finish()) as _, Arc::new(self.persons.finish()) as _];
        RecordBatch::try_new(Arc::clone(&GROUPS), columns)
            .expect("the columns have the same length")
    }
}

/// The kind of home of a row, and its persons.
pub fn persons_of(bytes: &[u8]) -> (u8, impl Iterator<Item = PackedPerson> + '_) {
    let (kind, persons) = bytes.split_first().expect("a row begins with the kind of home");
    (*kind, persons.chunks_exact(size_of::<PackedPerson>()).map(bytemuck::pod_read_unaligned))
}
