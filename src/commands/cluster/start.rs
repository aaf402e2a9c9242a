//! Starting a scheduler or an executor from the command line.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use anyhow::{Context, Result};

use super::site::RegisterSite;
use super::{ClusterCommand, ExecutorArgs, SchedulerArgs};
use crate::commands::{Common, build};
use crate::config::Config;
use crate::engine::cluster::{ExecutorSettings, SchedulerSettings, execute, schedule};
use crate::store::aside::Aside;

/// Runs a part of a cluster until it is stopped.
///
/// # Errors
/// Where it can't start.
pub fn start(common: &Common, command: &ClusterCommand) -> Result<()> {
    let settings = common.settings()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the threads")?;
    match command {
        ClusterCommand::Scheduler(args) => {
            Ok(runtime.block_on(schedule(scheduler(args, &settings)))?)
        }
        ClusterCommand::Executor(args) => {
            let parent = args.work.clone().unwrap_or_else(std::env::temp_dir);
            let folder = Aside::new_in(&parent, ".sebaran-executor-")?;
            // Households' places come into it.
            let owners = fs::Permissions::from_mode(0o700);
            fs::set_permissions(folder.path(), owners)
                .with_context(|| format!("cannot protect `{}`", folder.path().display()))?;
            let settings = executor(args, common, &settings, &folder);
            Ok(runtime.block_on(execute(settings, Arc::new(RegisterSite)))?)
        }
    }
}

fn scheduler(args: &SchedulerArgs, settings: &Config) -> SchedulerSettings {
    SchedulerSettings {
        listen: args.listen,
        name: args.host.clone(),
        executors: args.executors.into(),
        executor_timeout_s: settings.cluster.executor_timeout_s.into(),
    }
}

fn executor(
    args: &ExecutorArgs,
    common: &Common,
    settings: &Config,
    folder: &Aside,
) -> ExecutorSettings {
    ExecutorSettings {
        scheduler: args.scheduler.clone(),
        bind: args.bind,
        name: args.host.clone(),
        port: args.port,
        folder: folder.path().to_owned(),
        threads: build::threads(common).get(),
        memory_mib: args.memory_mib.unwrap_or(settings.build.memory_mib),
    }
}
