//! What is invented, so that nothing real is needed to try the whole: a survey.

pub mod survey;
