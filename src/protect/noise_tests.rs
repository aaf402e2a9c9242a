use super::*;

const SECRET: [u8; 32] = [7; 32];

fn key(mode: NoiseMode, release: &str) -> NoiseKey {
    let release = release.parse().unwrap();
    NoiseKey::new(&RegisterSecret::new(SECRET), mode, &release, CodeSystem::Invented)
}

fn epsilon(millionths: u32) -> Epsilon {
    Epsilon::of_millionths(millionths)
}

fn draw(digest: u64) -> Draw {
    let region = Some("0101001001".parse().unwrap());
    let node = NodeName { region, hexagon: 0, is_rest: false };
    Draw { table: Table::Ages, node, epsilon: epsilon(600_000), digest }
}

fn noise(key: &NoiseKey, draw: &Draw) -> [i32; MOST_CLASSES] {
    let mut figures = [0; MOST_CLASSES];
    key.add(draw, &Sampler::new(draw.epsilon), &mut figures);
    figures
}

/// The probability of a draw, by floating point.
fn probability(epsilon: Epsilon, noise: i32) -> f64 {
    let q = (-epsilon.to_float()).exp();
    (1.0 - q) / (1.0 + q) * q.powi(noise.abs())
}

#[test]
fn thresholds_are_the_exact_probabilities() {
    for millionths in [2_666, 66_666, 600_000, 1_000_000, 9_999_999] {
        let sampler = Sampler::new(epsilon(millionths));
        let q = (-epsilon(millionths).to_float()).exp();
        for (at, threshold) in sampler.thresholds.iter().take(500).enumerate() {
            let expected = 2.0 * q.powf(at as f64 + 1.0) / (1.0 + q);
            let found = *threshold as f64 / (1_u128 << 127) as f64;
            // It is cut off to a step of 2^-127, and the float errs by itself.
            let step = 1.0 / (1_u128 << 127) as f64;
            let apart = (found - expected).abs();
            assert!(apart <= step + expected * 1e-10, "{millionths} {at}: {found}");
        }
        assert!(sampler.thresholds.is_sorted_by(|one, next| one >= next));
        let variance = 2.0 * q / (1.0 - q).powi(2);
        assert!((sampler.variance() / variance - 1.0).abs() < 1e-9);
    }
}

#[test]
fn the_rarest_bits_draw_the_largest_noise_and_the_lowest_bit_its_sign() {
    let sampler = Sampler::new(epsilon(1_000_000));
    let most = i32::try_from(sampler.thresholds.len()).unwrap();
    assert_eq!([sampler.draw(0), sampler.draw(1), sampler.draw(u128::MAX)], [most, -most, 0]);
    assert!((85..=89).contains(&most), "{most}");
}

/// Chi-squared of draws of the real path against the exact probabilities: noise beyond 20 is one bin.
fn chi_squared(millionths: u32, scale: i32) -> f64 {
    const DRAWS: u64 = 40_000;
    let (key, mut found) = (key(NoiseMode::Keyed, "r"), [0_u32; 43]);
    let sampler = Sampler::new(epsilon(millionths));
    for digest in 0..DRAWS {
        let mut figures = [0; MOST_CLASSES];
        key.add(&Draw { epsilon: epsilon(millionths), ..draw(digest) }, &sampler, &mut figures);
        for noise in figures {
            found[((noise * scale).clamp(-21, 21) + 21) as usize] += 1;
        }
    }
    let all = DRAWS as f64 * MOST_CLASSES as f64;
    let inner: Vec<f64> = (-20..=20).map(|it| probability(epsilon(millionths), it)).collect();
    let tail = (1.0 - inner.iter().sum::<f64>()) / 2.0;
    let expected = std::iter::once(tail).chain(inner).chain(std::iter::once(tail));
    let terms = expected
        .zip(found)
        .map(|(expected, found)| (f64::from(found) - expected * all).powi(2) / (expected * all));
    terms.sum()
}

#[test]
fn draws_follow_the_exact_distribution() {
    // Of 42 degrees of freedom: 76.1 is exceeded by one in a thousand.
    for millionths in [300_000, 600_000] {
        let distance = chi_squared(millionths, 1);
        assert!(distance < 76.1, "{millionths}: {distance}");
    }
    assert!(chi_squared(600_000, 2) > 1e4, "noise of twice the size is found out");
}

#[test]
fn noise_is_bound_to_what_is_told_and_to_its_content() {
    let keyed = key(NoiseMode::Keyed, "one");
    let first = noise(&keyed, &draw(5));
    assert_eq!(first, noise(&key(NoiseMode::Keyed, "two"), &draw(5)), "the release is no matter");
    let node = draw(5).node;
    let others = [
        draw(6),
        Draw { table: Table::Deciles, ..draw(5) },
        Draw { node: NodeName { is_rest: true, ..node }, ..draw(5) },
        Draw { node: NodeName { hexagon: 1, ..node }, ..draw(5) },
        Draw { node: NodeName { region: None, ..node }, ..draw(5) },
        Draw { epsilon: epsilon(600_001), ..draw(5) },
    ];
    for other in others {
        assert_ne!(first, noise(&keyed, &other), "{other:?}");
    }
    let secret = RegisterSecret::new([8; 32]);
    let slug = "one".parse().unwrap();
    let other = NoiseKey::new(&secret, NoiseMode::Keyed, &slug, CodeSystem::Invented);
    assert_ne!(first, noise(&other, &draw(5)));
}

#[test]
fn by_epoch_every_release_has_fresh_noise() {
    let [one, other] =
        ["one", "two"].map(|release| noise(&key(NoiseMode::Epoch, release), &draw(5)));
    assert_ne!(one, other);
    assert_ne!(one, noise(&key(NoiseMode::Keyed, "one"), &draw(5)));
    assert_eq!(one, noise(&key(NoiseMode::Epoch, "one"), &draw(5)));
}

#[test]
fn a_second_draw_in_a_rest_would_tell_more_than_any_epsilon() {
    // Were a rest the sum of its parts' draws, a household that makes a part of its own would add one.
    let epsilon = epsilon(600_000);
    let size = |noise: i32| probability(epsilon, noise);
    let two = |sum: i32| -> f64 { (-200..=200).map(|part| size(part) * size(sum - part)).sum() };
    let odds = |sum: i32| two(sum) / size(sum);
    assert!(odds(10) > epsilon.to_float().exp(), "{}", odds(10));
    assert!(odds(40) > 2.0 * odds(15), "it grows without a bound");
    // One draw over all tells as much as it may, and no more, however far out.
    let one = |sum: i32| size(sum - 1) / size(sum);
    assert!((one(40) - epsilon.to_float().exp()).abs() < 1e-9);
}
