//! The audit holds a release that is sound, and finds out one that is not.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{AsArray, Int64Array, RecordBatch};
use arrow::datatypes::{Field, Int64Type, Schema};
use sebaran::audit::{self, Attack, Case, Outcome, utility};
use sebaran::count::{Cell, CubeKey, Unit};
use sebaran::domain::code::CodeSystem;
use sebaran::domain::indicator::{CubeColumn, PovertyThreshold};
use sebaran::domain::region::{Level, RegionId};
use sebaran::domain::table::Table;
use sebaran::protect::region_digests::RegionDigests;
use sebaran::protect::{
    Counted, Epsilon, LeafTable, NoiseKey, NoiseMode, Policy, Protect, RegisterSecret,
};
use sebaran::store::tables::TableFormat;

use crate::country::{Country, Means, Plan};
use crate::program::{run, run_json};
use crate::protected_nation::{Nation, Size, fields, invent};

const SIZE: Size = Size { villages: 600, households: 400 };

fn public(nation: &Nation, policy: Policy, release: &str) -> LeafTable {
    let release = release.parse().unwrap();
    let secret = RegisterSecret::new([9; 32]);
    let key = NoiseKey::new(&secret, policy.noise, &release, CodeSystem::Invented);
    let threshold = PovertyThreshold::default();
    let counted =
        Counted { cube: &nation.cube, fields: fields(), threshold, regions: &nation.tree };
    LeafTable::public(counted, &Protect::new(policy, key))
}

fn exact(nation: &Nation) -> LeafTable {
    LeafTable::exact(&nation.cube, fields(), PovertyThreshold::default(), &nation.tree)
}

/// A policy in which every table that is published has so many times the epsilon.
fn scaled(times: f64) -> Policy {
    let of = |epsilon: Epsilon| {
        Epsilon::try_from((epsilon.to_float() * times).clamp(0.1, 10.0)).unwrap()
    };
    let policy = Policy::default();
    Policy {
        epsilon_welfare: of(policy.epsilon_welfare),
        epsilon_deciles: of(policy.epsilon_deciles),
        epsilon_ages: of(policy.epsilon_ages),
        epsilon_disabilities: of(policy.epsilon_disabilities),
        epsilon_visits: of(policy.epsilon_visits),
        epsilon_positions: of(policy.epsilon_positions),
        epsilon_programmes: of(policy.epsilon_programmes),
        epsilon_unknown: of(policy.epsilon_unknown),
        epsilon_coverage: of(policy.epsilon_coverage),
        ..policy
    }
}

/// The same leaves, which say that they were made by the default policy.
fn said_to_be_default(leaves: &LeafTable, nation: &Nation) -> LeafTable {
    let batch = leaves.to_batch(&nation.tree);
    let schema = batch.schema();
    let honest = public(nation, Policy::default(), "r").to_batch(&nation.tree).schema();
    let facts: HashMap<String, String> = honest.field(0).metadata().clone();
    let fields: Vec<Field> = schema.fields().iter().map(|field| field.as_ref().clone()).collect();
    let mut fields = fields;
    fields[0] = fields[0].clone().with_metadata(facts);
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(schema, batch.columns().to_vec()).unwrap();
    LeafTable::from_batch(&batch, &nation.tree).unwrap()
}

fn attacks(nation: &Nation, public: &LeafTable) -> Vec<Attack> {
    audit::attacks(&Case::new(public, &exact(nation), &nation.tree).unwrap())
}

fn faulty(attacks: &[Attack]) -> Vec<&'static str> {
    of(attacks, Outcome::Fails)
}

fn of(attacks: &[Attack], outcome: Outcome) -> Vec<&'static str> {
    attacks.iter().filter(|attack| attack.outcome() == outcome).map(|attack| attack.name).collect()
}

