//! The linear program: figures of villages and hexagons overlap, so whoever knows some knows something of
//! the others. The same attacker is set on what hiding small counts would have published.

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

use super::Attack;
use super::case::{Case, Class};
use super::figures::{Share, Targets, clipped};
use super::rival;
use crate::domain::region::Level;
use crate::domain::table::Table;
use crate::protect::policy::TreeLevel;

/// Districts that are attacked, spread over the nation.
const DISTRICTS: usize = 8;

/// Exact figures that are attacked, as the attacker knows.
const FEW: std::ops::RangeInclusive<i64> = 1..=4;

/// Percentage points that combining figures may gain on the public ones, and must gain on the control.
const MOST_GAIN: f64 = 2.0;
const LEAST_GAIN: f64 = 15.0;

/// Percentage points by which a single figure may be right more often than noise of its size allows.
const MOST_BEYOND_NOISE: f64 = 5.0;

/// Hidden figures from which on the control is judged.
const LEAST_TARGETS: f64 = 100.0;

/// The figures of a district, of its villages, and of its parts of hexagons 7 and 8, and how they add up.
pub struct District {
    /// The nodes of each place.
    pub places: Vec<Vec<usize>>,
    /// A place and those within it, which do not overlap and may leave something over.
    sums: Vec<(usize, Vec<usize>)>,
    /// Pairs of places that may overlap.
    overlaps: Vec<(usize, usize)>,
}

/// What an attacker knows of a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Known {
    Exactly(i64),
    /// From the first to the second, both included.
    Within(i64, i64),
    /// About so many: the further, the less likely, in standard deviations.
    About(i64, f64),
}

/// Attacks the public figures, and what hiding small counts would have published.
pub fn attack(case: &Case<'_>) -> Attack {
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    let districts = districts(case);
    let (mut control, mut guess) = (Share::default(), Share::default());
    for table in [Table::Welfare, Table::Deciles, Table::Ages] {
        let mut all = Tried::default();
        for district in &districts {
            all.add(&try_district(case, district, table));
        }
        if all.public.of < 1.0 {
            continue;
        }
        let (single, allowed) = (all.single.percent(), all.allowed());
        let gain = all.public.percent() - single.max(allowed);
        let name = table.name();
        found.push((format!("{name}: figures of 1 to 4"), all.public.of));
        found.push((format!("{name}: the commonest is right, percent"), all.commonest()));
        found.push((format!("{name}: the public figure is right, percent"), single));
        found.push((format!("{name}: what the noise alone allows, percent"), allowed));
        found.push((format!("{name}: the program is right, percent"), all.public.percent()));
        found.push((
            format!("{name}: the same on hidden small counts, percent"),
            all.hidden.percent(),
        ));
        if gain > MOST_GAIN + all.public.slack() {
            faults
                .push(format!("{name}: the program gains {gain:.1} points on the public figures"));
        }
        if single > allowed + MOST_BEYOND_NOISE + all.single.slack() {
            faults.push(format!(
                "{name}: {single:.1} % of the public figures are right, where noise allows {allowed:.1} %"
            ));
        }
        control.right += all.hidden.right;
        control.of += all.hidden.of;
        guess.right += all.commonest() * all.hidden.of / 100.0;
        guess.of += all.hidden.of;
    }
    let gain = control.percent() - guess.percent();
    found.push(("control: gain on hidden small counts, points".to_owned(), gain));
    let doubt = if control.of < LEAST_TARGETS {
        Some(format!(
            "the control has {} hidden figures to try, and {LEAST_TARGETS} are needed",
            control.of
        ))
    } else {
        let is_weak = gain < LEAST_GAIN;
        is_weak.then(|| {
            format!(
                "the control gains {gain:.1} points, and {LEAST_GAIN} are needed: the attack is too weak"
            )
        })
    };
    Attack {
        name: "linear_program",
        tried: "solves for every figure of 1 to 4 of districts, villages and hexagons from all others; the \
                same where small counts are hidden, as a control. What is below 1 or above 4 is taken for 1 or 4",
        found,
        allowed: "the program right at most 2 points more often than who takes the public figure, or the noise of \
                  a single figure allows the best attacker, who knows how common each is; the public figure right \
                  at most 5 points more often than that; the control gains 15 on the commonest value at least",
        faults,
        doubts: doubt.into_iter().collect(),
    }
}

