//! Noise: discrete Laplace, drawn by integers alone from a keyed stream of bits.

use std::collections::BTreeMap;

use super::epsilon::Epsilon;
use super::fixed::Fixed;
use super::policy::NoiseMode;
use super::secret::{Key, RegisterSecret};
use crate::domain::code::{CodeSystem, RegionCode};
use crate::domain::region::Slug;
use crate::domain::table::Table;

/// Draws N with P(N = k) = (1 - q) / (1 + q) q^|k|, where q = exp(-epsilon), by the inverse of the
/// distribution of |N| on integers of 127 bits, and a bit for the sign.
///
/// No threshold is further than 2^-127 from the probability that it stands for, so that no event is
/// likelier or less likely by more than 2^-110 than it should be.
#[derive(Debug, Clone)]
pub struct Sampler {
    /// P(|N| >= m) by 2^127 for m from 1 on, falling, to the last that is not 0.
    thresholds: Vec<u128>,
    variance: f64,
}

impl Sampler {
    pub fn new(epsilon: Epsilon) -> Self {
        let q = Fixed::fraction(u64::from(epsilon.millionths()), 1_000_000).exp_minus();
        let double = Fixed::TWO.multiply(Fixed::ONE.add(q).reciprocal());
        let mut thresholds = Vec::new();
        let mut tail = double.multiply(q);
        while tail.by_2_to_127() != 0 {
            thresholds.push(tail.by_2_to_127());
            tail = tail.multiply(q);
        }
        let (q, left) = (q.to_float(), Fixed::ONE.subtract(q).to_float());
        Self { thresholds, variance: 2.0 * q / (left * left) }
    }

    /// The noise of 128 uniform bits: the lowest is the sign, the others are the rank.
    pub fn draw(&self, bits: u128) -> i32 {
        let rank = bits >> 1;
        let size = self.thresholds.partition_point(|threshold| rank < *threshold);
        let size = i32::try_from(size).expect("there are fewer thresholds than 2^31");
        if bits & 1 == 0 { size } else { -size }
    }

    /// The variance of the noise.
    pub const fn variance(&self) -> f64 {
        self.variance
    }
}

/// The samplers of a policy: each is made once.
#[derive(Debug, Default)]
pub struct Samplers(BTreeMap<Epsilon, Sampler>);

impl Samplers {
    pub fn of(epsilons: impl IntoIterator<Item = Epsilon>) -> Self {
        Self(epsilons.into_iter().map(|epsilon| (epsilon, Sampler::new(epsilon))).collect())
    }

    pub fn get(&self, epsilon: Epsilon) -> &Sampler {
        self.0.get(&epsilon).expect("the samplers are of all epsilons of the policy")
    }
}

/// What a node is called in the stream of noise: the same in every release, whatever else there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeName {
    /// `None` for the nation.
    pub region: Option<RegionCode>,
    /// An H3 index; 0 for a region.
    pub hexagon: u64,
    /// Whether it is what no other child of that region or hexagon holds.
    pub is_rest: bool,
}

/// A keyed stream of bits for every figure: a function of what the figure is and of its content, that
/// nobody can compute without the register secret.
pub struct NoiseKey {
    key: Key,
    ties: Key,
    system: CodeSystem,
}

/// Which draws: of a table in a node, at an epsilon, over a content.
///
/// The epsilon is in it because noise of two sizes from the same bits would tell both.
#[derive(Debug, Clone, Copy)]
pub struct Draw {
    pub table: Table,
    pub node: NodeName,
    pub epsilon: Epsilon,
    pub digest: u64,
}

/// The most classes that a table has.
pub const MOST_CLASSES: usize = 7;

/// Counts up when what goes into the stream changes its meaning, the classes of a table for example.
const FORMAT: u8 = 1;

impl NoiseKey {
    /// The key of a register, or of one release of it where noise is bound to releases.
    pub fn new(
        secret: &RegisterSecret,
        mode: NoiseMode,
        release: &Slug,
        system: CodeSystem,
    ) -> Self {
        let key = match mode {
            NoiseMode::Keyed => secret.key("noise"),
            NoiseMode::Epoch => secret.key(&format!("noise of the release {release}")),
        };
        Self { key, ties: secret.key("ties"), system }
    }

    /// Adds the noise of each class of a table, at most [`MOST_CLASSES`], to its figures.
    pub fn add(&self, draw: &Draw, sampler: &Sampler, figures: &mut [i32]) {
        let mut message = self.message(&draw.node);
        message[1] = draw.table as u8;
        message[24..32].copy_from_slice(&draw.digest.to_le_bytes());
        message[32..36].copy_from_slice(&draw.epsilon.millionths().to_le_bytes());
        let mut stream = [[0; 16]; MOST_CLASSES];
        let bytes = stream[..figures.len()].as_flattened_mut();
        blake3::Hasher::new_keyed(&self.key).update(&message).finalize_xof().fill(bytes);
        for (figure, bits) in figures.iter_mut().zip(stream) {
            *figure += sampler.draw(u128::from_le_bytes(bits));
        }
    }

    /// A number of the node that decides between equals.
    pub fn tie(&self, node: &NodeName) -> u64 {
        let hash = blake3::keyed_hash(&self.ties, &self.message(node));
        let first = hash.as_bytes().first_chunk().expect("8 bytes are fewer than 32");
        u64::from_le_bytes(*first)
    }

    fn message(&self, node: &NodeName) -> [u8; 36] {
        let (width, digits) = node.region.map_or((0, 0), |code| (code.width(), code.digits()));
        let mut message = [0; 36];
        let system = match self.system {
            CodeSystem::Bps => 1,
            CodeSystem::Kemendagri => 2,
            CodeSystem::Invented => 3,
        };
        message[..5].copy_from_slice(&[FORMAT, 0, system, width, u8::from(node.is_rest)]);
        message[8..16].copy_from_slice(&digits.to_le_bytes());
        message[16..24].copy_from_slice(&node.hexagon.to_le_bytes());
        message
    }
}

#[cfg(test)]
#[path = "noise_tests.rs"]
mod tests;
