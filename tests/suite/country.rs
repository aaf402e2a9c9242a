//! An invented country that is small enough for a test, surveys of it, and releases built on it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use sebaran::commands::Common;
use sebaran::commands::build::{self, Assign, BuildArgs, RegisterArgs, Rules, Tiles};
use sebaran::commands::engine::Engine;
use sebaran::commands::generate::{self, GenerateArgs};
use sebaran::commands::publish;
use sebaran::domain::code::CodeSystem;
use sebaran::domain::region::{Level, Region, RegionTree, Shapes, Slug};
use sebaran::invent::survey::{Fieldwork, Persons};
use sebaran::invent::{self, CountrySettings};
use sebaran::outline::{self, OutlineSettings};
use sebaran::store::digest::Digest;
use sebaran::store::regions::{self, IfThere, ImportReport, SourceStamp};
use sebaran::store::secret::SECRET;
use sebaran::store::tables::TableFormat;
use sebaran::store::{Release, leaves, release};
use tempfile::TempDir;

/// The name of its regions.
pub const VERSION: &str = "small";

/// By which surveys are drawn.
const SEED: u64 = 11;

/// The day at which ages are taken.
pub const REFERENCE_DATE: &str = "2021-11-30";

/// A register with the regions of a small country, and room for files beside it.
pub struct Country {
    folder: TempDir,
    pub tree: RegionTree,
    pub shapes: Shapes,
}

/// With how much a release is built.
#[derive(Debug, Clone, Copy, Default)]
pub struct Means {
    pub threads: Option<u16>,
    pub memory_mib: Option<u32>,
}

/// What survey of the country to invent.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub households: u64,
    pub faults: Option<f64>,
    pub format: TableFormat,
}

