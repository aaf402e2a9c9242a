use proptest::prelude::*;

use super::*;

/// The plain projection: every choice of which numbers are free, at the least or at the most; of those
/// that fit, the nearest.
fn nearest(estimates: &[f64], most: &[i32], total: i32) -> Vec<f64> {
    let (mut best, mut least) = (Vec::new(), f64::INFINITY);
    for choice in 0..3_usize.pow(estimates.len() as u32) {
        let state = |at: usize| choice / 3_usize.pow(at as u32) % 3;
        let free = (0..estimates.len()).filter(|at| state(*at) == 0);
        let sum: f64 = free.clone().map(|at| estimates[at]).sum();
        let full: i32 = (0..estimates.len()).filter(|at| state(*at) == 2).map(|at| most[at]).sum();
        let shift = (sum + f64::from(full - total)) / (free.count().max(1)) as f64;
        let number = |at: usize| match state(at) {
            0 => estimates[at] - shift,
            1 => 0.0,
            _ => f64::from(most[at]),
        };
        let numbers: Vec<f64> = (0..estimates.len()).map(number).collect();
        let fits = |(number, most): (&f64, &i32)| (-1e-9..f64::from(*most) + 1e-9).contains(number);
        let closes = (numbers.iter().sum::<f64>() - f64::from(total)).abs() < 1e-6;
        let apart = numbers.iter().zip(estimates).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
        if closes && numbers.iter().zip(most).all(fits) && apart < least {
            (best, least) = (numbers, apart);
        }
    }
    best
}

fn families() -> impl Strategy<Value = (Vec<f64>, Vec<i32>, i32)> {
    let child = (-20.0..40.0, 0..50_i32);
    prop::collection::vec(child, 1..7).prop_flat_map(|children| {
        let (estimates, most): (Vec<f64>, Vec<i32>) = children.into_iter().unzip();
        let all = most.iter().sum::<i32>();
        (Just(estimates), Just(most), 0..=all)
    })
}

fn fit(estimates: &[f64], most: &[i32], total: i32) -> Vec<i32> {
    let mut fitted = vec![0; estimates.len()];
    let tie = |at| [9, 4, 7, 1, 8, 2, 5][at];
    Fit::default().fit(&mut estimates.to_vec(), |at| most[at], total, tie, &mut fitted);
    fitted
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn projects_as_the_plain_search_does((estimates, most, total) in families()) {
        let mut projected = estimates.clone();
        Fit::default().project(&mut projected, &|at| most[at], total);
        for (ours, plain) in projected.iter().zip(nearest(&estimates, &most, total)) {
            prop_assert!((ours - plain).abs() < 1e-6, "{} {}", ours, plain);
        }
    }

    #[test]
    fn whole_numbers_close_and_are_next_to_the_real_ones((estimates, most, total) in families()) {
        let fitted = fit(&estimates, &most, total);
        prop_assert_eq!(fitted.iter().sum::<i32>(), total);
        for (at, real) in nearest(&estimates, &most, total).into_iter().enumerate() {
            prop_assert!((0..=most[at]).contains(&fitted[at]));
            prop_assert!((f64::from(fitted[at]) - real).abs() < 1.0 + 1e-5, "{real} {fitted:?}");
        }
    }
}

#[test]
fn the_largest_remainder_is_rounded_up_and_a_key_decides_between_equals() {
    let free = [i32::MAX; 4];
    assert_eq!(fit(&[1.6, 2.7, 0.7, 1.0], &free, 6), [1, 3, 1, 1]);
    assert_eq!(
        fit(&[1.25, 2.25, 3.25, 4.25], &free, 11),
        [1, 2, 3, 5],
        "the fourth has the least key"
    );
    assert_eq!(fit(&[-5.0, 3.0, 2.0], &free, 5), [0, 3, 2]);
    assert_eq!(fit(&[-5.0, -3.0], &free, 0), [0, 0]);
}
