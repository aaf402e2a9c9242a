//! Layers as people read them: words in both languages, classes in colours, maps as pictures.
//!
//! What the page shows in the browser is shown here in the same words, numbers and colours: both read the
//! catalogues in `web/src/messages` and `web/src/map/palette.json`.

pub mod address;
pub mod colours;
pub mod compared;
pub mod first;
pub mod known;
pub mod legend;
pub mod notes;
pub mod paper;
pub mod picture;
pub mod sentence;
pub mod shown;
mod surveyed;
pub mod words;
pub mod workbook;
