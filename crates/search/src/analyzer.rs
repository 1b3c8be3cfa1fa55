//! From texts to the terms of the index: each word folded, and its stem at the same place.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::tongue::{Stems, Tongue};
use crate::words::Scanner;

/// A part of an entry on its way to the tokenizer: language and weight travel as its first two characters,
/// because tantivy hands a tokenizer nothing but text.
pub(crate) fn section(tongue: Tongue, weight: u8, text: &str) -> String {
    let mut section = String::with_capacity(text.len() + 2);
    section.push(tongue.to_char());
    section.push(char::from(b'0' + weight));
    section.push_str(text);
    section
}

/// Splits sections into terms.
///
/// Words of a weighted section are repeated at their place: see [`crate::weights`].
#[derive(Clone, Debug)]
pub(crate) struct SectionTokenizer {
    scanner: Scanner,
    stems: Stems,
    /// The terms, one behind the other: one allocation for a text instead of one for each word.
    letters: String,
    terms: Vec<SectionTerm>,
}

impl Default for SectionTokenizer {
    fn default() -> Self {
        Self {
            scanner: Scanner::default(),
            stems: Stems::new(Tongue::PLAIN),
            letters: String::new(),
            terms: Vec::new(),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct SectionTerm {
    end: usize,
    position: usize,
}

impl Tokenizer for SectionTokenizer {
    type TokenStream<'a> = SectionTerms<'a>;

    fn token_stream<'a>(&'a mut self, section: &'a str) -> Self::TokenStream<'a> {
        let mut head = section.chars();
        let tongue = Tongue::from_char(head.next().unwrap_or_default());
        let weight = head.next().and_then(|weight| weight.to_digit(10)).unwrap_or(1);
        self.letters.clear();
        self.terms.clear();
        let Self { scanner, stems, letters, terms } = self;
        stems.speak(tongue);
        scanner.scan(head.as_str(), |piece| {
            let position = piece.position as usize;
            letters.push_str(piece.folded);
            terms.push(SectionTerm { end: letters.len(), position });
            for stem in stems.of(&piece) {
                letters.push_str(stem);
                terms.push(SectionTerm { end: letters.len(), position });
            }
        });
        SectionTerms {
            letters,
            terms: terms.iter(),
            start: 0,
            weight,
            repeats_left: 0,
            token: Token { position_length: 1, ..Token::default() },
        }
    }
}

/// The terms of one section.
pub(crate) struct SectionTerms<'a> {
    letters: &'a str,
    terms: std::slice::Iter<'a, SectionTerm>,
    start: usize,
    weight: u32,
    repeats_left: u32,
    token: Token,
}

impl TokenStream for SectionTerms<'_> {
    fn advance(&mut self) -> bool {
        if self.repeats_left > 0 {
            self.repeats_left -= 1;
            return true;
        }
        let Some(term) = self.terms.next() else { return false };
        self.token.text.clear();
        self.token.text.push_str(&self.letters[self.start..term.end]);
        self.token.position = term.position;
        self.start = term.end;
        self.repeats_left = self.weight.saturating_sub(1);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_becomes_weighted_terms() {
        let mut tokenizer = SectionTokenizer::default();
        let title = section(Tongue::named("en"), 2, "Big launches");
        let mut stream = tokenizer.token_stream(&title);
        let mut terms = Vec::new();
        while stream.advance() {
            terms.push(format!("{}@{}", stream.token().text.replace('\u{1}', "~"), stream.token().position));
        }
        assert_eq!(terms.join(" "), "big@0 big@0 ~big@0 ~big@0 launches@1 launches@1 ~launch@1 ~launch@1");
    }
}
