use h3o::Resolution;
use rayon::prelude::*;

use super::fixture::{self, cell, code};
use super::measure::{Contents, Figures, Leaves};
use super::policy::TreeLevel;
use super::tree::{ProtectedTree, Shown};
use super::*;
use crate::count::{Cell, Cube, CubeKey, PrelistCell, ReachCell, Unit, UnknownCell};
use crate::domain::code::CodeSystem;
use crate::domain::indicator::{CubeColumn, PovertyThreshold};
use crate::domain::programme::Programme;
use crate::domain::region::{Region, RegionTree};
use crate::domain::table::Table;

const DRAWS: u32 = 100_000;

/// Tables of a small epsilon need more draws until the bounds are near it; they have one class.
fn draws(table: Table) -> u32 {
    if Table::UNKNOWN.contains(&table) { 8 * DRAWS } else { DRAWS }
}

/// What is counted in a country of one village, without a canary and with one of each class of a table.
struct Cage {
    regions: RegionTree,
    tree: ProtectedTree,
    table: Table,
    without: Contents,
    /// By class.
    with: Vec<Contents>,
}

fn country() -> (RegionTree, CubeKey) {
    let line = ["01", "0101", "0101001", "0101001001"].map(code);
    let all = fixture::tree();
    let is_in_line = |region: &Region| line.contains(&region.code);
    let regions = all.iter().map(|(_, region)| region.clone()).filter(is_in_line).collect();
    let regions = RegionTree::new(CodeSystem::Invented, "line".parse().unwrap(), regions).unwrap();
    let key = fixture::key(&regions, Some("0101001001"), Some(cell(0, Resolution::Eight)));
    (regions, key)
}

/// A village's hexagon with so many of each column, and with so many canaries of one column.
fn cube(key: CubeKey, others: i64, canary: CubeColumn, canaries: i64) -> Cube {
    let mut cube = Cube::default();
    let mut add = |unit: &str, columns: &[CubeColumn], count: i64| {
        let mut cell = Cell::default();
        columns.iter().for_each(|column| cell.counts[column.index()] = count);
        cell.digests = Unit::new(unit).digests(&cell.counts, PovertyThreshold::default());
        cube.add_cell(key, &cell);
    };
    let of_cells = |column: &&CubeColumn| column.index() < CubeColumn::COUNT;
    let all: Vec<CubeColumn> = CubeColumn::ALL.iter().filter(of_cells).copied().collect();
    add("others", &all, others);
    let reached = reach_of(canary);
    let unknown = CubeColumn::UNKNOWN.map(|column| column == canary);
    let listed = CubeColumn::PRELIST.contains(&canary);
    if reached.is_none() && !unknown.contains(&true) && !listed {
        add("canary", &[canary], canaries);
    }
    for (unit, unknown, count) in [("others", [true; 3], others), ("canary", unknown, canaries)] {
        let mut cell = UnknownCell::default();
        (0..count).for_each(|number| {
            cell.add_household(Unit::new(&format!("{unit} {number}")), unknown);
        });
        cube.add_unknown(key.region, &cell);
    }
    let mut cell = PrelistCell::default();
    for number in 0..others {
        for column in CubeColumn::PRELIST {
            cell.add_household(Unit::new(&format!("others {number} {column}")), column);
        }
    }
    for number in 0..if listed { canaries } else { 0 } {
        cell.add_household(Unit::new(&format!("canary {number}")), canary);
    }
    cube.add_prelist(key.region, &cell);
    for others_of in CubeColumn::ALL.into_iter().filter_map(reach_of) {
        add_reach(&mut cube, key, "others", others_of, others);
    }
    if let Some(canary_of) = reached.filter(|_| canaries > 0) {
        add_reach(&mut cube, key, "canary", canary_of, canaries);
    }
    cube
}

/// The programme and the number of the class that a column counts.
fn reach_of(column: CubeColumn) -> Option<(Programme, usize)> {
    Programme::ALL.into_iter().find_map(|programme| {
        let columns = Table::of_programme(programme).columns();
        Some((programme, columns.iter().position(|it| *it == column)?))
    })
}

