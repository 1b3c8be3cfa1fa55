//! Repeatable chance, of which the benchmarks make blogs that nobody wrote: the same on every machine.
//!
//! [`Dice`] falls the same way for the same seed, and [`sentence`] makes prose of words that it chooses. Which words
//! there are, and what a post is, is each benchmark's own.

/// Repeatable chance.
pub struct Dice(u64);

impl Dice {
    /// Dice that fall as the seed says.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed ^ 0x9E37_79B9_7F4A_7C15)
    }

    /// Any number: SplitMix64, by Sebastiano Vigna.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 where there is none.
    pub fn below(&mut self, end: usize) -> usize {
        (self.roll() % end.max(1) as u64) as usize
    }

    /// A rank below `end`, about as often as one over itself (Zipf's law with exponent 1, by its inverse).
    pub fn skewed(&mut self, end: usize) -> usize {
        let rank = ((end + 1) as f64).powf(self.fraction());
        (rank as usize).clamp(1, end) - 1
    }

    fn fraction(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// So many words with a capital at the beginning, and no stop at the end. Each begins with an ASCII letter.
pub fn sentence(words: usize, mut word: impl FnMut() -> String) -> String {
    let mut sentence = String::new();
    for n in 0..words {
        let word = word();
        if n == 0 {
            sentence.push_str(&word[..1].to_uppercase());
            sentence.push_str(&word[1..]);
        } else {
            sentence.push(' ');
            sentence.push_str(&word);
        }
    }
    sentence
}