/// How often the attacker was right, on the public figures and on the control.
#[derive(Debug, Clone, Default)]
struct Tried {
    public: Share,
    /// Who takes the public figure alone.
    single: Share,
    /// Of each class the targets.
    targets: Vec<Targets>,
    hidden: Share,
    /// How many targets have 1, 2, 3 and 4.
    values: [f64; 4],
}

impl Tried {
    fn add(&mut self, more: &Self) {
        self.targets.resize(self.targets.len().max(more.targets.len()), Targets::default());
        self.targets.iter_mut().zip(&more.targets).for_each(|(sum, more)| sum.merge(more));
        for (sum, share) in [
            (&mut self.public, more.public),
            (&mut self.single, more.single),
            (&mut self.hidden, more.hidden),
        ] {
            sum.right += share.right;
            sum.of += share.of;
        }
        self.values.iter_mut().zip(more.values).for_each(|(sum, value)| *sum += value);
    }

    /// How often the noise of a single figure lets the best attacker be right, in percent.
    fn allowed(&self) -> f64 {
        let all: f64 = self.targets.iter().map(Targets::of).sum();
        100.0 * self.targets.iter().map(Targets::most_right).sum::<f64>() / all.max(1.0)
    }

    /// How often the commonest value is right, in percent.
    fn commonest(&self) -> f64 {
        let all: f64 = self.values.iter().sum();
        100.0 * self.values.iter().copied().fold(0.0, f64::max) / all.max(1.0)
    }
}

fn try_district(case: &Case<'_>, district: &District, table: Table) -> Tried {
    let classes: Vec<Class> = case.classes(table).into_iter().map(|(class, _)| class).collect();
    let targets = vec![Targets::default(); classes.len()];
    let mut tried = Tried { targets, ..Tried::default() };
    let public = district.solve(classes.len(), |place, class| {
        rival::told(case, &classes, &district.places[place], class)
    });
    let hidden = district.solve(classes.len(), |place, class| {
        rival::hidden(case, &classes, &district.places[place], class)
    });
    for (place, nodes) in district.places.iter().enumerate().skip(1) {
        for (at, class) in classes.iter().enumerate() {
            let exact = case.exact(*class, nodes);
            let Some(variance) = case.variance(*class, nodes) else { continue };
            if !FEW.contains(&exact) {
                continue;
            }
            tried.values[(exact - FEW.start()) as usize] += 1.0;
            tried.single.add(clipped(case.told(*class, nodes), &FEW) == exact);
            tried.targets[at].add(exact, variance);
            let is_right = |found: &Option<Vec<f64>>| {
                found
                    .as_ref()
                    .map(|found| found[place * classes.len() + at].round() as i64)
                    .is_some_and(|found| clipped(found, &FEW) == exact)
            };
            tried.public.add(is_right(&public));
            tried.hidden.add(is_right(&hidden));
        }
    }
    tried
}

/// Some districts that have hexagons.
fn districts(case: &Case<'_>) -> Vec<District> {
    let all: Vec<District> = case
        .nodes(TreeLevel::Region(Level::District))
        .into_iter()
        .map(|node| District::new(case, node))
        .filter(|district| !district.overlaps.is_empty())
        .collect();
    let step = all.len().div_ceil(DISTRICTS).max(1);
    all.into_iter().step_by(step).collect()
}

