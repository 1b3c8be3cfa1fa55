//! How long a text is, in words and minutes.

use unicode_segmentation::UnicodeSegmentation;

/// Words a minute of adults reading silently, non-fiction: Brysbaert, "How many words do we read per minute? A
/// review and meta-analysis of reading rate", Journal of Memory and Language 109 (2019).
const WORDS_A_MINUTE: u64 = 238;

/// Characters a minute of Chinese, Japanese and Korean: the figure by which Medium estimates reading times. It is
/// a convention, not a measurement; the studies that measured reading aloud or under test find less.
const CHARACTERS_A_MINUTE: u64 = 500;

/// The length of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) words: u32,
    pub(crate) minutes: u32,
}

/// Measures a text without markup: words by the boundaries of UAX #29, minutes rounded up and never 0.
pub(crate) fn of(text: &str) -> Reading {
    let (mut all, mut spaced, mut characters) = (0_u64, 0_u64, 0_u64);
    for word in text.unicode_words() {
        all += 1;
        match word.chars().filter(|&c| is_cjk(c)).count() as u64 {
            0 => spaced += 1,
            cjk => characters += cjk,
        }
    }
    let parts = spaced * CHARACTERS_A_MINUTE + characters * WORDS_A_MINUTE;
    let minutes = parts.div_ceil(WORDS_A_MINUTE * CHARACTERS_A_MINUTE).max(1);
    Reading { words: clamp(all), minutes: clamp(minutes) }
}

fn clamp(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Han, kana and hangul.
fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{11ff}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3130}'..='\u{318f}'
        | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_minutes() {
        for (text, words, minutes) in [
            ("", 0, 1),
            ("Hello, world! It's 3.14 o'clock.", 5, 1),
            (&"word ".repeat(238), 238, 1),
            (&"word ".repeat(239), 239, 2),
            (&"語".repeat(500), 500, 1),
            (&"語".repeat(501), 501, 2),
            (&format!("{}{}", "word ".repeat(119), "語".repeat(250)), 369, 1),
            ("한국어 문장", 2, 1),
        ] {
            assert_eq!(of(text), Reading { words, minutes }, "{text:.20}");
        }
    }
}
