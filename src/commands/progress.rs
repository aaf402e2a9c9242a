//! How far long work is: a bar on stderr where that is a terminal, log lines where it is not.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tracing::info;

use super::Common;

/// Steps between two drawings of the count.
const STEPS_A_DRAWING: u64 = 256;

/// Tells of one piece of work, phase by phase.
pub struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    pub fn new(common: &Common) -> Self {
        if common.quiet || !stderr().is_terminal() {
            return Self { bar: None };
        }
        let style = ProgressStyle::with_template("{spinner} {msg} {human_pos} {elapsed}")
            .expect("the template is well formed");
        let bar = ProgressBar::new_spinner().with_style(style);
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar: Some(bar) }
    }

    /// Begins a phase, for example "Reading the features".
    pub fn phase(&self, text: &str) {
        match &self.bar {
            Some(bar) => {
                bar.set_position(0);
                bar.set_message(text.to_owned());
            }
            None => info!("{text}"),
        }
    }

    /// How many of the phase's things are done.
    pub fn count(&self, done: u64) {
        if let Some(bar) = self.bar.as_ref().filter(|_| done.is_multiple_of(STEPS_A_DRAWING)) {
            bar.set_position(done);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
