//! How many values of each column of the visits could not be read: in all, in each file, of each
//! enumerator, in each regency.

use std::collections::{BTreeMap, HashMap};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::UInt32Type;
use serde::{Deserialize, Serialize};

use super::latest::places_of;
use crate::domain::region::RegionId;
use crate::domain::visit::{DOUBTFUL, VisitField};
use crate::place::PlacedBatch;

/// The columns that are looked at: those that say where a household counts, which visit of it counts, and
/// what is counted. Positions have rules of their own.
pub const LOOKED_AT: [VisitField; 17] = [
    VisitField::VillageCode,
    VisitField::ReceivedAt,
    VisitField::IsMock,
    VisitField::UnitKind,
    VisitField::Decile,
    VisitField::Percentile,
    VisitField::Members,
    VisitField::Children,
    VisitField::ChildrenUnder5,
    VisitField::Elderly,
    VisitField::Elderly70Plus,
    VisitField::DisabledPhysical,
    VisitField::DisabledIntellectual,
    VisitField::DisabledMental,
    VisitField::DisabledSensory,
    VisitField::DisabledMultiple,
    VisitField::Disabled,
];

/// Fewer values than this are mistakes of single rows.
pub const FEW: u64 = 3;
/// Rows that are shown of a column.
const SHOWN: usize = 5;
/// More enumerators than this are not told apart.
const MOST: usize = 1 << 19;

/// The values of the columns that are looked at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Doubtful {
    /// By the field's number.
    total: BTreeMap<usize, Unreadable>,
    /// Values that are not empty, by the field's number.
    given: BTreeMap<usize, u64>,
    files: BTreeMap<u16, Group>,
    regencies: BTreeMap<u32, Group>,
    enumerators: HashMap<String, Group>,
}

/// The values of some rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Group {
    /// The fields of which a value could be read, as bits.
    readable: u32,
    unreadable: BTreeMap<usize, Unreadable>,
}

/// Values of one column that can't be read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Unreadable {
    values: u64,
    /// The first of them: the numbers of their files, and their rows.
    first: Vec<(u16, u64)>,
}

/// A column of which too many values can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoubtfulColumn {
    pub field: VisitField,
    /// Values that are not empty.
    pub given: u64,
    pub unreadable: u64,
    /// Of what none could be read.
    pub whole: Whole,
    /// Some that can't be, by file and row.
    pub first: Vec<(u16, u64)>,
}

/// Of what rows no value of a column can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whole {
    /// Of none in particular: of all together too few can be.
    Nothing,
    File(u16),
    Enumerator(String),
    Regency(RegionId),
}

impl Doubtful {
    /// Adds a batch of placed visits. `regency` tells in which one a region is.
    pub fn add(
        &mut self,
        batch: &RecordBatch,
        placed: &PlacedBatch<'_>,
        regency: impl Fn(RegionId) -> Option<RegionId>,
    ) {
        let readable = self.readable(batch);
        let doubts = batch.column_by_name(DOUBTFUL).expect("the plan made the column");
        let doubts = doubts.as_primitive::<UInt32Type>();
        let enumerators = placed.visits().text(VisitField::EnumeratorId);
        let (bits, place_of) = (bits(), places_of(batch));
        let mut at: (Option<RegionId>, Option<RegionId>) = (None, None);
        // Most rows tell nothing new of the enumerator of the row before.
        let mut last = ("", 0);
        for (row, readable) in readable.into_iter().enumerate() {
            let region = placed.region(row);
            if region != at.0 {
                at = (region, region.and_then(&regency));
            }
            let seen = (readable, doubts.value(row) & bits, place_of(row));
            if seen.1 != 0 {
                add_unreadable(&mut self.total, seen.1, seen.2);
                for field in fields(seen.1) {
                    *self.given.entry(field).or_default() += 1;
                }
            }
            see(&mut self.files, &seen.2.0, seen);
            if let Some(regency) = at.1 {
                see(&mut self.regencies, &regency.0, seen);
            }
            let enumerator = enumerators.value(row);
            if seen.1 != 0 || enumerator != last.0 || seen.0 & !last.1 != 0 {
                see_enumerator(&mut self.enumerators, enumerator, seen);
                last = (enumerator, seen.0);
            }
        }
    }

