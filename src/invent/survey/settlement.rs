//! Where people live in a village: settlements, and the homes in them.

use std::f64::consts::TAU;

use geo::Coord;

use super::coast::Coast;
use super::dice::{Dice, Purpose};
use super::household::{Home, HouseholdId};
use super::terrain::Terrain;
use crate::domain::region::Region;

/// How homes lie in a settlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// About a centre, ever thinner outward.
    Scattered,
    /// Rows of houses 4 m wide, as in a dense kampung.
    Rows,
    /// Several households on one spot.
    Flats,
    /// Boats off the shore.
    Boats,
}

#[derive(Debug, Clone)]
struct Settlement {
    centre: Coord,
    style: Style,
    /// The number of its first household, and how many it has.
    first: u32,
    homes: u32,
    spread_m: f64,
    /// The share of its homes that find room about the centre; the others fill the village.
    central: f64,
    /// Unit vector along its rows.
    along: (f64, f64),
    welfare: f64,
}

/// The settlements of one village.
pub struct Settlements {
    terrain: Terrain,
    settlements: Vec<Settlement>,
}

/// The homes of a row, and of a block of flats.
const HOMES_IN_ROW: u32 = 20;
const HOMES_IN_BLOCK: u32 = 5;

impl Settlements {
    /// Founds the settlements of a village with `households` at the first wave.
    pub fn found(
        region: &Region,
        terrain: Terrain,
        households: u32,
        coast: &Coast<'_>,
        seed: u64,
    ) -> Self {
        let mut dice = Dice::new(seed, Purpose::Settlements, region.code.digits(), 0);
        let welfare = 0.45 * dice.normal();
        let many = 1.0 + f64::from(households) / 130.0 * dice.between(0.5, 1.5);
        let shares: Vec<f64> =
            (0..many.clamp(1.0, 14.0) as u32).map(|_| dice.log_normal(1.0, 0.8)).collect();
        let sum: f64 = shares.iter().sum();
        let dense = f64::from(households) / region.area_km2.max(0.01) > 700.0;
        let mut settlements = Vec::with_capacity(shares.len() + 1);
        let mut first = 0;
        for (index, share) in shares.iter().enumerate() {
            let left = households - first;
            let wanted = (share / sum * f64::from(households)).round() as u32;
            let homes = if index + 1 == shares.len() { left } else { wanted.min(left) };
            let style = draw_style(&mut dice, dense);
            let centre = terrain.draw_inland(&mut dice);
            let mut settlement = Settlement::draw(&mut dice, centre, style, first..first + homes);
            settlement.fit_into(region.area_km2);
            settlement.welfare += welfare;
            settlements.push(settlement);
            first += homes;
        }
        let mut founded = Self { terrain, settlements };
        founded.launch_boats(&mut dice, coast);
        founded
    }

    /// A few villages by the sea have up to three households that live on boats: the last of the
    /// last settlement.
    fn launch_boats(&mut self, dice: &mut Dice, coast: &Coast<'_>) {
        let (afloat, direction, off_m) =
            (dice.chance(0.03), dice.between(0.0, TAU), dice.between(25.0, 250.0));
        let (vertex, (east, north)) = self.terrain.outermost(direction);
        let place = self.terrain.scale().offset(vertex, east * off_m, north * off_m);
        let Some(last) = self.settlements.last_mut() else { return };
        if !afloat || last.homes < 8 || coast.is_land(place) {
            return;
        }
        let boats = 1 + dice.below(3) as u32;
        last.homes -= boats;
        let first = last.first + last.homes;
        self.settlements.push(Settlement::draw(dice, place, Style::Boats, first..first + boats));
    }

    pub const fn terrain(&self) -> &Terrain {
        &self.terrain
    }

    /// The middle of the first settlement, where the village's office stands.
    pub fn middle(&self) -> Coord {
        self.settlements[0].centre
    }

    /// The home of a household listed here first.
    pub fn home_of_number(&self, id: HouseholdId, seed: u64) -> Home {
        let after = self.settlements.partition_point(|settlement| settlement.first <= id.number);
        // Settlements without homes share their first number with the next: the last one has it.
        let index = after.saturating_sub(1);
        self.home(index, id.number - self.settlements[index].first, id, 0, seed)
    }

    /// The home of a household that came here in a later wave.
    pub fn home_of_newcomer(&self, id: HouseholdId, wave: u16, seed: u64) -> Home {
        let mut dice = Dice::new(seed, Purpose::Newcomers, id.key(), u64::from(wave));
        let ashore = self.settlements.iter().filter(|one| one.style != Style::Boats).count();
        let index = dice.below(ashore);
        let homes = self.settlements[index].homes;
        let slot = homes + dice.below(homes as usize + 50) as u32;
        self.home(index, slot, id, wave, seed)
    }

