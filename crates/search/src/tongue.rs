//! Languages that have a stemmer.

use frostem::{Algorithm, Stemmer};
use inkstand_model::Language;

use crate::words::{self, Piece, PieceKind, WordMap};

/// What begins the index term of a stem, so that it is never taken for a word that somebody wrote.
pub(crate) const STEM_MARK: char = '\u{1}';

/// A language as far as the analysis is concerned: which stemmer it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Tongue(u8);

/// Of at most so many words the stems are remembered.
const REMEMBERED: usize = 60_000;

/// A language's place here is stored with each entry: new ones go to the end, or the index has a new format.
static STEMMERS: [(&str, Algorithm); 33] = [
    ("en", Algorithm::English),
    ("ar", Algorithm::Arabic),
    ("hy", Algorithm::Armenian),
    ("eu", Algorithm::Basque),
    ("ca", Algorithm::Catalan),
    ("cs", Algorithm::Czech),
    ("da", Algorithm::Danish),
    ("nl", Algorithm::Dutch),
    ("eo", Algorithm::Esperanto),
    ("et", Algorithm::Estonian),
    ("fi", Algorithm::Finnish),
    ("fr", Algorithm::French),
    ("de", Algorithm::German),
    ("el", Algorithm::Greek),
    ("hi", Algorithm::Hindi),
    ("hu", Algorithm::Hungarian),
    ("id", Algorithm::Indonesian),
    ("ga", Algorithm::Irish),
    ("it", Algorithm::Italian),
    ("lt", Algorithm::Lithuanian),
    ("ne", Algorithm::Nepali),
    ("no", Algorithm::Norwegian),
    ("nb", Algorithm::Norwegian),
    ("nn", Algorithm::Norwegian),
    ("fa", Algorithm::Persian),
    ("pl", Algorithm::Polish),
    ("pt", Algorithm::Portuguese),
    ("ro", Algorithm::Romanian),
    ("ru", Algorithm::Russian),
    ("es", Algorithm::Spanish),
    ("sv", Algorithm::Swedish),
    ("tr", Algorithm::Turkish),
    ("ta", Algorithm::Tamil),
];

impl Tongue {
    /// A language without a stemmer: every word is its own stem.
    pub(crate) const PLAIN: Self = Self(0);

    /// The stemmer for texts of that language.
    pub(crate) fn of(language: &Language) -> Self {
        Self::named(language.primary())
    }

    /// The stemmer for the primary tag of a language.
    pub(crate) fn named(primary: &str) -> Self {
        let place = STEMMERS.iter().position(|(name, _)| *name == primary);
        Self(place.and_then(|place| u8::try_from(place + 1).ok()).unwrap_or(0))
    }

    /// The character that heads a text of this language on its way to the tokenizer.
    pub(crate) fn to_char(self) -> char {
        char::from(b'0' + self.0)
    }

    /// The language of a text with that head.
    pub(crate) fn from_char(head: char) -> Self {
        let place = u32::from(head).wrapping_sub(u32::from('0'));
        Self(u8::try_from(place).ok().filter(|&place| usize::from(place) <= STEMMERS.len()).unwrap_or(0))
    }

    /// Whether a stem begins as its word does: some stemmers take prefixes away.
    pub(crate) fn keeps_first_letters(self) -> bool {
        const KEEPING: [&str; 16] =
            ["en", "da", "fi", "fr", "de", "hu", "it", "no", "nb", "nn", "pt", "ro", "ru", "es", "sv", "tr"];
        self.algorithm().is_none_or(|(name, _)| KEEPING.contains(name))
    }

