//! Visits as small records that are sorted by their group.

use bytemuck::{Pod, Zeroable};

use super::super::sorter::Record;
use crate::check::group::GroupVisit;
use crate::domain::position::Position;

/// No duration, no axis, no office, no row: numbers that nothing has.
pub const NONE: i32 = i32::MIN;
pub const NO_ROW: u64 = u64::MAX;

/// What [`OfficerVisit::flags`] says.
pub const MISSING: u16 = 1;
pub const ELSEWHERE: u16 = 2;
pub const DOUBTED: u16 = 4;
pub const COMPLETED: u16 = 8;
/// The same row once more: it is no visit of its own, and what is found in the visit is found in it.
pub const REPEATED: u16 = 16;
/// Its time of day is not told: midnight, which stands for a date alone.
pub const HOURLESS: u16 = 32;

/// Positions are kept in ten millionths of a degree (1 cm).
const PER_DEGREE: f64 = 1e7;

/// A visit, in the order of its enumerator and its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
pub struct OfficerVisit {
    pub enumerator: u64,
    pub started_us: i64,
    pub row: u64,
    /// 0 for none.
    pub device: u64,
    /// Of the household's key, the half that tells one enumerator's households apart.
    pub household: u32,
    pub duration_s: i32,
    pub longitude: i32,
    pub latitude: i32,
    /// To the nearest office.
    pub office_dm: i32,
    pub flags: u16,
    /// Of the province.
    pub offset_min: i16,
}

impl Record for OfficerVisit {
    fn group(&self) -> u64 {
        self.enumerator
    }
}

impl OfficerVisit {
    pub fn visit(&self) -> GroupVisit {
        GroupVisit {
            household: u64::from(self.household),
            enumerator: self.enumerator,
            started_us: self.started_us,
            ended_us: ended_us(self.started_us, self.duration_s),
            day: self.day(),
            position: position(self.longitude, self.latitude),
            is_completed: self.flags & COMPLETED != 0,
            is_missing: self.flags & MISSING != 0,
            is_elsewhere: self.flags & ELSEWHERE != 0,
            is_doubted: self.flags & DOUBTED != 0,
            office_m: (self.office_dm != NONE).then(|| f64::from(self.office_dm) / 10.0),
            is_hourless: self.flags & HOURLESS != 0,
        }
    }

    pub const fn is_completed(&self) -> bool {
        self.flags & COMPLETED != 0
    }

    pub const fn is_repeated(&self) -> bool {
        self.flags & REPEATED != 0
    }

    /// What is equal in all rows of the visit.
    pub const fn content(&self) -> Self {
        Self { row: 0, flags: self.flags & !REPEATED, ..*self }
    }

    /// The local day, as a number.
    pub const fn day(&self) -> i64 {
        (self.started_us + self.offset_min as i64 * 60_000_000).div_euclid(86_400_000_000)
    }
}

/// A visit in the order of its device and its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
pub struct DeviceVisit {
    pub device: u64,
    pub started_us: i64,
    pub row: u64,
    pub enumerator: u64,
    pub duration_s: i32,
    pub longitude: i32,
    pub latitude: i32,
    pub household: u32,
}

impl Record for DeviceVisit {
    fn group(&self) -> u64 {
        self.device
    }
}

impl DeviceVisit {
    pub const fn of(visit: &OfficerVisit) -> Self {
        Self {
            device: visit.device,
            started_us: visit.started_us,
            row: visit.row,
            enumerator: visit.enumerator,
            duration_s: visit.duration_s,
            longitude: visit.longitude,
            latitude: visit.latitude,
            household: visit.household,
        }
    }

    pub fn visit(&self) -> GroupVisit {
        GroupVisit {
            household: u64::from(self.household),
            enumerator: self.enumerator,
            started_us: self.started_us,
            ended_us: ended_us(self.started_us, self.duration_s),
            // Rules about devices ask for no day.
            day: 0,
            position: position(self.longitude, self.latitude),
            is_completed: true,
            is_missing: false,
            is_elsewhere: false,
            is_doubted: false,
            office_m: None,
            is_hourless: false,
        }
    }
}

/// A household in a place, in the order of tiles and of places in them. Near a tile's edge it stands in
/// the next tile too, without its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
pub struct PlacedHousehold {
    pub tile: u64,
    /// In millionths of a degree, latitude first.
    pub place: [i32; 2],
    pub household: u64,
    pub row: u64,
}

impl Record for PlacedHousehold {
    fn group(&self) -> u64 {
        self.tile
    }
}

fn ended_us(started_us: i64, duration_s: i32) -> Option<i64> {
    (duration_s != NONE).then(|| started_us + i64::from(duration_s) * 1_000_000)
}

/// An axis in the numbers of a record.
pub fn fixed(degrees: f64) -> i32 {
    (degrees * PER_DEGREE).round() as i32
}

fn position(longitude: i32, latitude: i32) -> Option<Position> {
    let degrees = |fixed: i32| f64::from(fixed) / PER_DEGREE;
    (longitude != NONE).then(|| Position::new(degrees(longitude), degrees(latitude)))?
}
