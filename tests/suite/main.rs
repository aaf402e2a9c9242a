//! What holds of the whole program.
