//! Names that no real place has: every one has an x, q, z or v in each syllable but the last.

use std::collections::HashSet;

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_pcg::Pcg64;

const STARTS: [&str; 12] = ["x", "q", "z", "v", "xi", "qu", "zo", "va", "xu", "qa", "ze", "vo"];
const MIDDLES: [&str; 6] = ["a", "e", "i", "o", "u", "ar"];
const ENDS: [&str; 10] = ["qan", "xor", "vil", "zem", "qur", "xal", "ven", "zup", "vok", "xit"];

/// Gives out names, each once.
#[derive(Debug, Default)]
pub(super) struct Names {
    given: HashSet<String>,
}

impl Names {
    /// A name that was not given before, with a capital.
    pub fn next(&mut self, random: &mut Pcg64) -> String {
        loop {
            // The more names are given, the longer a new one has to be.
            let most = 2 + self.given.len() / 2_000;
            let name = capitalised(&word(random, most));
            if self.given.insert(name.clone()) {
                return name;
            }
        }
    }
}

fn word(random: &mut Pcg64, most: usize) -> String {
    let count = random.random_range(1..=u32::try_from(most).unwrap_or(u32::MAX));
    let mut word = String::new();
    for _ in 0..count {
        let start = STARTS.choose(random).expect("there are starts");
        word.push_str(start);
        if start.len() == 1 {
            word.push_str(MIDDLES.choose(random).expect("there are middles"));
        }
    }
    word.push_str(ENDS.choose(random).expect("there are ends"));
    word
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn gives_no_name_twice_and_none_that_could_be_real() {
        let (mut names, mut random) = (Names::default(), Pcg64::seed_from_u64(1));
        let given: Vec<String> = (0..5_000).map(|_| names.next(&mut random)).collect();
        assert_eq!(given.iter().collect::<HashSet<_>>().len(), 5_000);
        assert!(given.iter().all(|name| name.to_lowercase().contains(['x', 'q', 'z', 'v'])));
    }
}
