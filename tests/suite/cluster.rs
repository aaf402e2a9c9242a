//! A cluster of processes makes the bytes that one process makes, or fails clearly and leaves nothing.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sebaran::store::tables::TableFormat;
use sebaran::store::{Release, release};

use crate::country::{Country, Means, Plan, VERSION, listed};
use crate::program::{run, sebaran};
use crate::refused::visits;

/// One that is ended when it is dropped.
struct Process(Child);

impl Process {
    /// Has the system hold it.
    fn stop(&self) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args(["-STOP", &id]).status().unwrap().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A scheduler and executors, each a process with a folder of its own.
struct Cluster {
    engine: String,
    settings: PathBuf,
    executors: Vec<(Process, PathBuf)>,
    _scheduler: Process,
}

/// Few tasks and little patience.
const SETTINGS: &str =
    "[cluster]\ntasks = 6\nexecutor_timeout_s = 10\ntimeout_s = TIMEOUT\nwait_s = WAIT\n";

impl Cluster {
    fn start(country: &Country, executors: usize, timeout_s: u32) -> Self {
        Self::with(country, executors, executors, timeout_s)
    }

    /// With so many executors of those that the scheduler waits for.
    fn with(country: &Country, executors: usize, awaited: usize, timeout_s: u32) -> Self {
        let text = SETTINGS.replace("TIMEOUT", &timeout_s.to_string());
        let text = text.replace("WAIT", if executors == awaited { "30" } else { "1" });
        let settings = country.write("cluster.toml", text);
        let command = || {
            let mut command = sebaran(&country.register());
            command.arg("--config").arg(&settings);
            command
        };
        let mut scheduler = command();
        let count = awaited.to_string();
        scheduler.args(["cluster", "scheduler", "--listen", "127.0.0.1:0", "--executors", &count]);
        let (scheduler, address) = started(&mut scheduler, "ballista://");
        let executor = |number| {
            let work = country.path(&format!("executor-{number}"));
            let mut command = command();
            command.args(["--threads", "1", "cluster", "executor", "--memory-mib", "64"]);
            command.args(["--scheduler", &address]).arg("--work").arg(&work);
            (started(&mut command, "scheduler at ").0, work)
        };
        let executors = (0..executors).map(executor).collect();
        let engine = format!("ballista://{address}");
        Self { engine, settings, executors, _scheduler: scheduler }
    }

