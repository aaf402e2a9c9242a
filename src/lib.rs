//! Household visits in, maps of the distribution of poverty out, and no household to be found on them.
//!
//! [`read`] brings boundaries and visits in. [`outline`] derives the upper levels and their generalised
//! shapes; [`locate`] indexes the villages and finds where each position lies; [`check`] tells what is
//! hard to believe, and drops nothing. [`place`] decides where a household counts and where it may be
//! shown, [`count`] adds it to the cube, and [`protect`] makes the leaf table, which is all that may be
//! told. [`analyse`] compares what layers tell, [`encode`] writes a layer as bytes, and [`audit`] attacks
//! what is told. [`engine`] runs all up to the cube as one plan that spills; [`store`] keeps regions and
//! releases, [`report`] draws layers as maps, [`serve`] answers over HTTP, and [`commands`] puts it together for the command line.
//! [`domain`] has the words that all of them share; [`invent`] makes a
//! country and a survey from a seed, so that nothing real is in the repository.
//!
//! What is absent on purpose: `analyse`, `encode` and `serve` cannot name the cube, only `protect` makes
//! a layer, only `read` and the writing of GeoPackage and FlatGeobuf name GDAL, and no stage names a later one. The
//! core reads no file, clock or environment.
//! There is no SQL, no position in a log or an error, and no time of day in a release.

/// Batches of columns come and go by the gigabyte, aligned so that the system's allocator moves them when
/// they grow.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod domain;

// The core, in the order in which data meets it. It touches no file, no clock and no environment.

pub mod outline;

pub mod locate;

pub mod check;

pub mod place;

pub mod count;

pub mod protect;

pub mod analyse;

pub mod encode;

pub mod audit;

pub mod invent;

// The edges. Only what is listed with an exception here touches files, sockets, the clock or the
// environment; `.clippy.toml` says what that is.

#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "opens what others wrote")]
pub mod read;

#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "spills to the disk")]
pub mod engine;

#[allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "keeps regions and releases on the disk"
)]
pub mod store;

// It names no file; the crate that writes workbooks keeps their rows in one without a name.
pub mod report;

#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "listens on a socket")]
pub mod serve;

#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "reads the settings file")]
pub mod config;

#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "runs what was asked for")]
pub mod commands;