    /// The fields that are not null, as bits by row; counts them.
    fn readable(&mut self, batch: &RecordBatch) -> Vec<u32> {
        let rows = batch.num_rows();
        let (mut of_all, mut of_row) = (0, vec![0; rows]);
        for field in LOOKED_AT {
            let column = batch.column(field.index());
            let given = rows - column.null_count();
            if given == 0 {
                continue;
            }
            *self.given.entry(field.index()).or_default() += given as u64;
            match column.nulls().filter(|_| given < rows) {
                None => of_all |= field.bit(),
                Some(nulls) => {
                    nulls.valid_indices().for_each(|row| of_row[row] |= field.bit());
                }
            }
        }
        of_row.iter_mut().for_each(|bits| *bits |= of_all);
        of_row
    }

    /// Adds what another part has seen.
    pub fn merge(&mut self, other: Self) {
        merge_unreadable(&mut self.total, other.total);
        for (field, given) in other.given {
            *self.given.entry(field).or_default() += given;
        }
        for (file, group) in other.files {
            self.files.entry(file).or_default().merge(group);
        }
        for (regency, group) in other.regencies {
            self.regencies.entry(regency).or_default().merge(group);
        }
        for (enumerator, group) in other.enumerators {
            self.enumerators.entry(enumerator).or_default().merge(group);
        }
    }

    /// The columns of which more than this share can't be read, or none in a whole file, of a whole
    /// enumerator or in a whole regency.
    pub fn columns(&self, most_share: f64) -> Vec<DoubtfulColumn> {
        let looked_at = LOOKED_AT.into_iter();
        looked_at.filter_map(|field| self.column(field, most_share)).collect()
    }

    fn column(&self, field: VisitField, most_share: f64) -> Option<DoubtfulColumn> {
        let unreadable = self.total.get(&field.index()).filter(|it| it.values >= FEW)?;
        let given = self.given.get(&field.index()).copied().unwrap_or(0);
        let found = |whole: Whole, first: &[(u16, u64)]| DoubtfulColumn {
            field,
            given,
            unreadable: unreadable.values,
            whole,
            first: first.to_vec(),
        };
        #[expect(clippy::cast_precision_loss, reason = "values are fewer than 2^52")]
        let is_much = unreadable.values as f64 > most_share * given as f64;
        if is_much {
            return Some(found(Whole::Nothing, &unreadable.first));
        }
        if let Some((file, first)) = whole(self.files.iter(), field) {
            return Some(found(Whole::File(*file), first));
        }
        if let Some((regency, first)) = whole(self.regencies.iter(), field) {
            return Some(found(Whole::Regency(RegionId(*regency)), first));
        }
        let (enumerator, first) = whole(self.enumerators.iter(), field)?;
        Some(found(Whole::Enumerator(enumerator.clone()), first))
    }
}

/// The first group of which no value of a field could be read.
fn whole<'g, K: Ord>(
    groups: impl Iterator<Item = (&'g K, &'g Group)>,
    field: VisitField,
) -> Option<(&'g K, &'g [(u16, u64)])> {
    let unread = groups.filter_map(|(key, group)| {
        let unreadable = group.unreadable.get(&field.index()).filter(|it| it.values >= FEW)?;
        (group.readable & field.bit() == 0).then_some((key, &unreadable.first[..]))
    });
    unread.min_by(|one, other| one.0.cmp(other.0))
}

/// What is seen in a row: the fields that can be read, those that can't be, and its place.
type Seen = (u32, u32, (u16, u64));

fn see<K: Ord + Copy>(groups: &mut BTreeMap<K, Group>, key: &K, seen: Seen) {
    groups.entry(*key).or_default().see(seen);
}

fn see_enumerator(groups: &mut HashMap<String, Group>, id: &str, seen: Seen) {
    if let Some(group) = groups.get_mut(id) {
        group.see(seen);
    } else if groups.len() < MOST {
        groups.entry(id.to_owned()).or_default().see(seen);
    }
}

impl Group {
    fn see(&mut self, (readable, unreadable, place): Seen) {
        self.readable |= readable;
        if unreadable != 0 {
            add_unreadable(&mut self.unreadable, unreadable, place);
        }
    }

    fn merge(&mut self, other: Self) {
        self.readable |= other.readable;
        merge_unreadable(&mut self.unreadable, other.unreadable);
    }
}

fn bits() -> u32 {
    LOOKED_AT.iter().fold(0, |bits, field| bits | field.bit())
}

