//! Grows villages over the land from seeds that lie dense near towns.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use geo::Coord;
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_pcg::Pcg64;

use super::terrain::Terrain;

/// How much denser villages lie in the middle of a town than far from it.
const TOWN_DENSITY: f64 = 25.0;
/// The reach of a town, in cells.
const TOWN_REACH: f64 = 6.0;
/// An island of so many cells has a village of its own.
const LEAST_ISLAND: usize = 12;

/// The village of each cell; `None` at sea. Villages are numbered from 0 without gaps, about `count`
/// of them.
pub(super) fn grow(
    random: &mut Pcg64,
    terrain: &Terrain,
    count: usize,
    towns: usize,
) -> Vec<Option<u32>> {
    let mut village: Vec<Option<u32>> = vec![None; terrain.land.len()];
    let mut next = BinaryHeap::new();
    for (seed, number) in seeds(random, terrain, count, towns).into_iter().zip(0..) {
        village[seed] = Some(number);
        next.push((Reverse(0_u32), seed, number));
    }
    let mut reached = vec![false; village.len()];
    while let Some((Reverse(cost), cell, number)) = next.pop() {
        if std::mem::replace(&mut reached[cell], true) {
            continue;
        }
        village[cell] = Some(number);
        for other in terrain.beside(cell).filter(|&other| terrain.land[other] && !reached[other]) {
            next.push((Reverse(cost + random.random_range(50..150)), other, number));
        }
    }
    adopt_islets(terrain, &mut village);
    village
}

fn seeds(random: &mut Pcg64, terrain: &Terrain, count: usize, towns: usize) -> Vec<usize> {
    let land: Vec<usize> = (0..terrain.land.len()).filter(|&cell| terrain.land[cell]).collect();
    let towns: Vec<Coord> =
        land.choose_multiple(random, towns).map(|&cell| terrain.middle(cell)).collect();
    let islands: Vec<Vec<usize>> =
        islands(terrain).into_iter().filter(|island| island.len() >= LEAST_ISLAND).collect();
    let first = islands.iter().filter_map(|island| island.choose(random).copied());
    let mut seeds: Vec<usize> = first.collect();
    let weight = |&cell: &usize| {
        let away = |town: &Coord| {
            let away = terrain.middle(cell) - *town;
            (away.x * away.x + away.y * away.y) / (TOWN_REACH * TOWN_REACH)
        };
        let nearest = towns.iter().map(away).fold(f64::INFINITY, f64::min);
        1.0 + TOWN_DENSITY / (1.0 + nearest * nearest)
    };
    let more = count.saturating_sub(seeds.len());
    let taken: std::collections::HashSet<usize> = seeds.iter().copied().collect();
    let free: Vec<usize> = land.into_iter().filter(|cell| !taken.contains(cell)).collect();
    let chosen = free.choose_multiple_weighted(random, more, weight);
    seeds.extend(chosen.expect("weights are finite and positive"));
    seeds.sort_unstable();
    seeds
}

/// The cells of each island, which hangs together by edges.
fn islands(terrain: &Terrain) -> Vec<Vec<usize>> {
    let mut met = vec![false; terrain.land.len()];
    let mut islands = Vec::new();
    for start in 0..met.len() {
        if !terrain.land[start] || met[start] {
            continue;
        }
        met[start] = true;
        let mut island = vec![start];
        let mut at = 0;
        while at < island.len() {
            for other in terrain.beside(island[at]).filter(|&other| terrain.land[other]) {
                if !std::mem::replace(&mut met[other], true) {
                    island.push(other);
                }
            }
            at += 1;
        }
        islands.push(island);
    }
    islands
}

/// Gives each island without a seed to the village nearest to it, so that some have several islands.
fn adopt_islets(terrain: &Terrain, village: &mut [Option<u32>]) {
    let settled: Vec<(Coord, u32)> = village
        .iter()
        .enumerate()
        .filter_map(|(cell, &number)| Some((terrain.middle(cell), number?)))
        .collect();
    for islet in islands(terrain) {
        if village[islet[0]].is_some() {
            continue;
        }
        let middle = terrain.middle(islet[0]);
        let distance = |at: Coord| (at.x - middle.x).powi(2) + (at.y - middle.y).powi(2);
        let nearest = settled
            .iter()
            .min_by(|one, other| distance(one.0).total_cmp(&distance(other.0)))
            .map(|&(_, number)| number);
        for cell in islet {
            village[cell] = nearest;
        }
    }
}