    fn home(&self, index: usize, slot: u32, id: HouseholdId, wave: u16, seed: u64) -> Home {
        let settlement = &self.settlements[index];
        let mut dice = Dice::new(seed, Purpose::Home, id.key(), u64::from(wave));
        let (east, north) = settlement.layout(slot, &mut dice);
        let place = self.find_room(settlement, (east, north), &mut dice);
        let (east, north) = self.terrain.scale().metres(settlement.centre, place);
        Home {
            place,
            welfare: settlement.welfare,
            order: (index as u64) << 48 | settlement.order(slot, east, north),
        }
    }

    /// The wanted place, or one turned about the centre, or any other inside: nothing piles up
    /// where a settlement meets the outline.
    fn find_room(&self, settlement: &Settlement, wanted_m: (f64, f64), dice: &mut Dice) -> Coord {
        let (east, north) = wanted_m;
        let at = |east, north| self.terrain.scale().offset(settlement.centre, east, north);
        if settlement.style == Style::Boats {
            return at(east, north);
        }
        if dice.chance(settlement.central) {
            for (east, north) in [(east, north), (-east, -north), (-north, east), (north, -east)] {
                if self.terrain.holds(at(east, north)) {
                    return at(east, north);
                }
            }
        }
        self.terrain.draw(dice)
    }
}

fn draw_style(dice: &mut Dice, dense: bool) -> Style {
    let shares = if dense { [0.84, 0.14, 0.02] } else { [0.967, 0.03, 0.003] };
    [Style::Scattered, Style::Rows, Style::Flats][dice.pick(&shares)]
}

impl Settlement {
    fn draw(dice: &mut Dice, centre: Coord, style: Style, numbers: std::ops::Range<u32>) -> Self {
        let direction = dice.between(0.0, TAU);
        let homes = numbers.end - numbers.start;
        let spacing_m = dice.log_normal(26.0, 0.4).max(16.0);
        Self {
            centre,
            style,
            first: numbers.start,
            homes,
            spread_m: spacing_m * f64::from(homes.max(4)).sqrt() / 2.0,
            central: 1.0,
            along: (direction.cos(), direction.sin()),
            welfare: 0.35 * dice.normal(),
        }
    }

    /// Narrows a settlement that is too wide for its village, and leaves fewer homes at its centre
    /// in return.
    fn fit_into(&mut self, area_km2: f64) {
        let most_m = area_km2.sqrt() * 1_000.0 / 5.0;
        if self.spread_m > most_m {
            self.central = (most_m / self.spread_m).powi(2);
            self.spread_m = most_m;
        }
    }

    /// Metres east and north of the centre.
    fn layout(&self, slot: u32, dice: &mut Dice) -> (f64, f64) {
        let (along_m, across_m) = match self.style {
            Style::Scattered | Style::Boats => {
                let angle = dice.between(0.0, TAU);
                let radius = match self.style {
                    Style::Boats => 15.0 * dice.unit(),
                    _ => self.spread_m * heavy_tail(dice.unit()),
                };
                (radius * angle.cos(), radius * angle.sin())
            }
            Style::Rows => {
                let (row, place) = (slot / HOMES_IN_ROW, slot % HOMES_IN_ROW);
                let first_row = f64::from(self.homes / HOMES_IN_ROW) / -2.0;
                let along_m = (f64::from(place) - 9.5) * 4.0 + dice.between(-0.4, 0.4);
                (along_m, (first_row + f64::from(row)) * 9.0)
            }
            Style::Flats => {
                let block = slot / HOMES_IN_BLOCK;
                (f64::from(block % 6) * 45.0, f64::from(block / 6) * 45.0)
            }
        };
        let (east, north) = self.along;
        (along_m * east - across_m * north, along_m * north + across_m * east)
    }

    /// Orders the homes: rows and blocks by their number, scattered homes strip by strip, every
    /// other strip backwards.
    fn order(&self, slot: u32, east_m: f64, north_m: f64) -> u64 {
        if matches!(self.style, Style::Rows | Style::Flats) {
            let (row, place) = (slot / HOMES_IN_ROW, slot % HOMES_IN_ROW);
            let turned = if row.is_multiple_of(2) { place } else { HOMES_IN_ROW - 1 - place };
            let slot = if self.style == Style::Rows { row * HOMES_IN_ROW + turned } else { slot };
            return u64::from(slot);
        }
        let strip_m = 3.0 * self.spread_m / f64::from(self.homes.max(4)).sqrt();
        let strip = (north_m / strip_m).floor().clamp(-32_000.0, 32_000.0) as i32;
        let forward = if strip % 2 == 0 { east_m } else { -east_m };
        let place = (forward * 100.0).clamp(-2e9, 2e9) as i64 + 2_000_000_000;
        ((strip + 32_768) as u64) << 32 | place as u64
    }
}

/// The radius of a point of a two-dimensional t distribution (3 degrees of freedom) over its scale,
/// cut off at 12.
fn heavy_tail(unit: f64) -> f64 {
    ((1.0 - unit).powf(-2.0 / 3.0) - 1.0).sqrt().min(12.0)
}