    fn algorithm(self) -> Option<&'static (&'static str, Algorithm)> {
        usize::from(self.0).checked_sub(1).and_then(|place| STEMMERS.get(place))
    }

    /// The index terms of the stems of a word: one, and where accents change it another one, so that `résumés` is
    /// found by `resumes` and the other way round.
    fn stems(self, piece: &Piece<'_>) -> Vec<String> {
        let Some((_, algorithm)) = self.algorithm() else {
            return vec![format!("{STEM_MARK}{}", piece.folded)];
        };
        let stemmer = Stemmer::new(*algorithm);
        let of_folded = stemmer.stem(piece.folded);
        let mut stems = vec![format!("{STEM_MARK}{of_folded}")];
        if piece.folded != piece.lower {
            let with_accents = words::folded(&stemmer.stem(piece.lower));
            if with_accents != of_folded {
                stems.push(format!("{STEM_MARK}{with_accents}"));
            }
        }
        stems
    }
}

/// Finds stems and remembers them: most words of a text are few, and stemming costs more than all else.
#[derive(Clone, Debug)]
pub(crate) struct Stems {
    tongue: Tongue,
    /// Words, and where their stems stand.
    known: WordMap<(usize, usize)>,
    /// The stems of all words, one behind the other.
    stems: Vec<String>,
}

impl Default for Stems {
    fn default() -> Self {
        Self::new(Tongue::PLAIN)
    }
}

impl Stems {
    /// In that language.
    pub(crate) fn new(tongue: Tongue) -> Self {
        Self { tongue, known: WordMap::default(), stems: Vec::new() }
    }

    /// Goes on in another language.
    pub(crate) fn speak(&mut self, tongue: Tongue) {
        if self.tongue != tongue || self.known.len() > REMEMBERED {
            *self = Self::new(tongue);
        }
    }

    /// The language.
    pub(crate) fn tongue(&self) -> Tongue {
        self.tongue
    }

    /// Whether stems begin as their words do.
    pub(crate) fn keep_first_letters(&self) -> bool {
        self.tongue.keeps_first_letters()
    }

    /// The index terms of the stems of a word; none of what is no word of letters.
    pub(crate) fn of(&mut self, piece: &Piece<'_>) -> &[String] {
        if !matches!(piece.kind, PieceKind::Word | PieceKind::Joined) {
            return &[];
        }
        let (start, end) = match self.known.get(piece.lower) {
            Some(&known) => known,
            None => {
                let start = self.stems.len();
                self.stems.extend(self.tongue.stems(piece));
                self.known.insert(piece.lower.to_owned(), (start, self.stems.len()));
                (start, self.stems.len())
            }
        };
        self.stems.get(start..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::words::Scanner;

    fn stems(tongue: &str, word: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut stems = Stems::new(Tongue::named(tongue));
        Scanner::default().scan(word, |piece| {
            found.extend(stems.of(&piece).iter().map(|stem| stem.replace(STEM_MARK, "")));
        });
        found
    }

    #[test]
    fn words_have_the_stems_of_their_language() {
        for (tongue, word, expected) in [
            ("en", "launches", vec!["launch"]),
            ("en", "Résumés", vec!["resum", "resume"]),
            ("de", "Häuser", vec!["haus"]),
            ("xx", "Launches", vec!["launches"]),
            ("en", "E0502", vec![]),
        ] {
            assert_eq!(stems(tongue, word), expected, "{tongue} {word}");
        }
    }

    proptest! {
        #[test]
        fn stems_begin_as_their_words(word in "[a-zäöüßéèçñåøæ]{1,12}") {
            for (name, _) in &STEMMERS {
                if Tongue::named(name).keeps_first_letters() {
                    let stems = stems(name, &word);
                    let folded = words::folded(&word);
                    prop_assert!(
                        stems.iter().all(|stem| stem.as_bytes().first() == folded.as_bytes().first()),
                        "{} {} {:?}", name, word, stems
                    );
                }
            }
        }
    }

    #[test]
    fn a_head_tells_the_language() {
        for (name, _) in &STEMMERS {
            let tongue = Tongue::named(name);
            assert_eq!(Tongue::from_char(tongue.to_char()), tongue);
        }
        assert_eq!(Tongue::from_char('\u{0}'), Tongue::PLAIN);
        assert_eq!(Tongue::from_char('語'), Tongue::PLAIN);
    }
}
