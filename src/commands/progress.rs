//! How far long work is: a bar on stderr where that is a terminal, log lines where it is not.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tracing::info;

use super::Common;

/// A phase of fewer things than these is done before a log line would help.
const MANY: u64 = 1_000_000;

/// Tells of one piece of work, phase by phase.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub fn new(common: &Common) -> Self {
        if common.quiet || !stderr().is_terminal() {
            return Self { bar: ProgressBar::hidden() };
        }
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar }
    }

    /// Begins a phase of which nobody knows how long it is, for example "Reading the features".
    pub fn phase(&self, text: &str) {
        self.begin(text, "{spinner} {msg} {human_pos} {elapsed}");
        self.bar.unset_length();
    }

    /// Begins a phase of so many things.
    pub fn phase_of(&self, text: &str, total: u64) {
        self.begin(text, "{bar:40} {msg} {human_pos} of {human_len}, {eta} left");
        self.bar.set_length(total);
    }

    fn begin(&self, text: &str, template: &str) {
        let style = ProgressStyle::with_template(template).expect("the templates are well formed");
        self.bar.set_style(style);
        self.bar.reset();
        self.bar.set_message(text.to_owned());
        if self.bar.is_hidden() {
            info!("{text}");
        }
    }

    /// How many of the phase's things are done.
    pub fn count(&self, done: u64) {
        let before = self.bar.position();
        self.bar.set_position(done);
        let Some(total) = self.bar.length().filter(|total| *total >= MANY) else { return };
        let tenth = |done: u64| done * 10 / total;
        if self.bar.is_hidden() && tenth(done) > tenth(before) {
            info!(done, total, "{}: {done} of {total}", self.bar.message());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
