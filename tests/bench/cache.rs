//! The cache of answers: what a full one costs beside one that is nearly empty, and the memory that it takes.

use std::hint::black_box;
use std::time::Instant;

use axum::body::Bytes;
use sebaran::serve::{Cache, Keep};

use super::table::Table;
use super::usage::resident_bytes;

/// Small answers that fill a cache.
const ANSWERS: usize = 131_072;
/// Questions of one run; every tenth is for an answer that is not kept and has to be put in.
const QUESTIONS: usize = 400_000;

/// Asks both caches and adds three rows to the table.
pub fn run(table: &mut Table) {
    let nearly_empty = Cache::new(1 << 40);
    fill(&nearly_empty, 16);
    let before = resident_bytes();
    let roomy = Cache::new(1 << 40);
    fill(&roomy, ANSWERS);
    let taken = resident_bytes() - before;
    let counted = roomy.bytes();
    // As large as those answers are: for each further one another goes.
    let full = Cache::new(counted);
    fill(&full, ANSWERS);
    assert!(full.bytes() <= counted);
    let of_full = asks(&full, ANSWERS);
    table.compare("cache full, nearly empty", "asks/s", of_full, asks(&nearly_empty, 16));
    table.note("cache an answer of 24 bytes, resident", "bytes", taken / ANSWERS as f64);
    table.note("cache an answer of 24 bytes, counted", "bytes", counted as f64 / ANSWERS as f64);
}

fn key(number: usize) -> String {
    format!("\"{number:032x}\"")
}

fn fill(cache: &Cache, answers: usize) {
    for number in 0..answers {
        cache.put(&key(number), &Bytes::from(vec![7; 24]), Keep::Any);
    }
}

/// Questions a second.
fn asks(cache: &Cache, answers: usize) -> f64 {
    let start = Instant::now();
    for number in 0..QUESTIONS {
        if number % 10 == 0 {
            cache.put(&key(ANSWERS + number), &Bytes::from(vec![7; 24]), Keep::Any);
        } else {
            black_box(cache.get(&key(number * 7919 % answers)));
        }
    }
    QUESTIONS as f64 / start.elapsed().as_secs_f64()
}
