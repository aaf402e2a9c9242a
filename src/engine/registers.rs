//! The registers that are joined to the visits: read before the first pass, beside it while it goes
//! through the households, and told to the second.

use std::sync::Arc;

use datafusion_physical_plan::ExecutionPlan;
use tokio::runtime::Runtime;

use super::error::EngineError;
use super::ground::Ground;
use super::latest::Choice;
use super::operator::{MakeStep, Operator};
use super::persons::{Joined, Persons, PersonsTold};
use super::plan::{Build, Pass};
use super::prelist::{Compared, Prelist};
use super::recipients::{Benefits, BenefitsTold, Recipients};
use super::targeting::ForWhom;
use crate::check::low_coverage::Coverages;
use crate::domain::person::Definition;
use crate::domain::programme::{Programme, ProgrammeSettings};
use crate::read::persons::PersonFiles;
use crate::read::prelist::PrelistFiles;
use crate::read::recipients::RecipientFiles;

/// The registers' files, where there are some.
#[derive(Clone, Default)]
pub struct RegisterFiles {
    /// The persons of the households.
    pub persons: Option<Arc<PersonFiles>>,
    /// The households that were to be visited.
    pub prelist: Option<Arc<PrelistFiles>>,
    /// Whom programmes reach.
    pub recipients: Option<Arc<RecipientFiles>>,
}

/// Registers while they are being joined.
pub struct Registers {
    persons: Option<Persons>,
    definition: Option<Definition>,
    prelist: Option<Prelist>,
    recipients: Option<Recipients>,
}

/// What came of the registers that were given.
#[derive(Debug, Default)]
pub struct RegistersJoined {
    pub persons: Option<Joined>,
    pub prelist: Option<Compared>,
    pub recipients: Option<Benefits>,
}

/// What the second pass is told.
#[derive(Default)]
pub struct Told {
    pub persons: Option<PersonsTold>,
    pub benefits: Option<BenefitsTold>,
    /// How much of each village's prelist was visited.
    pub coverages: Option<Coverages>,
}

impl Told {
    /// For whom the programmes are, by their numbers.
    pub fn for_whom(&self, settings: &ProgrammeSettings) -> Vec<ForWhom> {
        let programmes = self.benefits.iter().flat_map(|benefits| benefits.programmes.iter());
        let known = programmes.map(|name| Programme::find(name));
        known.map(|known| known.map(|it| (it, settings.decile(it)))).collect()
    }
}

impl Registers {
    /// Reads the registers and sorts them by household.
    ///
    /// # Errors
    /// [`EngineError`] of the first that can't be read.
    pub fn gather(
        build: &Build<'_>,
        runtime: &Runtime,
        progress: &impl Fn(Pass, u64),
    ) -> Result<Self, EngineError> {
        let files = &build.registers;
        let persons = files.persons.as_ref().map(|files| {
            runtime.block_on(Persons::gather(build, files, |rows| progress(Pass::Gathering, rows)))
        });
        let persons = persons.transpose()?;
        let prelist = files.prelist.as_ref().map(|files| {
            runtime.block_on(Prelist::gather(build, files, |rows| progress(Pass::Listing, rows)))
        });
        let prelist = prelist.transpose()?;
        let recipients = files.recipients.as_ref().map(|files| {
            let progress = |rows| progress(Pass::Receiving, rows);
            runtime.block_on(Recipients::gather(build, files, progress))
        });
        let definition = files.persons.as_ref().and_then(|files| files.definition());
        Ok(Self { persons, definition, prelist, recipients: recipients.transpose()? })
    }

    /// Puts the joins upon a plan whose partitions have their visits by household, with their standings
    /// known.
    pub fn put_on(
        &self,
        mut plan: Arc<dyn ExecutionPlan>,
        choice: &Arc<Choice>,
    ) -> Arc<dyn ExecutionPlan> {
        let steps: [Option<(&'static str, MakeStep)>; 3] = [
            self.persons.as_ref().map(|persons| ("Persons", persons.join_step(choice))),
            self.prelist.as_ref().map(|prelist| ("Prelist", prelist.step(choice))),
            self.recipients.as_ref().map(|recipients| ("Recipients", recipients.step(choice))),
        ];
        for (name, step) in steps.into_iter().flatten() {
            let schema = plan.schema();
            plan = Arc::new(Operator::new(name, plan, schema, step));
        }
        plan
    }

    /// Ends the joins, when all visits went by.
    ///
    /// # Errors
    /// Where what is kept on the disk can't be read or written.
    pub fn finish(self, ground: &Ground) -> Result<(RegistersJoined, Told), EngineError> {
        let (mut joined, mut told) = (RegistersJoined::default(), Told::default());
        if let Some(persons) = self.persons {
            let (persons, persons_told) = persons.finish(self.definition)?;
            (joined.persons, told.persons) = (Some(persons), Some(persons_told));
        }
        joined.prelist = self.prelist.map(Prelist::finish).transpose()?;
        told.coverages = joined.prelist.as_ref().map(|compared| compared.coverages(ground));
        if let Some(recipients) = self.recipients {
            let (benefits, benefits_told) = recipients.finish()?;
            (joined.recipients, told.benefits) = (Some(benefits), Some(benefits_told));
        }
        Ok((joined, told))
    }
}