fn add_reach(
    cube: &mut Cube,
    key: CubeKey,
    unit: &str,
    (programme, class): (Programme, usize),
    count: i64,
) {
    let mut cell = ReachCell::default();
    cell.counts[class] = count;
    let table = Table::of_programme(programme);
    cell.digest = Unit::new(unit).digest_of_one(table, table.columns()[class]);
    cube.add_reach(programme, key.region, &cell);
}

impl Cage {
    fn new(table: Table) -> Self {
        let (regions, key) = country();
        let threshold = PovertyThreshold::default();
        let (village, small) = (key.region.unwrap(), key.hexagon.unwrap());
        let large = small.parent(Resolution::Seven).unwrap();
        let shown = Shown { hexagons7: vec![(village, large)], hexagons8: vec![(village, small)] };
        let tree = ProtectedTree::new(&regions, &shown);
        let contents = |canary, canaries| {
            let cube = cube(key, 40, canary, canaries);
            Leaves::new(&cube, &tree, threshold).contents(table)
        };
        let with =
            table.classes(threshold).into_iter().map(|class| contents(class[0], 1)).collect();
        let without = contents(table.columns()[0], 0);
        Self { without, with, regions, tree, table }
    }

    /// A class's figure in each level, from the nation down to the table's deepest.
    fn path(&self, figures: &Figures, class: usize) -> Vec<i32> {
        let nodes = (0..figures.nodes()).filter(|node| !self.tree.is_rest(*node));
        nodes.map(|node| figures.get(node, class)).collect()
    }

    fn measured(&self, protect: &Protect, contents: &Contents) -> Figures {
        protect.add_noise(contents.clone(), &self.tree, &self.regions)
    }
}

/// How often an event that the canary makes likely was seen with it, and without it.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    likely: u32,
    unlikely: u32,
}

impl Seen {
    fn add(self, other: Self) -> Self {
        Self { likely: self.likely + other.likely, unlikely: self.unlikely + other.unlikely }
    }

    fn count(&mut self, [up, down, wrong_up, wrong_down]: [bool; 4]) {
        self.likely += u32::from(up) + u32::from(down);
        self.unlikely += u32::from(wrong_up) + u32::from(wrong_down);
    }

    /// Bounds of the epsilon that the event shows in twice so many draws, by Clopper and Pearson; each is
    /// wrong with a chance of twice `alpha`.
    fn epsilon(self, draws: u32, alpha: f64) -> (f64, f64) {
        let [likely, unlikely] =
            [self.likely, self.unlikely].map(|count| clopper_pearson(count, 2 * draws, alpha));
        ((likely.0 / unlikely.1).ln(), (likely.1 / unlikely.0).ln())
    }
}

/// What was seen in each level, and in all of them at once.
struct Audit {
    levels: Vec<Seen>,
    joint: Seen,
}

/// Turns what is measured into what a broken way would measure, given the exact figures.
type Breaking = fn(&mut [i32], &[i32]);

const HONEST: Breaking = |_, _| ();

fn protect_of(draw: u32, base: &Protect) -> Protect {
    let mut secret = [0; 32];
    secret[..4].copy_from_slice(&draw.to_le_bytes());
    let (secret, release) = (RegisterSecret::new(secret), "r".parse().unwrap());
    base.with_key(NoiseKey::new(&secret, NoiseMode::Keyed, &release, CodeSystem::Invented))
}

fn base(policy: Policy) -> Protect {
    let (secret, release) = (RegisterSecret::new([0; 32]), "r".parse().unwrap());
    let key = NoiseKey::new(&secret, NoiseMode::Keyed, &release, CodeSystem::Invented);
    Protect::new(policy, key)
}

/// Epsilons that so many draws show: those of the default policy are smaller, and the way of the noise is the same.
fn policy() -> Policy {
    let of = |tenths: u32| Epsilon::of_millionths(tenths * 100_000);
    Policy {
        epsilon_welfare: of(17),
        epsilon_deciles: of(8),
        epsilon_ages: of(25),
        epsilon_disabilities: of(19),
        epsilon_programmes: of(13),
        epsilon_unknown: of(5),
        ..Policy::default()
    }
}

