//! CQL2 JSON: an object with `op` and `args` is a condition.

use serde_json::Value;

use super::checked::Checked;
use super::condition::{Comparison, Condition, Operand};
use super::{FilterError, GEOMETRY, shape};

/// Reads a whole filter.
pub(super) fn parse(text: &str, checked: &mut Checked) -> Result<Condition, FilterError> {
    let value: Value = serde_json::from_str(text).map_err(|_| FilterError::Json)?;
    condition(&value, checked)
}

fn condition(value: &Value, checked: &mut Checked) -> Result<Condition, FilterError> {
    checked.count()?;
    if let Value::Bool(truth) = value {
        return Ok(Condition::Always(*truth));
    }
    let (op, args) = operation(value, "a condition with `op` and `args`")?;
    let inner = |args: &[Value], checked: &mut Checked| {
        checked.enter()?;
        let inner = args.iter().map(|arg| condition(arg, checked)).collect::<Result<Vec<_>, _>>();
        checked.leave();
        inner
    };
    match (op, args) {
        ("and", [_, _, ..]) => inner(args, checked).map(Condition::And),
        ("or", [_, _, ..]) => inner(args, checked).map(Condition::Or),
        ("not", [one]) => {
            checked.enter()?;
            let one = condition(one, checked)?;
            checked.leave();
            Ok(Condition::Not(Box::new(one)))
        }
        ("like", [one, pattern]) => {
            Checked::like(operand(one, checked)?, &operand(pattern, checked)?)
        }
        ("between", [one, low, high]) => Checked::between(
            operand(one, checked)?,
            operand(low, checked)?,
            operand(high, checked)?,
        ),
        ("in", [one, Value::Array(list)]) if !list.is_empty() => {
            let one = operand(one, checked)?;
            let list = list.iter().map(|value| operand(value, checked));
            Checked::among(one, list.collect::<Result<_, _>>()?)
        }
        ("isNull", [one]) => operand(one, checked).map(Condition::IsNull),
        ("s_intersects", [one, other]) => {
            let is_geometry = |value: &Value| property(value) == Some(GEOMETRY);
            let other = match (is_geometry(one), is_geometry(other)) {
                (true, false) => other,
                (false, true) => one,
                _ => return Err(unexpected(one, "the property geometry and a shape")),
            };
            Ok(Condition::Intersects(Box::new(shape::from_json(other, checked)?)))
        }
        (op, [one, other]) if Comparison::find(op).is_some() => {
            let comparison = Comparison::find(op).unwrap_or(Comparison::Equal);
            Checked::compare(operand(one, checked)?, comparison, operand(other, checked)?)
        }
        (op, _) if is_known(op) => Err(unexpected(value, "the arguments that the operator takes")),
        (op, _) => Err(FilterError::UnknownOperator { name: op.chars().take(40).collect() }),
    }
}

fn is_known(op: &str) -> bool {
    let others = ["and", "or", "not", "like", "between", "in", "isNull", "s_intersects"];
    others.contains(&op) || Comparison::find(op).is_some()
}

fn operand(value: &Value, checked: &mut Checked) -> Result<Operand, FilterError> {
    let expected = "a property, a text, a number or a truth";
    match value {
        Value::String(text) => checked.count().map(|()| Operand::Text(text.clone())),
        Value::Bool(truth) => Ok(Operand::Truth(*truth)),
        Value::Number(number) => {
            checked.count()?;
            number.as_f64().map(Operand::Number).ok_or_else(|| unexpected(value, expected))
        }
        Value::Object(_) => {
            if let Some(name) = property(value) {
                return checked.property(name);
            }
            match operation(value, expected)? {
                ("casei", [one @ (Value::String(_) | Value::Object(_))])
                    if one.get("op").is_none() =>
                {
                    Checked::lower(operand(one, checked)?)
                }
                ("casei", _) => Err(unexpected(value, "a property or a text in casei")),
                (op, _) => {
                    Err(FilterError::UnknownOperator { name: op.chars().take(40).collect() })
                }
            }
        }
        Value::Null | Value::Array(_) => Err(unexpected(value, expected)),
    }
}

fn property(value: &Value) -> Option<&str> {
    value.get("property")?.as_str()
}

fn operation<'a>(
    value: &'a Value,
    expected: &'static str,
) -> Result<(&'a str, &'a [Value]), FilterError> {
    let op = value.get("op").and_then(Value::as_str);
    let args = value.get("args").and_then(Value::as_array);
    op.zip(args.map(Vec::as_slice)).ok_or_else(|| unexpected(value, expected))
}

fn unexpected(value: &Value, expected: &'static str) -> FilterError {
    let found = value.to_string().chars().take(60).collect::<String>();
    FilterError::Unexpected { found: format!("`{found}`"), expected }
}
