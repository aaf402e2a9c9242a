//! What a piece of work took: time by the clock, CPU time of the whole process, peak memory.

use std::fs;
use std::time::Instant;

/// The kernel tells CPU time in hundredths of a second, on every machine that Linux runs on today.
const TICKS_PER_SECOND: f64 = 100.0;

/// What a piece of work took, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    pub wall_s: f64,
    /// Of all threads of the process, in user and in kernel mode.
    pub cpu_s: f64,
    /// The most memory that the process held, beyond what it held before, in MiB.
    pub peak_mib: f64,
}

/// Does the work, and measures it.
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, Usage) {
    // Makes the peak what is held now; where that is not allowed, the peak is of the whole run.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let (started, cpu_s, held_mib) = (Instant::now(), process_cpu_s(), peak_rss_mib());
    let done = work();
    let usage = Usage {
        wall_s: started.elapsed().as_secs_f64(),
        cpu_s: process_cpu_s() - cpu_s,
        peak_mib: peak_rss_mib() - held_mib,
    };
    (done, usage)
}

/// CPU seconds of this process since its start.
pub fn process_cpu_s() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The program's name, in brackets, may hold spaces; the fields behind it do not.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks = fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS_PER_SECOND
}

/// The most memory that this process has held, in MiB.
pub fn peak_rss_mib() -> f64 {
    status_kib("VmHWM:") / 1024.0
}

/// The memory that this process holds now.
pub fn resident_bytes() -> f64 {
    status_kib("VmRSS:") * 1024.0
}

/// A figure of the process in KiB; not a number where the system tells none.
fn status_kib(name: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or(f64::NAN)
}