impl District {
    fn new(case: &Case<'_>, node: usize) -> Self {
        let tree = case.tree();
        let villages: Vec<usize> = tree.children(node).filter(|it| !tree.is_rest(*it)).collect();
        let mut district =
            Self { places: vec![vec![node]], sums: Vec::new(), overlaps: Vec::new() };
        let (mut large, mut small) = (Vec::new(), Vec::new());
        for village in &villages {
            for part in tree.children(*village).filter(|it| !tree.is_rest(*it)) {
                large.push((tree.place(part).hexagon, part, *village));
                let own = tree.children(part).filter(|it| !tree.is_rest(*it));
                small.extend(own.map(|it| (tree.place(it).hexagon, it, tree.place(part).hexagon)));
            }
        }
        large.sort_unstable();
        small.sort_unstable();
        let first = district.places.len();
        district.places.extend(villages.iter().map(|village| vec![*village]));
        district.sums.push((0, (first..district.places.len()).collect()));
        let mut hexagons = Vec::new();
        for parts in large.chunk_by(|a, b| a.0 == b.0) {
            let place = district.places.len();
            district.places.push(parts.iter().map(|(_, part, _)| *part).collect());
            hexagons.push(place);
            for (_, _, village) in parts {
                let village = villages.iter().position(|it| it == village).unwrap_or_default();
                district.overlaps.push((first + village, place));
            }
            let mut within = Vec::new();
            let own = small.iter().filter(|(_, _, parent)| *parent == parts[0].0);
            for parts in own.collect::<Vec<_>>().chunk_by(|a, b| a.0 == b.0) {
                within.push(district.places.len());
                district.places.push(parts.iter().map(|(_, part, _)| *part).collect());
            }
            district.sums.push((place, within));
        }
        district.sums.push((0, hexagons));
        district
    }

    /// The likeliest figures, place by place and in each class by class; `None` where the solver gives up.
    fn solve(
        &self,
        classes: usize,
        known: impl Fn(usize, Option<usize>) -> Known,
    ) -> Option<Vec<f64>> {
        let mut problem = Problem::new(OptimizationDirection::Minimize);
        let mut figures = Vec::with_capacity(self.places.len() * classes);
        for place in 0..self.places.len() {
            let own: Vec<Variable> =
                (0..classes).map(|class| figure(&mut problem, known(place, Some(class)))).collect();
            let total = figure(&mut problem, known(place, None));
            let mut sum: Vec<(Variable, f64)> = own.iter().map(|it| (*it, 1.0)).collect();
            sum.push((total, -1.0));
            problem.add_constraint(sum, ComparisonOp::Eq, 0.0);
            figures.extend(own);
        }
        for class in 0..classes {
            let of = |place: usize| figures[place * classes + class];
            for (whole, parts) in &self.sums {
                let mut sum: Vec<(Variable, f64)> = parts.iter().map(|it| (of(*it), 1.0)).collect();
                sum.push((of(*whole), -1.0));
                problem.add_constraint(sum, ComparisonOp::Le, 0.0);
            }
            self.overlap(&mut problem, of);
        }
        let solution = problem.solve().ok()?.into_solution().ok()?;
        Some(figures.into_iter().map(|figure| solution.var_value(figure)).collect())
    }

    /// What lies in both of two places is in each; a hexagon's parts in villages are all of it.
    fn overlap(&self, problem: &mut Problem, of: impl Fn(usize) -> Variable) {
        let mut by_village: Vec<Vec<(Variable, f64)>> = vec![Vec::new(); self.places.len()];
        let mut by_hexagon = by_village.clone();
        for (village, hexagon) in &self.overlaps {
            let part = problem.add_var(0.0, (0.0, f64::INFINITY));
            by_village[*village].push((part, 1.0));
            by_hexagon[*hexagon].push((part, 1.0));
        }
        for (sums, operator) in [(by_village, ComparisonOp::Le), (by_hexagon, ComparisonOp::Eq)] {
            for (place, mut sum) in sums.into_iter().enumerate() {
                if !sum.is_empty() {
                    sum.push((of(place), -1.0));
                    problem.add_constraint(sum, operator, 0.0);
                }
            }
        }
    }
}

/// A figure of which so much is known.
fn figure(problem: &mut Problem, known: Known) -> Variable {
    match known {
        Known::Exactly(value) => problem.add_var(0.0, (value as f64, value as f64)),
        Known::Within(least, most) => problem.add_var(0.0, (least as f64, most as f64)),
        Known::About(value, deviation) => {
            let figure = problem.add_var(0.0, (0.0, f64::INFINITY));
            let [over, under] =
                [0, 1].map(|_| problem.add_var(1.0 / deviation, (0.0, f64::INFINITY)));
            let sum = [(figure, 1.0), (over, -1.0), (under, 1.0)];
            problem.add_constraint(sum, ComparisonOp::Eq, value as f64);
            figure
        }
    }
}
