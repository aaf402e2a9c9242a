//! A number by its decimal digits, rounded half away from zero as people do.

/// The digits of a finite number: 0.d₁d₂d₃… times ten to the power of `point`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    is_negative: bool,
    digits: Vec<u8>,
    point: i32,
}

impl Decimal {
    /// The fewest digits that stand for the number, as it is written by people and by `Intl.NumberFormat`;
    /// `None` where it is not finite.
    pub fn shortest(number: f64) -> Option<Self> {
        number.is_finite().then(|| Self::parse(&format!("{number:e}")))
    }

    /// The number as it is held, to 60 digits.
    pub fn exact(number: f64) -> Option<Self> {
        number.is_finite().then(|| Self::parse(&format!("{number:.60e}")))
    }

    fn parse(scientific: &str) -> Self {
        let (mantissa, exponent) = scientific.split_once('e').expect("it is written with an e");
        let exponent: i32 = exponent.parse().expect("an exponent is a whole number");
        let digits = mantissa.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0');
        Self {
            is_negative: mantissa.starts_with('-'),
            digits: digits.collect(),
            point: exponent + 1,
        }
    }

    /// With at most so many digits behind the point.
    pub fn to_places(self, places: u32) -> Self {
        let keep = self.point + i32::try_from(places).unwrap_or(i32::MAX / 2);
        self.keeping(keep)
    }

    /// With at most so many digits that count.
    pub fn to_digits(self, digits: u32) -> Self {
        self.keeping(i32::try_from(digits).unwrap_or(i32::MAX))
    }

    fn keeping(mut self, keep: i32) -> Self {
        let Ok(keep) = usize::try_from(keep) else {
            self.digits.clear();
            return self;
        };
        let rounds_up = self.digits.get(keep).is_some_and(|&digit| digit >= 5);
        self.digits.truncate(keep);
        if rounds_up {
            self.step_up();
        }
        self
    }

    /// Adds one to the last digit.
    fn step_up(&mut self) {
        while let Some(digit) = self.digits.pop() {
            if digit < 9 {
                self.digits.push(digit + 1);
                return;
            }
        }
        self.digits.push(1);
        self.point += 1;
    }

    /// The number that these digits stand for.
    pub fn number(&self) -> f64 {
        let sign = if self.is_negative { "-" } else { "" };
        let digits: String = self.digits.iter().map(|digit| char::from(b'0' + digit)).collect();
        let text = format!("{sign}0.{digits}0e{}", self.point);
        text.parse().expect("digits and a point are a number")
    }

    /// As text: thousands apart, and at least so many digits behind the mark.
    pub fn text(&self, thousands: char, mark: char, least_places: usize) -> String {
        let digit = |place: i32| {
            let digit = usize::try_from(place).ok().and_then(|place| self.digits.get(place));
            char::from(b'0' + digit.copied().unwrap_or_default())
        };
        let mut text = if self.is_negative { "-".to_owned() } else { String::new() };
        let whole = self.point.max(1);
        for place in 0..whole {
            let left = whole - place;
            if place > 0 && left % 3 == 0 {
                text.push(thousands);
            }
            text.push(digit(self.point - left));
        }
        let last = self.digits.iter().rposition(|&digit| digit != 0).map_or(0, |last| last + 1);
        let held = i32::try_from(last).unwrap_or(i32::MAX).saturating_sub(self.point);
        let places = usize::try_from(held).unwrap_or(0).max(least_places);
        if places > 0 {
            text.push(mark);
            let places = i32::try_from(places).unwrap_or(i32::MAX);
            text.extend((0..places).map(|place| digit(self.point + place)));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(number: f64, places: u32) -> String {
        Decimal::shortest(number).unwrap().to_places(places).text(',', '.', 0)
    }

    #[test]
    fn rounds_what_is_written_half_away_from_zero() {
        for (number, most, text) in [
            (2.5, 0, "3"),
            (-2.5, 0, "-3"),
            (1.005, 2, "1.01"),
            (999.96, 1, "1,000"),
            (0.04, 1, "0"),
            (0.05, 1, "0.1"),
            (0.0004, 1, "0"),
            (1_234_567.0, 2, "1,234,567"),
            (0.0, 3, "0"),
        ] {
            assert_eq!(places(number, most), text, "{number}");
        }
    }

    #[test]
    fn keeps_the_digits_that_count() {
        let digits = |number, most| Decimal::exact(number).unwrap().to_digits(most).number();
        assert_eq!(digits(2.5, 1).to_string(), "3");
        // The number that is held lies just below 0.35.
        assert_eq!(digits(0.35, 1).to_string(), "0.3");
        assert_eq!(digits(0.1 + 0.2, 12).to_string(), "0.3");
        assert_eq!(digits(-99_500.0, 2).to_string(), "-100000");
    }

    #[test]
    fn what_is_not_finite_has_no_digits() {
        assert!(Decimal::shortest(f64::NAN).is_none() && Decimal::exact(f64::INFINITY).is_none());
    }
}