    /// Waits until a build could start.
    fn wait_for_executors(&self) {
        let address = self.engine.trim_start_matches("ballista://");
        let is_ready = || {
            let mut stream = TcpStream::connect(address).unwrap();
            write!(stream, "GET /readyz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer.contains(" 200 ")
        };
        assert!(comes(30, is_ready));
    }

    fn build(
        &self,
        country: &Country,
        release: &str,
        visits: &[PathBuf],
    ) -> anyhow::Result<Release> {
        country.build_on(&self.engine, &self.settings, release, visits)
    }
}

/// Starts a process and reads its log up to a line with this word; what stands after it.
fn started(command: &mut Command, word: &str) -> (Process, String) {
    let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let process = Process(child);
    let mut said = String::new();
    let after = loop {
        let mut line = String::new();
        assert!(log.read_line(&mut line).unwrap() > 0, "it ended: {said}");
        said.push_str(&line);
        if let Some((_, rest)) = line.split_once(word) {
            break rest.split_whitespace().next().unwrap().to_owned();
        }
    };
    // Nobody must wait for a full pipe; what it says shows where a test fails.
    std::thread::spawn(move || {
        for line in log.lines().map_while(Result::ok) {
            eprintln!("{line}");
        }
    });
    (process, after)
}

fn survey(country: &Country, households: u64) -> PathBuf {
    let format = TableFormat::Parquet;
    country.survey("survey", Plan { households, faults: Some(0.05), format })
}

fn assert_same(one: &Release, other: &Release) {
    assert_eq!(one.manifest().files(), other.manifest().files());
    assert_eq!(one.manifest().content(), other.manifest().content());
    assert_eq!(one.manifest().build(), other.manifest().build());
    for name in one.manifest().files().keys() {
        let [one, other] =
            [one, other].map(|release| fs::read(release.file(name).unwrap()).unwrap());
        assert!(one == other, "{name} differs");
    }
}

/// Whether something is so within a time.
fn comes(patience_s: u64, is_so: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while !is_so() {
        if start.elapsed() > Duration::from_secs(patience_s) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}

/// The files of a folder and below, of which any may vanish meanwhile.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    paths.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// What stands in the register besides its regions, its releases and the locks.
fn left(country: &Country) -> Vec<PathBuf> {
    let releases = country.register().join("releases");
    let is_left = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with(".draft") || name.starts_with("attempt-") || name.starts_with("work-")
    };
    listed(&releases).into_iter().filter(is_left).collect()
}

#[test]
fn a_cluster_makes_the_bytes_of_one_process_and_keeps_nothing() {
    let country = Country::new();
    let parquet = survey(&country, 4_000);
    let csv = country.write("more.csv", visits(&country));
    let cluster = Cluster::start(&country, 2, 120);
    for (name, files) in [("both", vec![parquet, csv.clone()]), ("twice", vec![csv.clone(), csv])] {
        let expected = country.build_single(&format!("{name}-local"), &files).unwrap();
        let release = cluster.build(&country, &format!("{name}-cluster"), &files).unwrap();
        assert_same(&release, &expected);
        assert_eq!(left(&country), Vec::<PathBuf>::new());
    }
    for (_, work) in &cluster.executors {
        assert!(comes(10, || files_below(work).is_empty()), "{:?}", files_below(work));
    }
}

/// Builds while an executor is killed as soon as `is_time` says so of the register and its folder.
fn build_with_a_loss(is_time: impl Fn(&Path, &Path) -> bool + Send) {
    let country = Country::new();
    let files = [survey(&country, 60_000)];
    let expected = country.build_single("local", &files).unwrap();
    let mut cluster = Cluster::start(&country, 2, 120);
    let (lost, work) = cluster.executors.remove(0);
    let register = country.register();
    let (release, was_lost) = std::thread::scope(|scope| {
        let killer = scope.spawn(move || {
            let is_lost = comes(60, || is_time(&register, &work));
            drop(lost);
            is_lost
        });
        let release = cluster.build(&country, "cluster", &files).unwrap();
        (release, killer.join().unwrap())
    });
    assert!(was_lost, "the build was done before");
    assert_same(&release, &expected);
    assert_eq!(left(&country), Vec::<PathBuf>::new());
}

#[test]
fn an_executor_that_is_lost_while_visits_are_chosen_changes_nothing() {
    build_with_a_loss(|_, work| !files_below(work).is_empty());
}

#[test]
fn an_executor_that_is_lost_while_visits_are_placed_changes_nothing() {
    build_with_a_loss(|register, _| {
        let written = files_below(&register.join("releases/.draft-cluster"));
        written.iter().any(|path| path.to_string_lossy().contains("attempt-"))
    });
}

/// A build that must fail: what it says. The release that was current before still is.
fn fails(country: &Country, build: impl FnOnce() -> anyhow::Result<Release>) -> String {
    let file = country.write("first.csv", visits(country));
    country.build("first", &[file], Means::default()).unwrap();
    let error = build().unwrap_err();
    let current = release::open(&country.register(), None).unwrap();
    assert_eq!(current.id().as_str(), "first");
    assert_eq!(left(country), Vec::<PathBuf>::new());
    format!("{error:#}")
}

#[test]
fn what_one_machine_alone_can_do_is_refused_before_anything_is_read() {
    let country = Country::new();
    for (further, words) in [
        (&[][..], "rules about several visits"),
        (&["--rules", "single", "--since", "r0"], "a release before"),
        (&["--rules", "single", "--prelist", "p.csv"], "persons and other registers"),
    ] {
        let start = ["build", "no.csv", "--regions", VERSION, "--release", "r1"];
        let rest = ["--reference-date", "2021-11-30", "--engine", "ballista://127.0.0.1:1"];
        let said = run(&country.register(), &[&start[..], &rest, further].concat());
        assert_eq!(said.code, Some(1));
        assert!(said.err.contains(&format!("{words} can't be had on a cluster")), "{}", said.err);
    }
}

#[test]
fn without_a_scheduler_or_executors_the_current_release_stays() {
    let country = Country::new();
    let files = [survey(&country, 100)];
    let settings = country.write("own.toml", "[cluster]\nwait_s = 1\n");
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let engine = format!("ballista://{nobody}");
    let said = fails(&country, || country.build_on(&engine, &settings, "second", &files));
    assert!(
        said.starts_with(&format!("cannot reach a scheduler at {nobody}; start one")),
        "{said}"
    );

    let country = Country::new();
    let files = [survey(&country, 100)];
    let cluster = Cluster::with(&country, 0, 1, 10);
    let said = fails(&country, || cluster.build(&country, "second", &files));
    assert!(said.contains("too few executors after 1 s (not ready: 0/1 executors"), "{said}");
}

#[test]
fn a_lost_cluster_and_a_time_limit_end_a_build() {
    let country = Country::new();
    let files = [survey(&country, 60_000)];
    let mut cluster = Cluster::start(&country, 1, 120);
    let (lost, work) = cluster.executors.remove(0);
    let said = std::thread::scope(|scope| {
        scope.spawn(move || {
            assert!(comes(60, || !files_below(&work).is_empty()));
            drop(lost);
        });
        fails(&country, || cluster.build(&country, "second", &files))
    });
    assert!(said.contains("all executors were lost"), "{said}");

    let country = Country::new();
    let files = [survey(&country, 100)];
    let cluster = Cluster::start(&country, 1, 2);
    let said = fails(&country, || {
        cluster.wait_for_executors();
        cluster.executors[0].0.stop();
        cluster.build(&country, "second", &files)
    });
    assert!(said.contains("the cluster did not finish within 2 s"), "{said}");
}

#[test]
fn an_error_on_an_executor_is_told_as_on_one_machine() {
    let country = Country::new();
    let good = visits(&country);
    let row = good.lines().nth(4).unwrap();
    let started = row.split(',').find(|field| field.starts_with("2021-")).unwrap();
    let unread = good.replace(started, "kemarin");
    let unequal = format!("{good}{}\n", row.replace(",2", ",5"));
    let elsewhere = format!("{good}{}\n", row.replace("rt3", "rt9"));
    let cluster = Cluster::start(&country, 1, 60);
    for text in [unread, unequal, elsewhere] {
        let file = country.write("bad.csv", text);
        let file = [fs::canonicalize(file).unwrap()];
        let expected = country.build("bad", &file, Means::default()).unwrap_err();
        let error = cluster.build(&country, "bad", &file).unwrap_err();
        assert_eq!(format!("{error:#}"), format!("{expected:#}"));
        assert_eq!(left(&country), Vec::<PathBuf>::new());
    }
}
