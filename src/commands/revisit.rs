//! `sebaran revisit`: the households that need another visit, in an order in which a person can walk.

mod walk;

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::Common;
use super::answer::print;
use super::export::write_file;
use crate::check::Severity;
use crate::domain::code::RegionCode;
use crate::domain::position::Position;
use crate::domain::region::{RegionTree, Slug};
use crate::domain::visit::Outcome;
use crate::encode::csv::as_text;
use crate::place::Standing;
use crate::store::geopackage::{self, PointRow};
use crate::store::placed_rows::{self, PlacedRow};
use crate::store::{Release, findings, regions, release};

/// List the households that need another visit; the list is for the field alone.
#[derive(Debug, clap::Args)]
pub struct RevisitArgs {
    /// Only what lies in this region.
    #[arg(long)]
    pub within: Option<RegionCode>,
    /// The release to look at; by default the current one.
    #[arg(long)]
    pub release: Option<Slug>,
    /// The file to write, .csv or .gpkg; only its owner can read it.
    #[arg(long, short)]
    pub output: PathBuf,
}

/// The columns of the list.
const FIELDS: [&str; 8] = [
    "order",
    "village_code",
    "village",
    "enumerator_id",
    "household_id",
    "visit_id",
    "reason",
    "supervisor_id",
];

/// A position further than this from the middle of its village leads nobody to the household.
const FURTHEST_M: f64 = 30_000.0;

/// A household to visit again.
struct Again {
    row: PlacedRow,
    reason: String,
    /// Where to look for it, where that is known at all.
    position: Option<Position>,
}

/// Writes the list.
///
/// # Errors
/// Where there is no such release, or the file can't be written.
pub fn run(common: &Common, args: &RevisitArgs) -> Result<()> {
    let ending = args.output.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    if !["csv", "gpkg"].contains(&ending.as_str()) {
        bail!(
            "cannot write `{}`: give the list a name that ends in .csv or .gpkg",
            args.output.display()
        );
    }
    let release = release::open(&common.register, args.release.as_ref())?;
    let version = &release.manifest().build().regions.version;
    let (tree, _) = regions::load(&common.register, version)?;
    if let Some(code) = args.within.filter(|code| tree.find(*code).is_none()) {
        bail!(
            "the regions `{version}` have no region {code}; `sebaran regions check {version}` tells what they hold"
        );
    }
    let walks = in_walks(collect(&release, args.within, &tree)?, &tree);
    let households = walks.len();
    if ending == "csv" {
        write_file(&args.output, |out| write_csv(&walks, &tree, out))?;
    } else {
        write_geopackage(&walks, &tree, &args.output)?;
    }
    if common.json {
        let done = serde_json::json!({
            "release": release.id(), "households": households, "output": args.output,
        });
        return print(&done.to_string());
    }
    if common.quiet {
        return Ok(());
    }
    print(&format!(
        "{households} households to visit again (restricted: it tells where they live)."
    ))
}

/// The households whose position was doubted, and those that nobody met.
fn collect(release: &Release, within: Option<RegionCode>, tree: &RegionTree) -> Result<Vec<Again>> {
    let within = within.map(|code| code.to_string());
    let mut doubts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    findings::read(release, |row| {
        if row.severity == Severity::Doubt.name() {
            doubts.entry(row.visit_id).or_default().push(row.rule);
        }
    })?;
    let mut again: Vec<Again> = Vec::new();
    // Visits come household by household.
    let mut household: Vec<PlacedRow> = Vec::new();
    let mut end = |visits: &mut Vec<PlacedRow>| {
        again.extend(needs_visit(std::mem::take(visits), &doubts, tree));
    };
    placed_rows::read(release, |row| {
        let is_within = within.as_ref().is_none_or(|within| {
            row.region_code.as_ref().is_some_and(|code| code.starts_with(within.as_str()))
        });
        if !is_within {
            return;
        }
        let is_same = household.last().is_some_and(|last| {
            (&last.region_code, &last.household_id) == (&row.region_code, &row.household_id)
        });
        if !is_same {
            end(&mut household);
        }
        household.push(row);
    })?;
    end(&mut household);
    Ok(again)
}

