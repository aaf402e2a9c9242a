//! Points inside a village, found and tested fast.

use geo::{Coord, MultiPolygon};

use super::dice::Dice;
use crate::domain::position::METRES_PER_DEGREE;

/// How often a random line is drawn across a village before its middle is taken.
const MOST_TRIES: usize = 64;

/// A village's outline, cut into bands of latitude so that a test looks at a few edges only.
pub struct Terrain {
    edges: Vec<[Coord; 2]>,
    south: f64,
    band_height: f64,
    /// Where each band's edges start in `band_edges`.
    band_starts: Vec<u32>,
    band_edges: Vec<u32>,
    /// Where a draw falls back to; inside, unless the village has no inside.
    middle: Coord,
    scale: Scale,
}

/// Metres in a degree here, good for the few kilometres of a village.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    metres_per_longitude: f64,
    metres_per_latitude: f64,
}

impl Scale {
    /// The scale at a latitude in degrees.
    pub fn at(latitude: f64) -> Self {
        let shrink = latitude.to_radians().cos().max(0.01);
        Self {
            metres_per_longitude: METRES_PER_DEGREE * shrink,
            metres_per_latitude: METRES_PER_DEGREE,
        }
    }

    /// The point so many metres east and north of another.
    pub fn offset(self, from: Coord, east_m: f64, north_m: f64) -> Coord {
        Coord {
            x: from.x + east_m / self.metres_per_longitude,
            y: from.y + north_m / self.metres_per_latitude,
        }
    }

    /// Metres east and north from one point to another.
    pub fn metres(self, from: Coord, to: Coord) -> (f64, f64) {
        ((to.x - from.x) * self.metres_per_longitude, (to.y - from.y) * self.metres_per_latitude)
    }

    pub fn distance_m(self, from: Coord, to: Coord) -> f64 {
        let (east, north) = self.metres(from, to);
        east.hypot(north)
    }
}

impl Terrain {
    /// Cuts a shape into bands; `label` is a point inside it.
    pub fn new(shape: &MultiPolygon, label: Coord) -> Self {
        let edges: Vec<[Coord; 2]> = shape
            .iter()
            .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
            .flat_map(|ring| ring.lines().map(|line| [line.start, line.end]))
            .collect();
        let (south, north) = edges
            .iter()
            .flatten()
            .fold((label.y, label.y), |(low, high), point| (low.min(point.y), high.max(point.y)));
        let bands = (edges.len() / 4).clamp(1, 2_048);
        let mut terrain = Self {
            edges,
            south,
            band_height: ((north - south) / bands as f64).max(f64::MIN_POSITIVE),
            band_starts: Vec::new(),
            band_edges: Vec::new(),
            middle: label,
            scale: Scale::at((south + north) / 2.0),
        };
        terrain.fill_bands(bands);
        terrain
    }

    fn fill_bands(&mut self, bands: usize) {
        let mut counts = vec![0_u32; bands + 1];
        let reach = |terrain: &Self, edge: &[Coord; 2]| {
            let (low, high) = (edge[0].y.min(edge[1].y), edge[0].y.max(edge[1].y));
            terrain.band(low, bands)..=terrain.band(high, bands)
        };
        for edge in &self.edges {
            for band in reach(self, edge) {
                counts[band + 1] += 1;
            }
        }
        for band in 0..bands {
            counts[band + 1] += counts[band];
        }
        let mut next = counts.clone();
        let mut listed = vec![0; counts[bands] as usize];
        for (index, edge) in self.edges.iter().enumerate() {
            for band in reach(self, edge) {
                listed[next[band] as usize] = index as u32;
                next[band] += 1;
            }
        }
        self.band_starts = counts;
        self.band_edges = listed;
    }

    fn band(&self, latitude: f64, bands: usize) -> usize {
        (((latitude - self.south) / self.band_height).max(0.0) as usize).min(bands - 1)
    }

    pub const fn scale(&self) -> Scale {
        self.scale
    }

    /// Whether the point lies inside, by the number of edges west of it.
    pub fn holds(&self, point: Coord) -> bool {
        self.crossings(point.y).filter(|&crossing| crossing < point.x).count() % 2 == 1
    }

    /// The longitudes where the parallel crosses the outline.
    fn crossings(&self, latitude: f64) -> impl Iterator<Item = f64> {
        let band = self.band(latitude, self.band_starts.len() - 1);
        let run = self.band_starts[band] as usize..self.band_starts[band + 1] as usize;
        self.band_edges[run].iter().filter_map(move |&index| {
            let [a, b] = self.edges[index as usize];
            ((a.y <= latitude) != (b.y <= latitude))
                .then(|| a.x + (latitude - a.y) / (b.y - a.y) * (b.x - a.x))
        })
    }

