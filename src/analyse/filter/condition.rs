//! A condition on a feature, and whether it holds: true, false, or unknown where a value is null.

use std::borrow::Cow;
use std::cmp::Ordering;

use geo::Geometry;

use crate::domain::geography::Geography;
use crate::protect::field::Value;
use crate::protect::{Feature, Field};

#[derive(Debug, Clone)]
pub(super) enum Condition {
    Always(bool),
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Compare(Operand, Comparison, Operand),
    Like(Operand, Pattern),
    Between(Operand, Operand, Operand),
    In(Operand, Vec<Operand>),
    IsNull(Operand),
    /// Whether the feature's shape has a point in common with this one.
    Intersects(Box<Geometry>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone)]
pub(super) enum Operand {
    Field(Field),
    Text(String),
    Number(f64),
    Truth(bool),
    /// A field's text in lower case.
    Lower(Field),
}

/// A pattern of `LIKE`: `%` is any text, `_` any character, and what follows `\` is itself.
#[derive(Debug, Clone)]
pub(super) struct Pattern(Vec<Piece>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Any,
    One,
    Is(char),
}

impl Comparison {
    /// As CQL2 writes it.
    pub fn find(name: &str) -> Option<Self> {
        Some(match name {
            "=" => Self::Equal,
            "<>" => Self::Unequal,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    const fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Unequal => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

impl Condition {
    /// Whether it holds; `None` where that depends on a value that is null.
    pub fn holds(
        &self,
        feature: &Feature,
        geography: Geography,
        intersects: &dyn Fn(&Feature, &Geometry) -> bool,
    ) -> Option<bool> {
        let holds = |condition: &Self| condition.holds(feature, geography, intersects);
        match self {
            Self::Always(truth) => Some(*truth),
            Self::And(all) => all_hold(all.iter().map(holds)),
            Self::Or(any) => all_hold(any.iter().map(|it| holds(it).map(|it| !it))).map(|it| !it),
            Self::Not(inner) => holds(inner).map(|it| !it),
            Self::Compare(one, comparison, other) => {
                let one = one.value(feature, geography)?;
                let ordering = order(&one, &other.value(feature, geography)?)?;
                Some(comparison.holds(ordering))
            }
            Self::Like(operand, pattern) => {
                Some(pattern.matches(&operand.value(feature, geography)?.to_string()))
            }
            Self::Between(operand, low, high) => {
                let value = operand.value(feature, geography)?;
                let low = order(&low.value(feature, geography)?, &value)?;
                let high = order(&value, &high.value(feature, geography)?)?;
                Some(low.is_le() && high.is_le())
            }
            Self::In(operand, list) => {
                let value = operand.value(feature, geography)?;
                let is = |one: &Operand| order(&value, &one.value(feature, geography)?);
                Some(list.iter().any(|one| is(one).is_some_and(Ordering::is_eq)))
            }
            Self::IsNull(operand) => Some(operand.value(feature, geography).is_none()),
            Self::Intersects(shape) => Some(intersects(feature, shape)),
        }
    }
}

/// False where one is, else unknown where one is.
fn all_hold(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(true);
    for truth in truths {
        match truth {
            Some(false) => return Some(false),
            None => all = None,
            Some(true) => {}
        }
    }
    all
}

impl Operand {
    fn value<'a>(&'a self, feature: &'a Feature, geography: Geography) -> Option<Value<'a>> {
        match self {
            Self::Field(field) => field.value(feature, geography),
            Self::Lower(field) => {
                let text = field.value(feature, geography)?.to_string();
                Some(Value::Text(Cow::Owned(text.to_lowercase())))
            }
            Self::Text(text) => Some(Value::Text(Cow::Borrowed(text))),
            Self::Number(number) => Some(Value::Number(*number)),
            Self::Truth(truth) => Some(Value::Truth(*truth)),
        }
    }
}

/// The order of two values of one kind; `None` for two of different kinds, which are refused earlier.
fn order(one: &Value<'_>, other: &Value<'_>) -> Option<Ordering> {
    match (one, other) {
        (Value::Text(one), Value::Text(other)) => Some(one.cmp(other)),
        (Value::Truth(one), Value::Truth(other)) => Some(one.cmp(other)),
        (Value::Whole(one), Value::Whole(other)) => Some(one.cmp(other)),
        _ => number(one)?.partial_cmp(&number(other)?),
    }
}

fn number(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number),
        #[expect(clippy::cast_precision_loss, reason = "counts are fewer than 2^52")]
        Value::Whole(whole) => Some(*whole as f64),
        Value::Text(_) | Value::Truth(_) => None,
    }
}

impl Pattern {
    pub fn new(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            pieces.push(match character {
                '%' => Piece::Any,
                '_' => Piece::One,
                '\\' => Piece::Is(characters.next().unwrap_or('\\')),
                _ => Piece::Is(character),
            });
        }
        Self(pieces)
    }

    /// Looks back to the last `%` alone, so the work is at most the product of the lengths.
    fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut at, mut piece, mut back) = (0, 0, None);
        while at < text.len() {
            match self.0.get(piece) {
                Some(Piece::Any) => {
                    piece += 1;
                    back = Some((at, piece));
                }
                Some(Piece::One) => (at, piece) = (at + 1, piece + 1),
                Some(Piece::Is(is)) if *is == text[at] => (at, piece) = (at + 1, piece + 1),
                Some(Piece::Is(_)) | None => {
                    let Some((from, after)) = back else { return false };
                    back = Some((from + 1, after));
                    (at, piece) = (from + 1, after);
                }
            }
        }
        self.0[piece..].iter().all(|piece| *piece == Piece::Any)
    }
}