#[test]
fn a_sound_release_holds_and_one_without_noise_or_with_too_much_does_not() {
    let nation = invent(SIZE, 3);
    let honest = attacks(&nation, &public(&nation, Policy::default(), "r"));
    assert_eq!(of(&honest, Outcome::Holds).len(), honest.len(), "{honest:#?}");
    let found = |name: &str| -> f64 {
        let program = honest.iter().find(|attack| attack.name == "linear_program").unwrap();
        program.found.iter().find(|(what, _)| what.starts_with(name)).unwrap().1
    };
    assert!(found("control") >= 15.0, "{honest:#?}");
    let hardly_any = said_to_be_default(&public(&nation, scaled(10.0), "r"), &nation);
    let without = faulty(&attacks(&nation, &hardly_any));
    assert_eq!(without, ["noise", "differences", "linear_program"]);
    let double = said_to_be_default(&public(&nation, scaled(0.5), "r"), &nation);
    assert_eq!(faulty(&attacks(&nation, &double)), ["noise"]);
}

/// The nation with a household more in every fifth village that has hexagons.
fn a_wave_later(nation: &Nation) -> Nation {
    let mut cube = nation.cube.clone();
    let villages: Vec<RegionId> = nation.tree.level(Level::Village).map(|(id, _)| id).collect();
    for village in villages.iter().step_by(5) {
        let keys = nation.cube.iter().map(|(key, _)| key);
        let key = keys.filter(|key| key.region == Some(*village) && key.hexagon.is_some()).last();
        let key = key.unwrap_or(CubeKey { region: Some(*village), hexagon: None });
        let mut cell = Cell::default();
        cell.counts[CubeColumn::Decile2.index()] = 1;
        cell.digests =
            Unit::new(&format!("{key:?}")).digests(&cell.counts, PovertyThreshold::default());
        cube.add_cell(key, &cell);
    }
    Nation { tree: nation.tree.clone(), cube }
}

#[test]
fn fresh_noise_on_the_same_content_is_found_out() {
    let nation = invent(Size { villages: 300, households: 300 }, 4);
    let later = a_wave_later(&nation);
    let (exact, exact_later) = (exact(&nation), exact(&later));
    let compare = |policy: Policy| {
        let first = said_to_be_default(&public(&nation, policy, "r1"), &nation);
        let second = said_to_be_default(&public(&later, policy, "r2"), &later);
        let case = Case::new(&first, &exact, &nation.tree).unwrap();
        let digests = [&nation, &later].map(|it| RegionDigests::of(&it.cube, &it.tree));
        let other = Case::new(&second, &exact_later, &later.tree).unwrap();
        audit::successive(&case, &other, (&digests[0], &digests[1]))
    };
    let keyed = compare(Policy::default());
    assert_eq!(keyed.faults, [""; 0], "{keyed:#?}");
    let fresh = compare(Policy { noise: NoiseMode::Epoch, ..Policy::default() });
    assert!(fresh.faults[0].contains("fresh noise"), "{fresh:#?}");
}

#[test]
fn figures_are_worth_what_they_promise() {
    let nation = invent(SIZE, 5);
    let leaves = public(&nation, Policy::default(), "r");
    let exact = exact(&nation);
    let utility = utility::measure(&Case::new(&leaves, &exact, &nation.tree).unwrap());
    let errors = |table: Table, level: &str| {
        utility.errors.iter().find(|it| it.table == table && it.level == level).unwrap()
    };
    let village = errors(Table::Welfare, "village");
    assert!(village.mean <= 3.0 && village.bias.abs() < 0.3, "{village:?}");
    let ages = errors(Table::Ages, "village");
    assert!(ages.mean <= 6.0 && ages.bias.abs() < 1.0, "{ages:?}");
    for level in ["district", "village", "hex7", "hex8"] {
        let covered = errors(Table::Welfare, level).covered.unwrap();
        assert!((92.0..=98.0).contains(&covered), "{level}: {covered}");
    }
    for level in ["hex4", "hex5", "hex6"] {
        let covered = errors(Table::Welfare, level).covered.unwrap();
        assert!(covered >= 93.0, "{level}: {covered}");
    }
    assert!(utility.poorest.iter().all(|rank| rank.found > 80.0), "{:?}", utility.poorest);
    let all = utility.shown.last().unwrap();
    assert!(all.province.is_none() && all.hex4_to_7 >= 95.0, "{all:?}");
    assert!(utility.shown.len() > 1);
}