/// Of one household's visits the one that tells why it needs another, if it does.
fn needs_visit(
    visits: Vec<PlacedRow>,
    doubts: &BTreeMap<String, Vec<String>>,
    tree: &RegionTree,
) -> Option<Again> {
    let is_gone = |row: &PlacedRow| row.outcome.is_some_and(Outcome::removes_household);
    let is_counted = |row: &PlacedRow| row.standing == Some(Standing::Counted);
    let counted = visits.iter().position(is_counted);
    let (row, reason) = match counted {
        Some(at) => {
            let row = visits.into_iter().nth(at)?;
            let rules = doubts.get(&row.visit_id)?;
            (row, rules.join(" "))
        }
        None if visits.iter().any(is_gone) => return None,
        None => {
            let row = visits.into_iter().max_by_key(|row| row.started_us)?;
            let reason = match row.outcome? {
                Outcome::NotFound => "nobody_found",
                Outcome::Refused => "refused",
                _ => return None,
            };
            (row, reason.to_owned())
        }
    };
    let village = row.region_code.as_ref().and_then(|code| tree.find(code.parse().ok()?));
    let middle = village.map(|village| tree.get(village).label);
    let leads =
        |place: &Position| middle.is_some_and(|middle| middle.distance_m(*place) <= FURTHEST_M);
    let position = row.position.filter(leads);
    Some(Again { row, reason, position })
}

/// By village and enumerator, each in walking order; households without a place to look for come last.
fn in_walks(mut again: Vec<Again>, tree: &RegionTree) -> Vec<Again> {
    let key = |one: &Again| {
        (one.row.region_code.clone(), one.row.enumerator_id.clone(), one.row.household_id.clone())
    };
    again.sort_by_cached_key(key);
    let mut walks = Vec::with_capacity(again.len());
    let mut rest = again.into_iter().peekable();
    while let Some(first) = rest.next() {
        let mut group = vec![first];
        while let Some(next) = rest.next_if(|next| {
            (&next.row.region_code, &next.row.enumerator_id)
                == (&group[0].row.region_code, &group[0].row.enumerator_id)
        }) {
            group.push(next);
        }
        walks.extend(walked(group, tree));
    }
    walks
}

fn walked(group: Vec<Again>, tree: &RegionTree) -> Vec<Again> {
    let (known, unknown): (Vec<Again>, Vec<Again>) =
        group.into_iter().partition(|one| one.position.is_some());
    let places: Vec<Position> = known.iter().filter_map(|one| one.position).collect();
    let code = known.first().and_then(|one| one.row.region_code.as_ref());
    let village = code.and_then(|code| tree.find(code.parse().ok()?));
    let mut known: Vec<Option<Again>> = known.into_iter().map(Some).collect();
    let order = walk::order(&places, village.map(|village| tree.get(village).label));
    let known = order.into_iter().filter_map(|at| known[at].take()).collect::<Vec<_>>();
    known.into_iter().chain(unknown).collect()
}

/// A row of the list as texts, in the order of [`FIELDS`].
fn texts(
    walks: &[Again],
    tree: &RegionTree,
) -> impl Iterator<Item = (Option<Position>, Vec<String>)> {
    walks.iter().enumerate().map(|(number, one)| {
        let row = &one.row;
        let code = row.region_code.clone().unwrap_or_default();
        let village = code.parse().ok().and_then(|code| tree.find(code));
        let name = village.map_or_else(String::new, |village| tree.get(village).name.clone());
        let texts = vec![
            (number + 1).to_string(),
            code,
            name,
            row.enumerator_id.clone(),
            row.household_id.clone(),
            row.visit_id.clone(),
            one.reason.clone(),
            row.supervisor_id.clone().unwrap_or_default(),
        ];
        (one.position, texts)
    })
}

/// Writes the list as people open it, in a spreadsheet: a name that would be a formula is a text there.
fn write_csv(walks: &[Again], tree: &RegionTree, out: &mut dyn Write) -> Result<()> {
    let mut lines = csv::Writer::from_writer(out);
    lines.write_record(FIELDS.iter().copied().chain(["longitude", "latitude"]))?;
    for (position, mut texts) in texts(walks, tree) {
        texts.iter_mut().for_each(|text| *text = as_text(text).into_owned());
        let axis = |axis: fn(Position) -> f64| {
            position.map_or_else(String::new, |place| axis(place).to_string())
        };
        texts.push(axis(Position::longitude));
        texts.push(axis(Position::latitude));
        lines.write_record(&texts)?;
    }
    Ok(lines.flush()?)
}

/// Writes aside, in a folder of the owner's alone, because GDAL makes the file itself.
fn write_geopackage(walks: &[Again], tree: &RegionTree, output: &Path) -> Result<()> {
    let refuse = || format!("cannot write `{}`", output.display());
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = tempfile::tempdir_in(folder.unwrap_or(Path::new("."))).with_context(refuse)?;
    let aside = folder.path().join("revisit.gpkg");
    let rows = texts(walks, tree).map(|(position, texts)| PointRow { position, texts });
    geopackage::write(&aside, "revisit", &FIELDS, rows)?;
    let owner_only = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&aside, owner_only).with_context(refuse)?;
    std::fs::rename(&aside, output).with_context(refuse)
}
