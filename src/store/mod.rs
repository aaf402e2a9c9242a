//! What lies on a disk.

mod csv_rows;
pub mod tables;
