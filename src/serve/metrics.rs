//! What the server counts of itself, as Prometheus reads it (text format 0.0.4).
//!
//! Labels are routes as the program names them, and statuses: never a region, a theme or anything else
//! that a client chose, so neither memory nor what is told grows with what is asked.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The upper bounds of the histogram of seconds.
const SECONDS: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// Counters of a server, from its start.
#[derive(Default)]
pub(super) struct Metrics {
    routes: Mutex<BTreeMap<String, Route>>,
    pub in_work: AtomicU64,
    pub connections: AtomicU64,
    pub stalled: AtomicU64,
    pub turned_away: AtomicU64,
    pub cache_hits: AtomicU64,
    pub cache_misses: AtomicU64,
}

/// What was asked of one route.
#[derive(Default)]
struct Route {
    statuses: BTreeMap<u16, u64>,
    bytes: u64,
    seconds: f64,
    /// Requests up to each bound, each in the first that holds it.
    buckets: [u64; SECONDS.len()],
}

/// What is true at the moment of asking.
pub(super) struct Gauges<'a> {
    pub open_releases: usize,
    pub cache_bytes: usize,
    pub protection: &'a str,
}

impl Metrics {
    /// Counts an answer: its route as the program names it, its status, the bytes of its body, and the time
    /// until it began.
    pub fn answered(&self, route: &str, status: u16, bytes: u64, time: Duration) {
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        if !routes.contains_key(route) {
            routes.insert(route.to_owned(), Route::default());
        }
        let Some(counted) = routes.get_mut(route) else { return };
        *counted.statuses.entry(status).or_default() += 1;
        counted.bytes += bytes;
        let seconds = time.as_secs_f64();
        counted.seconds += seconds;
        if let Some(bucket) = SECONDS.iter().position(|bound| seconds <= *bound) {
            counted.buckets[bucket] += 1;
        }
    }

    /// Everything as text.
    pub fn text(&self, gauges: &Gauges<'_>) -> String {
        let mut text = String::new();
        let version = env!("CARGO_PKG_VERSION");
        let Gauges { protection, .. } = gauges;
        head(&mut text, "sebaran_build_info", "gauge", "The program and whose figures it tells.");
        let facts = format!("{{version=\"{version}\",protection=\"{protection}\"}}");
        let _ = writeln!(text, "sebaran_build_info{facts} 1");
        self.add_routes(&mut text);
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        for (name, kind, help, value) in [
            (
                "requests_in_work",
                "gauge",
                "Requests that wait for their answer.",
                read(&self.in_work),
            ),
            ("connections", "gauge", "Connections that are open.", read(&self.connections)),
            (
                "connections_stalled_total",
                "counter",
                "Connections closed because their client was too slow.",
                read(&self.stalled),
            ),
            (
                "connections_turned_away_total",
                "counter",
                "Connections closed because there was no place for them.",
                read(&self.turned_away),
            ),
            (
                "cache_hits_total",
                "counter",
                "Answers that were kept in memory.",
                read(&self.cache_hits),
            ),
            ("cache_misses_total", "counter", "Answers that were made.", read(&self.cache_misses)),
            ("cache_bytes", "gauge", "Bytes of answers kept in memory.", gauges.cache_bytes as u64),
            ("open_releases", "gauge", "Releases that are held open.", gauges.open_releases as u64),
        ] {
            let name = format!("sebaran_{name}");
            head(&mut text, &name, kind, help);
            let _ = writeln!(text, "{name} {value}");
        }
        text
    }

    fn add_routes(&self, text: &mut String) {
        let routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        let name = "sebaran_http_requests_total";
        head(text, name, "counter", "Requests by route and status.");
        for (route, counted) in &*routes {
            for (status, count) in &counted.statuses {
                let _ = writeln!(text, "{name}{{route=\"{route}\",status=\"{status}\"}} {count}");
            }
        }
        let name = "sebaran_http_response_bytes_total";
        head(text, name, "counter", "Bytes of bodies by route.");
        for (route, counted) in &*routes {
            let _ = writeln!(text, "{name}{{route=\"{route}\"}} {}", counted.bytes);
        }
        let name = "sebaran_http_request_duration_seconds";
        head(text, name, "histogram", "Time until an answer began, by route.");
        for (route, counted) in &*routes {
            counted.add_histogram(text, name, route);
        }
    }
}

impl Route {
    fn add_histogram(&self, text: &mut String, name: &str, route: &str) {
        let mut below = 0;
        for (bound, count) in SECONDS.iter().zip(self.buckets) {
            below += count;
            let _ = writeln!(text, "{name}_bucket{{route=\"{route}\",le=\"{bound}\"}} {below}");
        }
        let all: u64 = self.statuses.values().sum();
        let _ = writeln!(text, "{name}_bucket{{route=\"{route}\",le=\"+Inf\"}} {all}");
        let _ = writeln!(text, "{name}_sum{{route=\"{route}\"}} {}", self.seconds);
        let _ = writeln!(text, "{name}_count{{route=\"{route}\"}} {all}");
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_route_and_status_with_a_histogram_that_adds_up() {
        let metrics = Metrics::default();
        for (status, ms) in [(200, 2), (200, 7), (404, 90_000)] {
            metrics.answered("/regions/{code}", status, 100, Duration::from_millis(ms));
        }
        metrics.cache_hits.fetch_add(3, Ordering::Relaxed);
        let gauges = Gauges { open_releases: 2, cache_bytes: 17, protection: "public" };
        let text = metrics.text(&gauges);
        let route = "route=\"/regions/{code}\"";
        for line in [
            format!("sebaran_http_requests_total{{{route},status=\"200\"}} 2"),
            format!("sebaran_http_requests_total{{{route},status=\"404\"}} 1"),
            format!("sebaran_http_response_bytes_total{{{route}}} 300"),
            format!("sebaran_http_request_duration_seconds_bucket{{{route},le=\"0.0025\"}} 1"),
            format!("sebaran_http_request_duration_seconds_bucket{{{route},le=\"30\"}} 2"),
            format!("sebaran_http_request_duration_seconds_bucket{{{route},le=\"+Inf\"}} 3"),
            "sebaran_cache_hits_total 3".to_owned(),
            "sebaran_open_releases 2".to_owned(),
        ] {
            assert!(text.lines().any(|it| it == line), "{line}\n{text}");
        }
    }
}
