//! Refusing a build in which most visits contradict the regions: their codes are another system's or
//! another version's, and every figure would stand in a wrong place.

use anyhow::{Result, bail};

use crate::check::{Rule, Severity};
use crate::count::Accounts;
use crate::domain::region::Slug;
use crate::engine::{Built, Ground, first_with};
use crate::read::visits::VisitFiles;

/// Fewer positions than this may all lie outside their villages by chance.
const FEW: u64 = 20;

/// Refuses what is most likely a mistake, and shows a row.
///
/// # Errors
/// Where more than half of the visits have unknown codes, lie outside what they declare, or could be
/// placed nowhere; or where there are none.
pub fn refuse(built: &Built, version: &Slug, files: &VisitFiles, ground: &Ground) -> Result<()> {
    let count = |rule| built.findings.get(&rule).copied().unwrap_or(0);
    let Accounts { rows, counted, superseded, unplaced, .. } = built.accounts;
    if rows == 0 {
        bail!("the visits files hold no row below their headers; a release needs visits");
    }
    let regions = format!("`{version}` (system {})", ground.tree.system());
    let example = |rules: &[Rule]| -> Result<String> {
        let first = first_with(rules, files, ground)?;
        Ok(first.map_or_else(String::new, |place| format!(", the first in {place}")))
    };
    let unknown = count(Rule::UnknownRegion);
    if unknown * 2 > rows {
        bail!(
            "{unknown} of {rows} visits declare a code that the regions {regions} do not know{}; build \
             on the regions that the codes belong to, or place households by their positions with \
             --assign coordinates",
            example(&[Rule::UnknownRegion])?
        );
    }
    if unplaced * 2 > counted {
        bail!(
            "{unplaced} of {counted} households are placed in no region: their visits have neither a \
             village_code of the regions {regions} nor a position in them{}; look whether the codes \
             are plain digits, as 0101010001, and not numbers with a decimal point",
            example(&[Rule::DoubtfulValue, Rule::UnknownRegion, Rule::MissingPosition])?
        );
    }
    let doubted = |rule| built.quality.findings.get(&(rule, Severity::Doubt)).copied().unwrap_or(0);
    let elsewhere = count(Rule::OutsideVillage) + doubted(Rule::OtherRegion);
    let completed = counted + superseded;
    if elsewhere >= FEW && elsewhere * 2 > completed {
        bail!(
            "{elsewhere} of {completed} completed visits lie outside the village that they declare{}; the \
             codes are likely not those of {regions}: build on the regions they belong to, or place \
             households by their positions with --assign coordinates",
            example(&[Rule::OutsideVillage, Rule::OtherRegion])?
        );
    }
    Ok(())
}
