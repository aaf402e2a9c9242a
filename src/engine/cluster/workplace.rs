//! An executor's place of work: what it opened for a build, kept for the build's other tasks.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::kept::KeptStandings;
use super::task::Task;
use crate::check::PlacementRules;
use crate::domain::programme::ProgrammeSettings;
use crate::domain::region::{RegionTree, Slug};
use crate::engine::end::Sink;
use crate::engine::error::EngineError;
use crate::engine::ground::{Beside, Ground};
use crate::engine::notes::NotedRows;
use crate::engine::survey::Known;
use crate::locate::RegionIndex;
use crate::read::visits::{ColumnsFile, VisitFiles};

/// What only those can open who know the register.
pub trait Site: Send + Sync {
    /// The regions of a version and their index, if their content is this.
    ///
    /// # Errors
    /// Where they can't be read, or are others.
    fn regions(
        &self,
        register: &Path,
        version: &Slug,
        content: &str,
    ) -> Result<(RegionTree, RegionIndex), EngineError>;

    /// A sink that writes files to `placed` and `findings` in this folder.
    fn sink(&self, folder: &Path, tree: &Arc<RegionTree>) -> Box<dyn Sink>;
}

/// Opens what tasks need, and keeps what the last of them needed.
pub struct Workplace {
    site: Arc<dyn Site>,
    last: Mutex<Option<Arc<Opened>>>,
}

/// What a build's tasks share.
pub struct Opened {
    task: Arc<Task>,
    pub files: Arc<VisitFiles>,
    pub ground: Arc<Ground>,
    pub tree: Arc<RegionTree>,
    pub known: Arc<Known>,
    pub site: Arc<dyn Site>,
}

impl Workplace {
    pub fn new(site: Arc<dyn Site>) -> Self {
        Self { site, last: Mutex::default() }
    }

    /// Opens files, regions and index, unless the last task needed the same. Others wait meanwhile.
    ///
    /// # Errors
    /// Where they can't be read on this host.
    pub fn open(&self, task: &Arc<Task>) -> Result<Arc<Opened>, EngineError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(opened) = last.as_ref().filter(|opened| opened.task == *task) {
            return Ok(Arc::clone(opened));
        }
        let opened = Arc::new(Opened::new(task, &self.site)?);
        *last = Some(Arc::clone(&opened));
        Ok(opened)
    }
}

impl Opened {
    fn new(task: &Arc<Task>, site: &Arc<dyn Site>) -> Result<Self, EngineError> {
        let columns = ColumnsFile::parse(&task.columns);
        let columns = columns.map_err(|source| EngineError::Open(Box::new(source)))?;
        let files = Arc::new(VisitFiles::open(&task.visits, columns)?);
        let (tree, index) = site.regions(&task.register, &task.regions, &task.content)?;
        let ground = Ground {
            tree: tree.clone(),
            index,
            assign: task.assign,
            check: task.check,
            // No rule about several visits runs here, so this changes nothing.
            placement: PlacementRules::Single,
            threshold: task.threshold,
            bounds: task.bounds,
            beside: Beside::default(),
            programmes: ProgrammeSettings::default(),
        };
        Ok(Self {
            task: Arc::clone(task),
            files,
            ground: Arc::new(ground),
            tree: Arc::new(tree),
            known: Arc::new(Known {
                standings: Arc::new(KeptStandings::in_folder(&task.work)),
                noted: NotedRows::none(),
                registers: Arc::default(),
            }),
            site: Arc::clone(site),
        })
    }
}

impl fmt::Debug for Workplace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Workplace")
    }
}