/// What is seen of the canary of each class.
///
/// Two mirrored events are counted together, since the quotient of sums is at most the larger of the
/// quotients: with the canary a figure is at least what it is with it, and without the canary at most
/// what it is without.
fn audit(cage: &Cage, base: &Protect, breaking: Breaking) -> Vec<Audit> {
    let classes = cage.with.len();
    let exact = |contents: &Contents, class| cage.path(contents.exact(), class);
    let levels = exact(&cage.without, 0).len();
    let none = || vec![vec![Seen::default(); levels + 1]; classes];
    let one = |mut seen: Vec<Vec<Seen>>, draw: u32| {
        let protect = protect_of(draw, base);
        let all_without = cage.measured(&protect, &cage.without);
        for (class, seen) in seen.iter_mut().enumerate() {
            let (most, least) = (exact(&cage.without, class), exact(&cage.with[class], class));
            let mut without = cage.path(&all_without, class);
            let mut with = cage.path(&cage.measured(&protect, &cage.with[class]), class);
            breaking(&mut without, &most);
            breaking(&mut with, &least);
            // With and without the canary, upwards and in the mirror.
            let mut all = [true; 4];
            for level in 0..levels {
                let (least, most) = (least[level], most[level]);
                let (with, without) = (with[level], without[level]);
                let fits = [with >= least, without <= most, without >= least, with <= most];
                seen[level].count(fits);
                all = std::array::from_fn(|at| all[at] && fits[at]);
            }
            seen[levels].count(all);
        }
        seen
    };
    let sum = |mut one: Vec<Vec<Seen>>, two: Vec<Vec<Seen>>| {
        let pairs = one.iter_mut().flatten().zip(two.into_iter().flatten());
        pairs.for_each(|(one, two)| *one = one.add(two));
        one
    };
    let seen = (0..draws(cage.table)).into_par_iter().fold(none, one).reduce(none, sum);
    let audit = |mut levels: Vec<Seen>| Audit { joint: levels.pop().unwrap(), levels };
    seen.into_iter().map(audit).collect()
}

/// What is wrong with the noise of a table, if anything is.
///
/// The bounds of the levels are added up. Each is wrong in one case of twenty; all of them seven times
/// together, as a sum that is too large would need, in fewer than one of ten thousand, because levels are
/// independent. That they are is what the joint event shows.
fn fault(cage: &Cage, base: &Protect, breaking: Breaking) -> Option<String> {
    let policy = policy();
    let levels = TreeLevel::ALL.into_iter().filter_map(|level| policy.epsilon(cage.table, level));
    let allowed: f64 = levels.map(Epsilon::to_float).sum();
    audit(cage, base, breaking).into_iter().enumerate().find_map(|(class, audit)| {
        let shown: f64 =
            audit.levels.iter().map(|seen| seen.epsilon(draws(cage.table), 0.025).0).sum();
        let (least, most) = audit.joint.epsilon(draws(cage.table), 0.000_1);
        let is_bound = shown <= allowed && least <= allowed;
        let is_spent = shown >= 0.9 * allowed && most >= allowed;
        let fault = format!("class {class}: {shown:.3}, {least:.3} to {most:.3} of {allowed:.3}");
        (!is_bound || !is_spent).then_some(fault)
    })
}

#[test]
fn a_unit_more_shows_as_much_as_is_allowed_in_every_table_and_class() {
    for table in &Table::ALL[1..] {
        let fault = fault(&Cage::new(*table), &base(policy()), HONEST);
        assert_eq!(fault, None, "{table:?}");
    }
}

#[test]
fn missing_doubled_and_shared_noise_is_found_out() {
    let cage = Cage::new(Table::Positions);
    let honest = base(policy());
    let missing: Breaking = <[i32]>::copy_from_slice;
    let missing_in_villages: Breaking = |measured, exact| measured[4] = exact[4];
    // The noise of either hexagon in both: they have the same epsilon.
    let shared: Breaking = |measured, exact| measured[5] = exact[5] + measured[6] - exact[6];
    for (name, broken) in [("missing", missing), ("missing in villages", missing_in_villages)] {
        assert!(fault(&cage, &honest, broken).is_some(), "{name}");
    }
    let half = Epsilon::try_from(0.5).unwrap();
    let doubled = base(Policy { epsilon_positions: half, ..policy() });
    assert!(fault(&cage, &doubled, HONEST).is_some(), "doubled");
    let cage = Cage::new(Table::Welfare);
    assert!(fault(&cage, &honest, shared).is_some(), "shared");
}

