//! What the engine finds in visits, by visit, without a release around it.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use arrow::array::RecordBatch;
use sebaran::check::{CheckSettings, Finding, PlacementRules, RulesUsed};
use sebaran::domain::indicator::PovertyThreshold;
use sebaran::domain::programme::ProgrammeSettings;
use sebaran::domain::region::{RegionTree, Shapes};
use sebaran::domain::visit::{AssignBy, VisitField};
use sebaran::engine::{self, Beside, Build, Built, EngineError, Ground, RegisterFiles, Sink};
use sebaran::locate;
use sebaran::place::PlacedBatch;
use sebaran::read::visits::{ColumnsFile, VisitFiles};

use crate::table::{Texts, read_csv, read_parquet, texts};

/// What was found, by the visit's id.
pub type Judged = HashMap<String, Vec<Finding>>;

/// Runs the engine on visits. The fieldwork is that of the first wave.
pub fn judge(
    regions: (&RegionTree, &Shapes),
    visits: &Path,
    beside: Beside,
    threads: usize,
) -> (Built, Judged) {
    judge_by(PlacementRules::All, regions, visits, beside, threads)
}

/// The same, where the findings of these rules keep positions from being used.
pub fn judge_by(
    placement: PlacementRules,
    (tree, shapes): (&RegionTree, &Shapes),
    visits: &Path,
    beside: Beside,
    threads: usize,
) -> (Built, Judged) {
    let first = tree.len() - tree.level(tree.deepest()).len();
    let ground = Ground {
        tree: tree.clone(),
        index: locate::build(&shapes.full[first..]).unwrap(),
        assign: AssignBy::Declared,
        check: CheckSettings {
            fieldwork_from: "2021-03-01".parse().unwrap(),
            fieldwork_until: "2021-12-31".parse().unwrap(),
            ..CheckSettings::default()
        },
        placement,
        threshold: PovertyThreshold::default(),
        bounds: None,
        programmes: ProgrammeSettings::default(),
        beside,
    };
    let folder = tempfile::tempdir().unwrap();
    let build = Build {
        files: Arc::new(VisitFiles::open(&[visits.to_owned()], ColumnsFile::default()).unwrap()),
        registers: RegisterFiles::default(),
        rules: RulesUsed::All,
        ground: Arc::new(ground),
        threads: NonZeroUsize::new(threads).unwrap(),
        memory_bytes: 256 << 20,
        spill_folder: folder.path(),
    };
    let judged = Arc::new(Mutex::new(Judged::new()));
    let make_sink = || -> Box<dyn Sink> { Box::new(Judge(Arc::clone(&judged), placement)) };
    let built = engine::run(&build, make_sink, |_, _| {}).unwrap();
    built.accounts.close(built.cube.households()).unwrap();
    let judged = std::mem::take(&mut *judged.lock().unwrap());
    (built, judged)
}

struct Judge(Arc<Mutex<Judged>>, PlacementRules);

impl Sink for Judge {
    fn put(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        let placed = PlacedBatch::new(batch);
        let ids = placed.visits().text(VisitField::VisitId);
        let mut judged = self.0.lock().unwrap();
        for row in 0..batch.num_rows() {
            let findings: Vec<Finding> = placed.findings(row).collect();
            let is_withheld = findings.iter().any(|finding| finding.withholds(self.1));
            assert!(!is_withheld || placed.hexagon(row).is_none(), "a doubted visit has a hexagon");
            judged.insert(ids.value(row).to_owned(), findings);
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), EngineError> {
        Ok(())
    }
}

/// A table of a survey, beside its visits.
pub fn table_beside(visits: &Path, name: &str) -> Texts {
    let folder = visits.parent().unwrap();
    let named = |entry: std::io::Result<std::fs::DirEntry>| -> Option<PathBuf> {
        let path = entry.unwrap().path();
        path.file_name()?.to_str()?.starts_with(name).then_some(path)
    };
    let path = std::fs::read_dir(folder).unwrap().find_map(named).unwrap();
    let is_csv = path.extension().is_some_and(|extension| extension == "csv");
    if is_csv { read_csv(&path) } else { texts(&read_parquet(&path)) }
}
