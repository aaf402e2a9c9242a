//! # What it finds
//! Many households within a few metres.
//!
//! # Why it matters
//! So many do not live in one spot, unless in flats: the forms were filled in from one place.
//!
//! # What to do
//! Ask whether these are flats; visit again if not.

use std::f64::consts::SQRT_2;

use super::group::Housed;
use super::{CheckSettings, Finding, Rule, RuleText};
use crate::domain::position::length_m;

pub const TEXT: RuleText = RuleText {
    name: "crowded_position",
    unit: "households",
    en: "Within a few metres of this position there are {}.",
    id: "Dalam jarak beberapa meter dari posisi ini terdapat {}.",
    advice_en: "Ask whether these are flats; visit again if not.",
    advice_id: "Tanyakan apakah itu rumah susun; kunjungi lagi bila bukan.",
    held: None,
};

/// Neighbours are counted up to so many times the number that is doubted.
const MOST: usize = 4;

/// A household in its cell: row, column, place in metres, index.
type Cell = (i32, i32, f64, f64, usize);

/// Allow a crowd. The value is the number of households within the radius, itself among them; a very
/// large one is not counted to its end.
///
/// Cells are as wide as lets two in one of them be neighbours, so a full cell answers for itself, and
/// neighbours lie at most two cells away.
pub fn crowded_position(housed: &[Housed], settings: &CheckSettings) -> Vec<(usize, Finding)> {
    let least = settings.crowded_note_households as usize;
    if housed.len() < least {
        return Vec::new();
    }
    let (radius_m, most) =
        (settings.crowded_radius_m, MOST * settings.crowded_doubt_households as usize);
    let cells = in_cells(housed, radius_m / SQRT_2);
    let mut found = Vec::new();
    let mut rows = [0..0, 0..0, 0..0, 0..0, 0..0];
    let mut near = Vec::new();
    for own in cells.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
        let (row, column) = (own[0].0, own[0].1);
        // Cells come in order, so each range only moves on.
        for (range, row) in rows.iter_mut().zip(row - 2..=row + 2) {
            range.start += first(&cells[range.start..], (row, column - 2));
            range.end = range.start + first(&cells[range.start..], (row, column + 3));
        }
        if rows.iter().map(ExactSizeIterator::len).sum::<usize>() < least {
            continue;
        }
        let [south, next_south, middle, next_north, north] =
            rows.each_ref().map(|range| &cells[range.clone()]);
        for &(_, _, x, y, at) in own {
            near.clear();
            near.extend(own.iter().take(most).map(|cell| housed[cell.4].household));
            let others = [middle, next_south, next_north, south, north].into_iter().flatten();
            let is_near = |cell: &&Cell| {
                let far_m = length_m((cell.2 - x, cell.3 - y));
                (cell.0, cell.1) != (row, column) && far_m <= radius_m
            };
            let room = most.saturating_sub(near.len());
            near.extend(others.filter(is_near).take(room).map(|cell| housed[cell.4].household));
            near.sort_unstable();
            near.dedup();
            found.extend(finding(near.len(), settings).map(|finding| (at, finding)));
        }
    }
    found
}

fn finding(households: usize, settings: &CheckSettings) -> Option<Finding> {
    let count = households as f64;
    if count >= settings.crowded_doubt_households {
        return Some(Finding::doubt(Rule::CrowdedPosition, count));
    }
    let is_noted = count >= settings.crowded_note_households;
    is_noted.then(|| Finding::note(Rule::CrowdedPosition, count))
}

fn in_cells(housed: &[Housed], side_m: f64) -> Vec<Cell> {
    let origin = housed[0].position;
    let cell = |(at, housed): (usize, &Housed)| {
        let (east, north) = origin.metres_to(housed.position);
        ((north / side_m).floor() as i32, (east / side_m).floor() as i32, east, north, at)
    };
    let mut cells: Vec<Cell> = housed.iter().enumerate().map(cell).collect();
    cells.sort_unstable_by_key(|&(row, column, _, _, at)| (row, column, at));
    cells
}

/// How many cells come before this one: near ones are looked at first, as it is mostly near.
fn first(cells: &[Cell], key: (i32, i32)) -> usize {
    let mut reach = 1;
    while reach < cells.len() && (cells[reach - 1].0, cells[reach - 1].1) < key {
        reach *= 2;
    }
    let reach = reach.min(cells.len());
    cells[..reach].partition_point(|cell| (cell.0, cell.1) < key)
}
