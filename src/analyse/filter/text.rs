//! CQL2 text: `or` binds loosest, then `and`, then `not`; a bracket holds a condition.

use geo::Geometry;

use super::checked::Checked;
use super::condition::{Comparison, Condition, Operand};
use super::words::{Word, words};
use super::{FilterError, GEOMETRY, shape};

/// Reads a whole text.
pub(super) fn parse(text: &str, checked: &mut Checked) -> Result<Condition, FilterError> {
    let mut parser = Parser { words: words(text)?, at: 0, checked };
    let condition = parser.any()?;
    match parser.words.get(parser.at) {
        None => Ok(condition),
        Some(_) => Err(parser.unexpected("AND, OR or its end")),
    }
}

struct Parser<'a> {
    words: Vec<Word>,
    at: usize,
    checked: &'a mut Checked,
}

impl Parser<'_> {
    fn any(&mut self) -> Result<Condition, FilterError> {
        let first = self.all()?;
        let mut any = vec![first];
        while self.take("or") {
            any.push(self.all()?);
        }
        Ok(single_or(any, Condition::Or))
    }

    fn all(&mut self) -> Result<Condition, FilterError> {
        let first = self.negated()?;
        let mut all = vec![first];
        while self.take("and") {
            all.push(self.negated()?);
        }
        Ok(single_or(all, Condition::And))
    }

    fn negated(&mut self) -> Result<Condition, FilterError> {
        self.checked.count()?;
        let mut negations = 0;
        while self.take("not") {
            self.checked.enter()?;
            negations += 1;
        }
        let condition = self.condition()?;
        (0..negations).for_each(|_| self.checked.leave());
        Ok(negate(negations % 2 == 1, condition))
    }

    fn condition(&mut self) -> Result<Condition, FilterError> {
        if self.take_sign("(") {
            return self.bracket();
        }
        if self.take("s_intersects") {
            return self.intersects();
        }
        let one = self.operand()?;
        if self.take("is") {
            let is_negated = self.take("not");
            self.expect("null", "NULL")?;
            return Ok(negate(is_negated, Condition::IsNull(one)));
        }
        if self.take("not") {
            let condition =
                self.predicate(one)?.map_err(|_| self.unexpected("LIKE, BETWEEN or IN"))?;
            return Ok(negate(true, condition));
        }
        self.predicate(one)?.or_else(|one| self.comparison(one))
    }

    /// `LIKE`, `BETWEEN` or `IN`, which may be negated; else the operand comes back.
    fn predicate(&mut self, one: Operand) -> Result<Result<Condition, Operand>, FilterError> {
        if self.take("like") {
            let pattern = self.operand()?;
            return Checked::like(one, &pattern).map(Ok);
        }
        if self.take("between") {
            let low = self.operand()?;
            self.expect("and", "AND between the bounds")?;
            let high = self.operand()?;
            return Checked::between(one, low, high).map(Ok);
        }
        if self.take("in") {
            let list = self.list()?;
            return Checked::among(one, list).map(Ok);
        }
        Ok(Err(one))
    }

    /// A comparison, or a truth that stands alone.
    fn comparison(&mut self, one: Operand) -> Result<Condition, FilterError> {
        let comparison = match self.words.get(self.at) {
            Some(Word::Sign(sign)) => Comparison::find(sign),
            _ => None,
        };
        match (comparison, one) {
            (Some(comparison), one) => {
                self.at += 1;
                let other = self.operand()?;
                Checked::compare(one, comparison, other)
            }
            (None, Operand::Truth(truth)) => Ok(Condition::Always(truth)),
            (None, _) => Err(match self.words.get(self.at) {
                // There is no arithmetic, in JSON either.
                Some(Word::Sign(sign)) if !["(", ")", ","].contains(sign) => {
                    FilterError::UnknownOperator { name: (*sign).to_owned() }
                }
                _ => self.unexpected("a comparison, LIKE, BETWEEN, IN or IS NULL"),
            }),
        }
    }

    /// What stands after an opening bracket, up to the closing one.
    fn bracket(&mut self) -> Result<Condition, FilterError> {
        self.checked.enter()?;
        let condition = self.any()?;
        self.checked.leave();
        self.expect_sign(")")?;
        Ok(condition)
    }

    fn operand(&mut self) -> Result<Operand, FilterError> {
        let Some(word) = self.words.get(self.at).cloned() else {
            return Err(self.unexpected("a property or a value"));
        };
        self.at += 1;
        let is_called = matches!(self.words.get(self.at), Some(Word::Sign("(")));
        match word {
            Word::Text(text) => self.checked.count().map(|()| Operand::Text(text)),
            Word::Number(number) => self.checked.count().map(|()| Operand::Number(number)),
            Word::Quoted(name) => self.checked.property(&name),
            Word::Name(name) if is_called && name.eq_ignore_ascii_case("casei") => {
                self.expect_sign("(")?;
                let inner = match self.words.get(self.at) {
                    Some(Word::Name(name)) if name.eq_ignore_ascii_case("casei") => {
                        return Err(self.unexpected("a property or a text in CASEI"));
                    }
                    _ => self.operand()?,
                };
                self.expect_sign(")")?;
                Checked::lower(inner)
            }
            Word::Name(name) if is_called => {
                Err(FilterError::UnknownOperator { name: name.chars().take(40).collect() })
            }
            Word::Name(name) if name.eq_ignore_ascii_case("true") => Ok(Operand::Truth(true)),
            Word::Name(name) if name.eq_ignore_ascii_case("false") => Ok(Operand::Truth(false)),
            Word::Name(name) => self.checked.property(&name),
            Word::Sign(_) => {
                self.at -= 1;
                Err(self.unexpected("a property or a value"))
            }
        }
    }

    fn list(&mut self) -> Result<Vec<Operand>, FilterError> {
        self.expect_sign("(")?;
        let mut list = vec![self.operand()?];
        while self.take_sign(",") {
            list.push(self.operand()?);
        }
        self.expect_sign(")")?;
        Ok(list)
    }

    /// `S_INTERSECTS(geometry, shape)`, in either order.
    fn intersects(&mut self) -> Result<Condition, FilterError> {
        self.expect_sign("(")?;
        let is_first = self.take_geometry();
        if is_first {
            self.expect_sign(",")?;
        }
        let shape = self.shape()?;
        if !is_first {
            self.expect_sign(",")?;
            if !self.take_geometry() {
                return Err(self.unexpected("the property geometry"));
            }
        }
        self.expect_sign(")")?;
        Ok(Condition::Intersects(Box::new(shape)))
    }

    fn take_geometry(&mut self) -> bool {
        let is_it = matches!(
            self.words.get(self.at),
            Some(Word::Name(name) | Word::Quoted(name)) if name == GEOMETRY
        );
        self.at += usize::from(is_it);
        is_it
    }

    fn shape(&mut self) -> Result<Geometry, FilterError> {
        let (shape, length) = shape::from_words(&self.words[self.at..], self.checked)?;
        self.at += length;
        Ok(shape)
    }

    fn take(&mut self, keyword: &str) -> bool {
        let is_it = self.words.get(self.at).is_some_and(|word| word.is(keyword));
        self.at += usize::from(is_it);
        is_it
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let is_it = matches!(self.words.get(self.at), Some(Word::Sign(is)) if *is == sign);
        self.at += usize::from(is_it);
        is_it
    }

    fn expect(&mut self, keyword: &str, expected: &'static str) -> Result<(), FilterError> {
        if self.take(keyword) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    fn expect_sign(&mut self, sign: &'static str) -> Result<(), FilterError> {
        if self.take_sign(sign) { Ok(()) } else { Err(self.unexpected(sign)) }
    }

    fn unexpected(&self, expected: &'static str) -> FilterError {
        let found = self.words.get(self.at).map_or_else(|| "its end".to_owned(), Word::told);
        FilterError::Unexpected { found, expected }
    }
}

fn single_or(mut all: Vec<Condition>, join: fn(Vec<Condition>) -> Condition) -> Condition {
    match (all.len(), all.pop()) {
        (1, Some(single)) => single,
        (_, last) => {
            all.extend(last);
            join(all)
        }
    }
}

fn negate(is_negated: bool, condition: Condition) -> Condition {
    if is_negated { Condition::Not(Box::new(condition)) } else { condition }
}
