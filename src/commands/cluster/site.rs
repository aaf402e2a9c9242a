//! A build on a cluster: what its client describes, and what its executors open of the register.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};

use crate::commands::Common;
use crate::commands::build::{self, BuildArgs, ReleaseSink};
use crate::config::ClusterSettings;
use crate::domain::region::{RegionTree, Slug};
use crate::engine::cluster::{self, Cluster, Site, Task};
use crate::engine::{Built, EngineError, Ground, Pass, Sink};
use crate::locate::RegionIndex;
use crate::read::visits::VisitFiles;
use crate::store::{Draft, StoreError, index, regions};

/// Opens regions and writes placed visits as the command `build` does in one process.
pub struct RegisterSite;

#[derive(Debug, thiserror::Error)]
#[error(
    "the regions `{version}` in `{register}` are others on this host than where the build was started; \
     all hosts must share one register"
)]
struct OtherRegions {
    version: Slug,
    register: String,
}

impl Site for RegisterSite {
    fn regions(
        &self,
        register: &Path,
        version: &Slug,
        content: &str,
    ) -> Result<(RegionTree, RegionIndex), EngineError> {
        let unread = |error: StoreError| EngineError::Open(Box::new(error));
        if regions::content(register, version).map_err(unread)?.to_string() != content {
            let (version, register) = (version.clone(), register.display().to_string());
            return Err(EngineError::Open(Box::new(OtherRegions { version, register })));
        }
        index::open(register, version).map_err(unread)
    }

    fn sink(&self, folder: &Path, tree: &Arc<RegionTree>) -> Box<dyn Sink> {
        Box::new(ReleaseSink::new(folder, tree))
    }
}

/// Builds on the cluster of the scheduler at this address, into the draft.
///
/// # Errors
/// Whatever stopped it.
pub fn build_on(
    address: &str,
    (common, args, settings): (&Common, &BuildArgs, ClusterSettings),
    draft: &Draft,
    files: &VisitFiles,
    ground: &Ground,
    tell: impl Fn(Pass, u64),
) -> Result<Built> {
    let cluster = Cluster {
        address: address.to_owned(),
        timeout_s: settings.timeout_s.into(),
        wait_s: settings.wait_s.into(),
        tasks: settings.tasks as usize,
    };
    let work = tempfile::Builder::new().prefix("work-").tempdir_in(draft.path());
    let work = work.context("cannot make a folder to work in")?.keep();
    let task = task(common, args, ground, &work)?;
    let built = cluster::run(&cluster, task, files, &ground.locale(), draft.path(), tell);
    // An executor that was given up may still write there. Out of the draft nobody minds, and what can't
    // be removed now goes with the next build.
    let mut aside = draft.path().as_os_str().to_owned();
    aside.push(".work");
    fs::rename(&work, &aside).with_context(|| format!("cannot move `{}`", work.display()))?;
    let _ = fs::remove_dir_all(&aside);
    Ok(built?)
}

fn task(common: &Common, args: &BuildArgs, ground: &Ground, work: &Path) -> Result<Task> {
    let absolute = |path: &Path| {
        fs::canonicalize(path).with_context(|| format!("cannot find `{}`", path.display()))
    };
    Ok(Task {
        visits: args.visits.iter().map(|path| absolute(path)).collect::<Result<_>>()?,
        columns: build::columns_text(args.columns.as_deref())?,
        register: absolute(&common.register)?,
        regions: args.regions.clone(),
        content: regions::content(&common.register, &args.regions)?.to_string(),
        assign: ground.assign,
        check: ground.check,
        threshold: ground.threshold,
        bounds: ground.bounds,
        work: absolute(work)?,
    })
}