impl Country {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = CountrySettings { provinces: 3, regencies: 6, districts: 24, villages: 240 };
        let villages = invent::country(7, &settings);
        let version: Slug = VERSION.parse().unwrap();
        let settings = OutlineSettings::default();
        let derived = outline::derive(CodeSystem::Invented, version, villages, &settings).unwrap();
        let blake3 = Digest::of_bytes(b"invented");
        let source = SourceStamp { name: "invented".into(), layer: "7".into(), blake3 };
        let report = ImportReport::new(source, Vec::new(), derived.coverage);
        let register = folder.path().join("register");
        regions::save(&register, &derived.tree, &derived.shapes, &report, IfThere::Refuse).unwrap();
        keep_secret(&register);
        Self { folder, tree: derived.tree, shapes: derived.shapes }
    }

    pub fn register(&self) -> PathBuf {
        self.path("register")
    }

    /// A path beside the register.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a text beside the register.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A village where people may live.
    pub fn village(&self) -> &Region {
        self.tree.level(Level::Village).next().unwrap().1
    }

    /// A village far from the first.
    pub fn other_village(&self) -> &Region {
        self.tree.level(Level::Village).last().unwrap().1
    }

    /// Invents a survey and gives the path of its visits.
    pub fn survey(&self, name: &str, plan: Plan) -> PathBuf {
        self.survey_of(name, plan, SEED)
    }

    /// The same, drawn from another seed.
    pub fn survey_of(&self, name: &str, plan: Plan, seed: u64) -> PathBuf {
        let files = self.invent(name, plan, Persons::Omitted, seed);
        assert_eq!(files.len(), 1);
        self.path(name).join(&files[0])
    }

    /// Invents a survey, and gives the names of its visits files.
    fn invent(&self, name: &str, plan: Plan, persons: Persons, seed: u64) -> Vec<String> {
        let args = GenerateArgs {
            regions: VERSION.parse().unwrap(),
            households: plan.households,
            seed,
            wave: 0,
            faults: plan.faults,
            format: plan.format,
            fieldwork: Fieldwork::Complete,
            facts: None,
            reference_date: Some(REFERENCE_DATE.parse().unwrap()),
            persons,
            out: self.path(name),
        };
        let written =
            generate::generate(&self.common(Means::default()), &args, &self.tree, &self.shapes);
        written.unwrap().tables["visits"].files.clone()
    }

    /// Invents a survey with every register, and gives its folder.
    pub fn registers(&self, name: &str, plan: Plan) -> PathBuf {
        self.invent(name, plan, Persons::Listed, SEED);
        self.path(name)
    }

    /// Builds a release from visits.
    pub fn build(
        &self,
        release: &str,
        visits: &[PathBuf],
        means: Means,
    ) -> anyhow::Result<Release> {
        self.build_after(release, visits, RegisterArgs::default(), means, None)
    }

    /// Builds a release that is compared with one before.
    pub fn build_since(
        &self,
        release: &str,
        visits: &[PathBuf],
        before: &str,
    ) -> anyhow::Result<Release> {
        let before = Some(before.parse().unwrap());
        self.build_after(release, visits, RegisterArgs::default(), Means::default(), before)
    }

    /// Builds a release from visits and registers.
    pub fn build_with(
        &self,
        release: &str,
        visits: &[PathBuf],
        registers: RegisterArgs,
        means: Means,
    ) -> anyhow::Result<Release> {
        self.build_after(release, visits, registers, means, None)
    }

    /// Builds a release of exact figures alone, in which every rule decides which positions count.
    pub fn build_restricted(
        &self,
        release: &str,
        visits: &[PathBuf],
        registers: RegisterArgs,
    ) -> anyhow::Result<Release> {
        let args = BuildArgs { restricted: true, registers, ..build_args(release, visits) };
        build::build(&self.common(Means::default()), &args)
    }

    /// Builds a release from visits, registers and a file of residents.
    pub fn build_with_residents(
        &self,
        release: &str,
        visits: &[PathBuf],
        registers: RegisterArgs,
        residents: PathBuf,
    ) -> anyhow::Result<Release> {
        let denominators = Some(residents);
        let args = BuildArgs { registers, denominators, ..build_args(release, visits) };
        self.built(build::build(&self.common(Means::default()), &args)?)
    }

    fn build_after(
        &self,
        release: &str,
        visits: &[PathBuf],
        registers: RegisterArgs,
        means: Means,
        since: Option<Slug>,
    ) -> anyhow::Result<Release> {
        let mut args = build_args(release, visits);
        args.registers = registers;
        args.since = since;
        args.memory_mib = means.memory_mib;
        self.built(build::build(&self.common(means), &args)?)
    }

    /// Makes a candidate the current release: commands on the register's machine read it where none is named.
    fn built(&self, release: Release) -> anyhow::Result<Release> {
        release::use_release(&self.register(), release.id())?;
        Ok(release)
    }

    /// Publishes a release that was built.
    pub fn publish(&self, release: &str) {
        publish::publish(&self.common(Means::default()), &release.parse().unwrap(), None).unwrap();
    }

    /// Builds a release with tiles from visits, and publishes it.
    pub fn build_with_tiles(
        &self,
        release: &str,
        visits: &[PathBuf],
        means: Means,
    ) -> anyhow::Result<Release> {
        let args = BuildArgs { tiles: Tiles::Yes, publish: true, ..build_args(release, visits) };
        build::build(&self.common(means), &args)
    }

    /// Builds a release with rules about single visits.
    #[cfg(feature = "cluster")]
    pub fn build_single(&self, release: &str, visits: &[PathBuf]) -> anyhow::Result<Release> {
        let args = BuildArgs { rules: Rules::Single, ..build_args(release, visits) };
        self.built(build::build(&self.common(Means::default()), &args)?)
    }

    /// Builds a release on a cluster, with the settings of a file and rules about single visits.
    #[cfg(feature = "cluster")]
    pub fn build_on(
        &self,
        engine: &str,
        settings: &Path,
        release: &str,
        visits: &[PathBuf],
    ) -> anyhow::Result<Release> {
        let mut args = build_args(release, visits);
        args.engine = engine.parse().unwrap();
        args.rules = Rules::Single;
        let common = Common { config: Some(settings.into()), ..self.common(Means::default()) };
        self.built(build::build(&common, &args)?)
    }

    fn common(&self, means: Means) -> Common {
        let register = self.register();
        Common { register, config: None, quiet: true, json: false, threads: means.threads }
    }

    /// The leaves of a release.
    pub fn leaves(&self, release: &Release) -> sebaran::protect::LeafTable {
        leaves::read(release, &self.tree).unwrap()
    }
}

/// Gives the register a secret that is known, so that every run of a test sees the same noise.
fn keep_secret(register: &Path) {
    let path = register.join(SECRET);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).unwrap();
    file.write_all(&[9; 32]).unwrap();
}

fn build_args(release: &str, visits: &[PathBuf]) -> BuildArgs {
    BuildArgs {
        visits: visits.to_vec(),
        regions: VERSION.parse().unwrap(),
        release: release.parse().unwrap(),
        reference_date: REFERENCE_DATE.parse().unwrap(),
        columns: None,
        denominators: None,
        registers: RegisterArgs::default(),
        accept_doubtful: Vec::new(),
        restricted: false,
        publish: false,
        spend: None,
        erasure: None,
        person: None,
        assign: Assign::Declared,
        tiles: Tiles::No,
        since: None,
        rules: Rules::All,
        memory_mib: None,
        engine: Engine::Local,
    }
}

/// Every path in a folder and below, sorted.
pub fn listed(folder: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            paths.extend(listed(&path));
        }
        paths.push(path);
    }
    paths.sort();
    paths
}
