//! Files in. The one folder that opens what others wrote.

pub mod visits;
