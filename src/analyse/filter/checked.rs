//! Conditions are made here alone: of properties that there are, of values that fit, and not too many.

use super::condition::{Comparison, Condition, Operand, Pattern};
use super::{FilterError, GEOMETRY, MOST_CORNERS, MOST_DEPTH, MOST_PARTS};
use crate::domain::indicator::Theme;
use crate::protect::Field;
use crate::protect::field::Kind;

/// Makes the conditions of one filter, and counts them.
pub(super) struct Checked {
    fields: Vec<Field>,
    parts: usize,
    depth: usize,
    corners: usize,
}

impl Checked {
    pub fn new(theme: &Theme) -> Self {
        Self { fields: Field::all(theme), parts: 0, depth: 0, corners: 0 }
    }

    /// Goes into a condition within a condition.
    pub fn enter(&mut self) -> Result<(), FilterError> {
        self.depth += 1;
        if self.depth > MOST_DEPTH { Err(FilterError::TooMuch) } else { Ok(()) }
    }

    /// Goes out of it again; who is refused need not.
    pub fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Counts a condition or a value.
    pub fn count(&mut self) -> Result<(), FilterError> {
        self.parts += 1;
        if self.parts > MOST_PARTS { Err(FilterError::TooMuch) } else { Ok(()) }
    }

    /// Counts a corner of a shape.
    pub fn corner(&mut self) -> Result<(), FilterError> {
        self.corners += 1;
        if self.corners > MOST_CORNERS { Err(FilterError::TooMuch) } else { Ok(()) }
    }

    pub fn property(&mut self, name: &str) -> Result<Operand, FilterError> {
        self.count()?;
        if name == GEOMETRY {
            return Err(FilterError::GeometryCompared);
        }
        self.field(name).map(Operand::Field)
    }

    fn field(&self, name: &str) -> Result<Field, FilterError> {
        let found = self.fields.iter().find(|field| field.name == name);
        found.cloned().ok_or_else(|| FilterError::UnknownProperty {
            name: name.chars().take(40).collect(),
            known: self.fields.iter().map(|field| field.name.clone()).collect(),
        })
    }

    /// The operand in lower case.
    pub fn lower(operand: Operand) -> Result<Operand, FilterError> {
        Ok(match operand {
            Operand::Field(field) if field.kind == Kind::Text => Operand::Lower(field),
            Operand::Text(text) => Operand::Text(text.to_lowercase()),
            lower @ Operand::Lower(_) => lower,
            Operand::Field(_) | Operand::Number(_) | Operand::Truth(_) => {
                let found = operand.told();
                return Err(FilterError::Unexpected { found, expected: "a text in CASEI" });
            }
        })
    }

    pub fn compare(
        one: Operand,
        comparison: Comparison,
        other: Operand,
    ) -> Result<Condition, FilterError> {
        check_kinds(&one, &other)?;
        Ok(Condition::Compare(one, comparison, other))
    }

    pub fn between(one: Operand, low: Operand, high: Operand) -> Result<Condition, FilterError> {
        check_kinds(&one, &low)?;
        check_kinds(&one, &high)?;
        Ok(Condition::Between(one, low, high))
    }

    pub fn among(one: Operand, list: Vec<Operand>) -> Result<Condition, FilterError> {
        list.iter().try_for_each(|other| check_kinds(&one, other))?;
        Ok(Condition::In(one, list))
    }

    pub fn like(one: Operand, pattern: &Operand) -> Result<Condition, FilterError> {
        check_kinds(&one, pattern)?;
        match pattern {
            Operand::Text(text) => Ok(Condition::Like(one, Pattern::new(text))),
            Operand::Field(_) | Operand::Number(_) | Operand::Truth(_) | Operand::Lower(_) => {
                let found = pattern.told();
                Err(FilterError::Unexpected { found, expected: "a text with % or _ after LIKE" })
            }
        }
    }

    /// A field's having a value that is given as a bare text.
    pub fn equal(field: Field, value: &str) -> Result<Condition, FilterError> {
        let operand = match field.kind {
            Kind::Text => Some(Operand::Text(value.to_owned())),
            Kind::Whole | Kind::Number => {
                value.parse().ok().filter(|it: &f64| it.is_finite()).map(Operand::Number)
            }
            Kind::Truth => value.parse().ok().map(Operand::Truth),
        };
        let Some(operand) = operand else {
            let found = format!("`{}`", value.chars().take(40).collect::<String>());
            let expected = if field.kind == Kind::Truth { "true or false" } else { "a number" };
            return Err(FilterError::Unexpected { found, expected });
        };
        Self::compare(Operand::Field(field), Comparison::Equal, operand)
    }
}

impl Operand {
    /// As a refusal names it.
    pub fn told(&self) -> String {
        match self {
            Self::Field(field) | Self::Lower(field) => field.name.clone(),
            Self::Text(text) => text.chars().take(40).collect(),
            Self::Number(number) => number.to_string(),
            Self::Truth(truth) => truth.to_string(),
        }
    }

    const fn is(&self) -> &'static str {
        match self {
            Self::Field(Field { kind: Kind::Text, .. }) | Self::Text(_) | Self::Lower(_) => {
                "a text (in single quotes)"
            }
            Self::Field(Field { kind: Kind::Whole | Kind::Number, .. }) | Self::Number(_) => {
                "a number"
            }
            Self::Field(Field { kind: Kind::Truth, .. }) | Self::Truth(_) => "true or false",
        }
    }
}

fn check_kinds(one: &Operand, other: &Operand) -> Result<(), FilterError> {
    let (one_is, other_is) = (one.is(), other.is());
    if one_is == other_is {
        return Ok(());
    }
    Err(FilterError::Kinds { one: one.told(), one_is, other: other.told(), other_is })
}