/// How often a hexagon passes the gate, with and without the canary; the mirror is that it does not,
/// which tells less.
fn gate(households: i64, is_shown: fn(&Shown) -> bool) -> Seen {
    let (regions, key) = country();
    let base = base(Policy::default());
    let cubes = [0, 1].map(|canaries| {
        let mut cube = Cube::default();
        for household in 0..households + canaries {
            let mut cell = Cell::default();
            cell.counts[CubeColumn::Decile1.index()] = 1;
            let unit = household.to_string();
            cell.digests = Unit::new(&unit).digests(&cell.counts, PovertyThreshold::default());
            cube.add_cell(key, &cell);
        }
        cube
    });
    let seen = (0..2 * DRAWS).into_par_iter().map(|draw| {
        let protect = protect_of(draw, &base);
        let [without, with] =
            [0, 1].map(|canaries| u32::from(is_shown(&protect.shown(&cubes[canaries], &regions))));
        Seen { likely: with, unlikely: without }
    });
    seen.reduce(Seen::default, Seen::add)
}

#[test]
fn the_gate_tells_as_much_of_a_household_as_is_allowed() {
    let large = gate(11, |shown| !shown.hexagons7.is_empty()).epsilon(DRAWS, 0.005).0;
    assert!((0.9..=1.0).contains(&large), "{large}");
    let small = gate(19, |shown| !shown.hexagons8.is_empty()).epsilon(DRAWS, 0.005).0;
    assert!((0.54..=0.6).contains(&small), "{small}");
}

#[test]
fn a_household_alone_is_shown_as_seldom_as_the_policy_says() {
    let seen = gate(0, |shown| !shown.hexagons7.is_empty());
    assert_eq!(seen.unlikely, 0, "nothing is shown where nobody is");
    let (least, most) = clopper_pearson(seen.likely, 2 * DRAWS, 0.005);
    let allowed = Policy::default().chance_alone(TreeLevel::Hexagon7);
    assert!((least..=most).contains(&allowed), "{} of {}", seen.likely, 2 * DRAWS);
}

/// The bounds of a share, each wrong with a chance of `alpha`.
fn clopper_pearson(count: u32, of: u32, alpha: f64) -> (f64, f64) {
    let (count, of) = (f64::from(count), f64::from(of));
    let find = |is_below: &dyn Fn(f64) -> bool| {
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            if is_below(middle) { low = middle } else { high = middle }
        }
        low
    };
    // P(X >= count) rises with the share, P(X <= count) falls.
    let low = find(&|share| count > 0.0 && beta(count, of - count + 1.0, share) < alpha);
    let high = find(&|share| count == of || 1.0 - beta(count + 1.0, of - count, share) > alpha);
    (if count == 0.0 { 0.0 } else { low }, high)
}

/// The regularised incomplete beta function, by its continued fraction (Lentz's way of summing it).
fn beta(a: f64, b: f64, x: f64) -> f64 {
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta(b, a, 1.0 - x);
    }
    let front = a * x.ln() + b * (-x).ln_1p() + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
    let (mut c, mut d) = (1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..2_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        for term in [even, odd] {
            (d, c) = (1.0 / (1.0 + term * d), 1.0 + term / c);
            fraction *= d * c;
        }
        if (d * c - 1.0).abs() < 1e-14 {
            break;
        }
    }
    front.exp() * fraction / a
}

/// Stirling's series, moved up to where it is exact enough.
fn ln_gamma(x: f64) -> f64 {
    if x < 12.0 {
        return ln_gamma(x + 1.0) - x.ln();
    }
    let series = 1.0 / (12.0 * x) - 1.0 / (360.0 * x.powi(3)) + 1.0 / (1260.0 * x.powi(5));
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series
}

#[test]
fn bounds_of_shares_are_those_of_the_tables() {
    // Of Clopper and Pearson's table for 95 %: 5 of 20 gives 0.0866 to 0.4910.
    let (low, high) = clopper_pearson(5, 20, 0.025);
    assert!((low - 0.0866).abs() < 1e-4 && (high - 0.4910).abs() < 1e-4, "{low} {high}");
    assert!((clopper_pearson(0, 20, 0.025).1 - 0.1684).abs() < 1e-4);
}