    /// A random point inside: a random parallel, then a random point of its parts inside.
    pub fn draw(&self, dice: &mut Dice) -> Coord {
        let height = self.band_height * (self.band_starts.len() - 1) as f64;
        for _ in 0..MOST_TRIES {
            let latitude = self.south + height * dice.unit();
            let mut crossings: Vec<f64> = self.crossings(latitude).collect();
            crossings.sort_by(f64::total_cmp);
            let length: f64 = crossings.chunks_exact(2).map(|part| part[1] - part[0]).sum();
            let mut left = dice.unit() * length;
            for part in crossings.chunks_exact(2) {
                let point = Coord { x: part[0] + left, y: latitude };
                if point.x < part[1] && self.holds(point) {
                    return point;
                }
                left -= part[1] - part[0];
            }
        }
        self.middle
    }

    /// A random point well away from the outline, and so from water: the best of a few draws.
    pub fn draw_inland(&self, dice: &mut Dice) -> Coord {
        let draws = [self.draw(dice), self.draw(dice), self.draw(dice)];
        // Every eighth vertex is enough to tell the shore from the interior.
        let clearance = |point: Coord| {
            let step = (self.edges.len() / 128).max(1);
            self.edges
                .iter()
                .step_by(step)
                .map(|edge| self.scale.distance_m(point, edge[0]))
                .fold(f64::INFINITY, f64::min)
        };
        let first = (draws[0], clearance(draws[0]));
        let best = draws[1..].iter().fold(first, |best, &point| {
            let room = clearance(point);
            if room > best.1 { (point, room) } else { best }
        });
        best.0
    }

    /// The wanted point where it lies inside, else the first inside on the way to `centre`, halving.
    pub fn nearest_inside(&self, wanted: Coord, centre: Coord) -> Coord {
        let mut point = wanted;
        for _ in 0..40 {
            if self.holds(point) {
                return point;
            }
            point = (point + centre) / 2.0;
        }
        centre
    }

    /// The vertex that lies furthest in a direction (radians, anticlockwise from east), and the unit
    /// step there in metres: a point `d` metres on from it lies exactly `d` metres from the village.
    pub fn outermost(&self, direction: f64) -> (Coord, (f64, f64)) {
        let step = (direction.cos(), direction.sin());
        let reach = |point: Coord| {
            let (east, north) = self.scale.metres(self.middle, point);
            east * step.0 + north * step.1
        };
        let furthest = self
            .edges
            .iter()
            .map(|edge| edge[0])
            .max_by(|&a, &b| reach(a).total_cmp(&reach(b)))
            .unwrap_or(self.middle);
        (furthest, step)
    }

    /// Metres from a point to the outline, 0 inside.
    pub fn distance_m(&self, point: Coord) -> f64 {
        if self.holds(point) {
            return 0.0;
        }
        self.edges
            .iter()
            .map(|edge| self.edge_distance_m(point, edge))
            .fold(f64::INFINITY, f64::min)
    }

    fn edge_distance_m(&self, point: Coord, edge: &[Coord; 2]) -> f64 {
        let (east, north) = self.scale.metres(edge[0], point);
        let (along_east, along_north) = self.scale.metres(edge[0], edge[1]);
        let length2 = along_east * along_east + along_north * along_north;
        let share = if length2 > 0.0 {
            ((east * along_east + north * along_north) / length2).clamp(0.0, 1.0)
        } else {
            0.0
        };
        (east - share * along_east).hypot(north - share * along_north)
    }
}

#[cfg(test)]
mod tests {
    use geo::{Intersects, Point, polygon};

    use super::super::dice::Purpose;
    use super::*;

    fn ring() -> MultiPolygon {
        MultiPolygon(vec![polygon!(
            exterior: [(x: 0.0, y: 0.0), (x: 1.0, y: 0.1), (x: 0.9, y: 1.0), (x: 0.4, y: 0.5), (x: 0.1, y: 1.0)],
            interiors: [[(x: 0.2, y: 0.2), (x: 0.4, y: 0.2), (x: 0.4, y: 0.4), (x: 0.2, y: 0.4)]],
        )])
    }

    #[test]
    fn agrees_with_brute_force_on_what_is_inside() {
        let (shape, mut dice) = (ring(), Dice::new(1, Purpose::Home, 0, 0));
        let terrain = Terrain::new(&shape, Coord { x: 0.6, y: 0.5 });
        for _ in 0..5_000 {
            let point = Coord { x: dice.between(-0.1, 1.1), y: dice.between(-0.1, 1.1) };
            assert_eq!(terrain.holds(point), shape.intersects(&Point(point)));
        }
    }

    #[test]
    fn draws_inside_only() {
        let (shape, mut dice) = (ring(), Dice::new(2, Purpose::Home, 0, 0));
        let terrain = Terrain::new(&shape, Coord { x: 0.6, y: 0.5 });
        for _ in 0..1_000 {
            assert!(shape.intersects(&Point(terrain.draw(&mut dice))));
        }
    }

    #[test]
    fn a_step_beyond_the_outermost_vertex_is_as_far_away_as_it_is_long() {
        let terrain = Terrain::new(&ring(), Coord { x: 0.6, y: 0.5 });
        for direction in [0.3, 1.9, 3.0, 5.5] {
            let (vertex, (east, north)) = terrain.outermost(direction);
            let point = terrain.scale().offset(vertex, 900.0 * east, 900.0 * north);
            assert!((terrain.distance_m(point) - 900.0).abs() < 1e-3);
        }
    }
}