/// The numbers of the fields of some bits.
fn fields(bits: u32) -> impl Iterator<Item = usize> {
    LOOKED_AT.iter().filter(move |field| bits & field.bit() != 0).map(|field| field.index())
}

fn add_unreadable(all: &mut BTreeMap<usize, Unreadable>, bits: u32, place: (u16, u64)) {
    for field in fields(bits) {
        let unreadable = all.entry(field).or_default();
        unreadable.values += 1;
        unreadable.show([place]);
    }
}

fn merge_unreadable(own: &mut BTreeMap<usize, Unreadable>, other: BTreeMap<usize, Unreadable>) {
    for (field, other) in other {
        let unreadable = own.entry(field).or_default();
        unreadable.values += other.values;
        unreadable.show(other.first);
    }
}

impl Unreadable {
    /// Keeps the first places, in their order.
    fn show(&mut self, places: impl IntoIterator<Item = (u16, u64)>) {
        for place in places {
            let at = self.first.partition_point(|before| *before <= place);
            if at < SHOWN {
                self.first.insert(at, place);
                self.first.truncate(SHOWN);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECILE: u32 = VisitField::Decile.bit();

    /// Rows by file, enumerator and whether their decile can be read; `None` for an empty one.
    fn of(rows: &[(u16, &str, Option<bool>)]) -> Doubtful {
        let mut doubtful = Doubtful::default();
        for (row, (file, enumerator, is_readable)) in rows.iter().enumerate() {
            let bits = match is_readable {
                None => (0, 0),
                Some(true) => (DECILE, 0),
                Some(false) => (0, DECILE),
            };
            let seen = (bits.0, bits.1, (*file, row as u64));
            *doubtful.given.entry(VisitField::Decile.index()).or_default() +=
                u64::from(is_readable.is_some());
            if bits.1 != 0 {
                add_unreadable(&mut doubtful.total, bits.1, seen.2);
            }
            see(&mut doubtful.files, file, seen);
            see_enumerator(&mut doubtful.enumerators, enumerator, seen);
        }
        doubtful
    }

    fn wholes(doubtful: &Doubtful) -> Vec<Whole> {
        doubtful.columns(0.05).into_iter().map(|column| column.whole).collect()
    }

    #[test]
    fn a_column_is_told_of_beyond_its_share_and_not_for_a_few_rows() {
        let good = [(0, "e", Some(true)); 57];
        let bad = [(0, "e", Some(false)); 4];
        assert_eq!(wholes(&of(&[&good[..], &bad[..3]].concat())), []);
        let beyond = of(&[&good[..], &bad[..]].concat());
        assert_eq!(wholes(&beyond), [Whole::Nothing]);
        assert_eq!((beyond.columns(0.05)[0].given, beyond.columns(0.05)[0].unreadable), (61, 4));
        assert_eq!(wholes(&of(&bad[..2])), [], "two rows are two rows");
        assert_eq!(wholes(&of(&[(0, "e", None); 9])), [], "what is empty is not doubtful");
    }

    #[test]
    fn a_whole_file_and_a_whole_enumerator_are_told_of_whatever_their_share() {
        let good = [(0, "e", Some(true)); 200];
        let of_file = [(1, "f", Some(false)), (1, "g", Some(false)), (1, "h", Some(false))];
        assert_eq!(wholes(&of(&[&good[..], &of_file].concat())), [Whole::File(1)]);
        let of_enumerator = of(&[&good[..], &[(0, "f", Some(false)); 3]].concat());
        assert_eq!(wholes(&of_enumerator), [Whole::Enumerator("f".to_owned())]);
        assert_eq!(of_enumerator.columns(0.05)[0].first, [(0, 200), (0, 201), (0, 202)]);
        let mixed = [(0, "f", Some(false)), (0, "f", Some(true)), (0, "f", Some(false))];
        assert_eq!(wholes(&of(&[&good[..], &mixed, &mixed].concat())), []);
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        let rows: Vec<_> = (0..30)
            .map(|row| (row % 2, ["e", "f"][usize::from(row / 15)], Some(row % 3 > 0)))
            .collect();
        let whole = of(&rows);
        let mut merged = of(&rows[..0]);
        merged.merge(whole.clone());
        assert_eq!(merged, whole);
        assert_eq!(merged.columns(0.05)[0].first.len(), SHOWN);
    }
}
