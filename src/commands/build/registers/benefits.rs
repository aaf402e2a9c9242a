//! Recipients: whom the programmes reach, written into the release.

use anyhow::{Context, Result};

use crate::check::register::{RegisterFinding, RegisterRule};
use crate::domain::programme::{Programme, ProgrammeSettings, ProgrammeTerms, TargetingTable};
use crate::engine::{Benefits, EngineError, Ground, Merged};
use crate::store::manifest::RecipientsUsed;
use crate::store::register_findings::RegisterFindings;
use crate::store::{Draft, programmes};

/// Writes the table of programmes, and tells of recipients whom nobody knows.
pub fn keep_benefits(
    draft: &Draft,
    benefits: Benefits,
    table: &TargetingTable,
    ground: &Ground,
    findings: &mut RegisterFindings,
) -> Result<RecipientsUsed> {
    benefits.accounts.close().context("the accounts of recipients do not close")?;
    let names = &benefits.programmes;
    programmes::write(draft.path(), table, names, &ground.programmes, &ground.tree)?;
    let threshold = |name: &String| (name.clone(), ground.programmes.threshold(name));
    let thresholds = names.iter().map(threshold).collect();
    let unknown = [
        (RegisterRule::UnknownRecipientHousehold, benefits.unknown_households),
        (RegisterRule::UnknownRecipientPerson, benefits.unknown_persons),
    ];
    for (rule, rows) in unknown {
        tell_unknown(rule, rows, findings)?;
    }
    Ok(RecipientsUsed { thresholds, accounts: benefits.accounts })
}

/// What is told of the programmes of which it is known for whom they are.
pub fn terms(benefits: &Benefits, settings: &ProgrammeSettings) -> Vec<ProgrammeTerms> {
    let periods = benefits.programmes.iter().zip(&benefits.periods);
    let known = periods.filter_map(|(name, period)| Some((Programme::find(name)?, *period)));
    let terms = known.map(|(programme, period)| ProgrammeTerms {
        programme,
        threshold: settings.decile(programme),
        period: Some(period),
    });
    let mut terms: Vec<ProgrammeTerms> = terms.collect();
    terms.sort_unstable_by_key(|terms| terms.programme);
    terms
}

/// One finding for all rows of an id, which come one after the other.
fn tell_unknown(rule: RegisterRule, rows: Merged, findings: &mut RegisterFindings) -> Result<()> {
    let mut at_hand: Option<(String, f64)> = None;
    let mut tell = |told: &(String, f64)| {
        let finding = RegisterFinding { rule, id: &told.0, value: told.1 };
        findings.put(&finding).map_err(|error| EngineError::Write(Box::new(error)))
    };
    rows.each(|id, _| {
        match &mut at_hand {
            Some((known, count)) if known == id => *count += 1.0,
            known => {
                let before = known.replace((id.to_owned(), 1.0));
                before.iter().try_for_each(&mut tell)?;
            }
        }
        Ok::<_, EngineError>(())
    })?;
    at_hand.iter().try_for_each(&mut tell)?;
    Ok(())
}
