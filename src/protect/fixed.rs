//! Numbers of 64 bits before the point and 192 behind it: the same digits on every machine, unlike the
//! exponential of a mathematical library.

use std::cmp::Ordering;

/// A number from 0 to 2^64, in steps of [`Fixed::STEP`]; results are cut off, so that each operation
/// errs by less than a step. The limb of the lowest value comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fixed([u64; 4]);

impl Fixed {
    pub const ZERO: Self = Self([0; 4]);
    pub const ONE: Self = Self([0, 0, 0, 1]);
    pub const TWO: Self = Self([0, 0, 0, 2]);

    /// Binary digits behind the point: a step is 2^-192.
    #[cfg(test)]
    pub const STEP: u32 = 192;

    /// A fraction of whole numbers; the divisor is not 0.
    pub fn fraction(number: u64, by: u64) -> Self {
        Self([0, 0, 0, number]).divide(by)
    }

    pub fn add(self, other: Self) -> Self {
        let (mut sum, mut carry) = ([0; 4], false);
        for (limb, (one, two)) in sum.iter_mut().zip(self.0.into_iter().zip(other.0)) {
            let (part, first) = one.overflowing_add(two);
            let (part, second) = part.overflowing_add(u64::from(carry));
            (*limb, carry) = (part, first || second);
        }
        Self(sum)
    }

    /// The difference, where this is not the smaller.
    pub fn subtract(self, other: Self) -> Self {
        let (mut difference, mut borrow) = ([0; 4], false);
        for (limb, (one, two)) in difference.iter_mut().zip(self.0.into_iter().zip(other.0)) {
            let (part, first) = one.overflowing_sub(two);
            let (part, second) = part.overflowing_sub(u64::from(borrow));
            (*limb, borrow) = (part, first || second);
        }
        Self(difference)
    }

    pub fn multiply(self, other: Self) -> Self {
        let mut product = [0_u64; 8];
        for (i, one) in self.0.into_iter().enumerate() {
            let mut carry = 0;
            for (j, two) in other.0.into_iter().enumerate() {
                let sum = u128::from(one) * u128::from(two)
                    + u128::from(product[i + j])
                    + u128::from(carry);
                product[i + j] = sum as u64;
                carry = (sum >> 64) as u64;
            }
            product[i + 4] = carry;
        }
        Self([product[3], product[4], product[5], product[6]])
    }

    pub fn divide(self, by: u64) -> Self {
        let (mut quotient, mut rest) = ([0; 4], 0_u128);
        for at in (0..4).rev() {
            let part = (rest << 64) | u128::from(self.0[at]);
            quotient[at] = (part / u128::from(by)) as u64;
            rest = part % u128::from(by);
        }
        Self(quotient)
    }

    /// 1 divided by a number from 1 to 2, to within 2^-188: Newton's steps from 0.7, which double the
    /// right digits and begin with more than one.
    pub fn reciprocal(self) -> Self {
        let mut guess = Self::fraction(7, 10);
        for _ in 0..9 {
            guess = guess.multiply(Self::TWO.subtract(self.multiply(guess)));
        }
        guess
    }

    /// e to the power of minus this number, which is at most 16, to within 2^-176.
    ///
    /// The number is divided by 2^10, of which the series needs 25 terms, each with an error below
    /// 2^-192, and squared as often, which doubles the relative error each time.
    pub fn exp_minus(self) -> Self {
        const HALVINGS: u32 = 10;
        let small = self.divide(1 << HALVINGS);
        let (mut even, mut odd) = (Self::ZERO, Self::ZERO);
        let (mut term, mut number) = (Self::ONE, 0);
        while term != Self::ZERO {
            if number % 2 == 0 {
                even = even.add(term);
            } else {
                odd = odd.add(term);
            }
            number += 1;
            term = term.multiply(small).divide(number);
        }
        (0..HALVINGS).fold(even.subtract(odd), |power, _| power.multiply(power))
    }

    /// The number by 2^127, cut off; the number is below 2.
    pub fn by_2_to_127(self) -> u128 {
        let bits = (u128::from(self.0[2]) << 63) | (u128::from(self.0[1]) >> 1);
        bits | (u128::from(self.0[3]) << 127)
    }

    /// The nearest floating-point number but for some units in its last place, by exact operations alone.
    #[expect(clippy::cast_precision_loss, reason = "a float has fewer digits")]
    pub fn to_float(self) -> f64 {
        const LIMB: f64 = 18_446_744_073_709_551_616.0;
        self.0.into_iter().fold(0.0, |sum, limb| sum / LIMB + limb as f64)
    }
}

impl PartialOrd for Fixed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of the digits behind the point.
    fn parse(digits: &str) -> Fixed {
        digits.bytes().rev().fold(Fixed::ZERO, |number, digit| {
            number.add(Fixed::fraction(u64::from(digit - b'0'), 1)).divide(10)
        })
    }

    fn is_near(one: Fixed, other: Fixed, bits: u32) -> bool {
        let apart = if one > other { one.subtract(other) } else { other.subtract(one) };
        let mut limit = [0; 4];
        let at = Fixed::STEP - bits;
        limit[(at / 64) as usize] = 1 << (at % 64);
        apart < Fixed(limit)
    }

    #[test]
    fn agrees_with_the_digits_of_the_exponential() {
        let e = parse("367879441171442321595523770161460867445811131031767834507836801");
        assert!(is_near(Fixed::ONE.exp_minus(), e, 176));
        // The same power by two ways: e^-7 and (e^-0.7)^10.
        let seven = Fixed::fraction(7, 1).exp_minus();
        let tenth = Fixed::fraction(7, 10).exp_minus();
        let power = (1..10).fold(tenth, |power, _| power.multiply(tenth));
        assert!(is_near(seven, power, 172));
        assert_eq!(Fixed::ZERO.exp_minus(), Fixed::ONE);
    }

    #[test]
    fn a_number_by_its_reciprocal_is_one() {
        for tenths in 10..=20 {
            let number = Fixed::fraction(tenths, 10);
            assert!(is_near(number.multiply(number.reciprocal()), Fixed::ONE, 187), "{tenths}");
        }
    }

    #[test]
    fn becomes_an_integer_and_a_float() {
        assert_eq!(Fixed::fraction(3, 2).by_2_to_127(), (1 << 127) | (1 << 126));
        assert!((Fixed::fraction(1, 3).to_float() - 1.0 / 3.0).abs() < 1e-16);
    }
}