#[test]
fn the_command_says_whether_a_release_holds() {
    let country = Country::new();
    let register = country.register();
    let plan = Plan { households: 40_000, faults: None, format: TableFormat::Parquet };
    let visits = country.survey("survey", plan);
    for release in ["r1", "r2"] {
        country.build(release, std::slice::from_ref(&visits), Means::default()).unwrap();
    }
    let verdict = run_json(&register, &["audit", "r1", "--with", "r2", "--utility"]);
    assert_eq!((&verdict["is_held"], &verdict["protection"]), (&true.into(), &"restricted".into()));
    assert_eq!(verdict["attacks"].as_array().unwrap().len(), 8);
    assert_eq!(verdict["ledger"][1]["epsilon"], 10.39);
    assert_eq!(verdict["ledger"][1]["epsilon_poor_or_not"], 8.19);
    assert!(verdict["utility"]["errors"].as_array().unwrap().len() > 20);
    let said = run(&register, &["audit", "r1"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.starts_with("Audit of release r1: it holds."), "{}", said.out);
}

#[test]
fn a_release_with_too_few_figures_is_inconclusive_and_does_not_fail() {
    let country = Country::new();
    let register = country.register();
    let plan = Plan { households: 300, faults: None, format: TableFormat::Parquet };
    let visits = country.survey("few", plan);
    country.build("few", std::slice::from_ref(&visits), Means::default()).unwrap();
    let said = run(&register, &["--json", "audit", "few"]);
    assert_eq!(said.code, Some(3), "{} {}", said.out, said.err);
    let verdict: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(verdict["outcome"], "inconclusive");
    assert_eq!(verdict["is_held"], false);
    let outcome = |name: &str| {
        let mut attacks = verdict["attacks"].as_array().unwrap().iter();
        let found = attacks.find(|attack| attack["name"] == name).unwrap();
        (found["outcome"].clone(), found["doubts"].as_array().unwrap().len())
    };
    assert_eq!(outcome("linear_program"), ("inconclusive".into(), 1));
    assert_eq!(outcome("recompute"), ("holds".into(), 0));
    let said = run(&register, &["audit", "few"]);
    assert!(said.out.contains("linear_program: is INCONCLUSIVE"), "{}", said.out);
    assert!(said.out.trim_end().ends_with("Release few: inconclusive."), "{}", said.out);
    assert!(said.err.contains("audit of release `few` is inconclusive: "), "{}", said.err);
}

#[test]
fn exact_figures_in_a_tenth_of_the_villages_are_found_out() {
    let nation = invent(SIZE, 3);
    let honest = public(&nation, Policy::default(), "r");
    let again = public(&nation, Policy::default(), "r");
    let attack = audit::remake(&honest, &again, &nation.tree);
    assert_eq!((attack.outcome(), attack.name), (Outcome::Holds, "remake"));
    // Who changes the leaves can make every seal of the release again, but not the noise.
    let batch = honest.to_batch(&nation.tree);
    let regions = batch.column(0).as_string::<i32>().clone();
    let is_told = |code: &str| code.len() == 10 && code.ends_with('1');
    let mut columns = batch.columns().to_vec();
    let at = batch.schema().index_of("decile_1").unwrap();
    let figures = columns[at].as_primitive::<Int64Type>();
    let changed = figures.iter().zip(&regions).map(|(figure, code)| {
        figure.map(|figure| if code.is_some_and(is_told) { figure + 1 } else { figure })
    });
    columns[at] = Arc::new(changed.collect::<Int64Array>());
    let batch = RecordBatch::try_new(batch.schema(), columns).unwrap();
    let tampered = LeafTable::from_batch(&batch, &nation.tree).unwrap();
    let attack = audit::remake(&tampered, &again, &nation.tree);
    assert_eq!(attack.outcome(), Outcome::Fails);
    assert_eq!(attack.faults, ["`decile_1` has figures that the secret does not make"]);
    // Another epsilon, and another secret, make other figures too.
    let other = said_to_be_default(&public(&nation, scaled(1.01), "r"), &nation);
    assert_eq!(audit::remake(&other, &again, &nation.tree).outcome(), Outcome::Fails);
}
