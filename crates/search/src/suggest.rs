//! What a reader may be about to type.

use std::collections::HashSet;
use std::sync::Arc;

use inkstand_model::{SearchOrder, Suggestion, SuggestionKind};
use tantivy::DocAddress;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;

use crate::best::best;
use crate::snapshot::{Name, Snapshot};
use crate::view::View;
use crate::weights;
use crate::words::folded_words;

/// Of as many titles as this, for each that is wanted, those are taken that begin as what was typed.
const TITLES_READ: usize = 3;

impl Snapshot {
    /// Tags and authors first, at most half of all, then titles; those that begin so before those that go on so,
    /// then the latest.
    pub(crate) fn suggest(self: &Arc<Self>, typed: &str, first: usize) -> tantivy::Result<Vec<Suggestion>> {
        let words = folded_words(typed);
        let Some((beginning, whole)) = words.split_last() else { return Ok(Vec::new()) };
        if first == 0 {
            return Ok(Vec::new());
        }
        let names = self.names()?;
        let titles = self.titles(beginning, whole, first)?;
        let named = |spelled: Spelled| {
            let tags = named(&names.tags, &words, spelled, SuggestionKind::Tag);
            (tags, named(&names.authors, &words, spelled, SuggestionKind::Author))
        };
        let (mut tags, mut authors) = named(Spelled::AsTyped);
        // Where something bears what was typed, it was no typo.
        let borne = |title: &Suggestion| Spelled::AsTyped.fits(&words, &folded_words(&title.text));
        if tags.is_empty() && authors.is_empty() && !titles.iter().any(borne) {
            (tags, authors) = named(Spelled::Almost);
        }
        let room = first.saturating_sub(titles.len()).max(first / 2);
        let of_authors = authors.len().min((room / 2).max(room.saturating_sub(tags.len())));
        let of_tags = tags.len().min(room - of_authors);
        let mut suggestions: Vec<Suggestion> = tags.into_iter().take(of_tags).collect();
        suggestions.extend(authors.into_iter().take(of_authors));
        suggestions.extend(titles);
        suggestions.truncate(first);
        Ok(suggestions)
    }

    fn titles(
        self: &Arc<Self>,
        beginning: &str,
        whole: &[String],
        first: usize,
    ) -> tantivy::Result<Vec<Suggestion>> {
        let dictionary = self.dictionary(self.fields.title_words);
        let term = |word: &str| -> Box<dyn Query> {
            Box::new(TermQuery::new(dictionary.term(word), IndexRecordOption::Basic))
        };
        let mut lasts = vec![beginning.to_owned()];
        lasts.extend(
            dictionary
                .completions(beginning, weights::MAX_TITLES_COMPLETED)?
                .into_iter()
                .map(|near| near.word),
        );
        if lasts.len() == 1 && dictionary.entries(beginning)? == 0 {
            lasts = dictionary.corrections(beginning, true)?.into_iter().map(|near| near.word).collect();
        }
        let mut clauses: Vec<(Occur, Box<dyn Query>)> =
            vec![(Occur::Must, Box::new(BooleanQuery::union(lasts.iter().map(|word| term(word)).collect())))];
        for word in whole {
            let mut forms = vec![term(word)];
            if dictionary.entries(word)? == 0 {
                forms.extend(dictionary.corrections(word, false)?.iter().map(|near| term(&near.word)));
            }
            clauses.push((Occur::Must, Box::new(BooleanQuery::union(forms))));
        }
        let read = first.saturating_mul(TITLES_READ).min(100);
        let (found, _) =
            best(&View::of_published(self), &BooleanQuery::new(clauses), SearchOrder::Newest, read, false)?;
        let mut titles = Vec::new();
        let mut seen = HashSet::new();
        for (_, address) in found {
            let title = self.title(address)?;
            if seen.insert(title.clone()) {
                let words = folded_words(&title);
                let begins = words.iter().zip(whole).all(|(word, typed)| word == typed)
                    && words.get(whole.len()).is_some_and(|word| word.starts_with(beginning));
                let (id, kind) = self.entry(address)?;
                titles.push((!begins, Suggestion { kind: SuggestionKind::Entry(id, kind), text: title }));
            }
        }
        titles.sort_by_key(|(goes_on, _)| *goes_on);
        Ok(titles.into_iter().map(|(_, title)| title).take(first).collect())
    }

    fn title(&self, address: DocAddress) -> tantivy::Result<String> {
        Ok(self.stored(address)?.title().trim().to_owned())
    }
}

/// How a name must be spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spelled {
    /// Exactly so.
    AsTyped,
    /// Within one edit of each word of four letters or more.
    Almost,
}

impl Spelled {
    /// Whether a name has all the typed words, of the last one the beginning.
    fn fits(self, typed: &[String], name: &[String]) -> bool {
        let Some((beginning, whole)) = typed.split_last() else { return false };
        whole.iter().all(|word| name.iter().any(|other| self.is(word, other)))
            && name.iter().any(|other| self.begins(beginning, other))
    }

    fn is(self, typed: &str, word: &str) -> bool {
        typed == word || self.forgives(typed) && one_edit(typed, word, |typed, word| typed == word)
    }

    fn begins(self, typed: &str, word: &str) -> bool {
        let begins = |typed: &str, word: &str| word.starts_with(typed);
        begins(typed, word) || self.forgives(typed) && one_edit(typed, word, begins)
    }

    fn forgives(self, typed: &str) -> bool {
        self == Self::Almost && typed.chars().count() >= 4
    }
}

/// The names that fit, those first that begin with the first word that was typed.
fn named(
    names: &[Name],
    typed: &[String],
    spelled: Spelled,
    kind: impl Fn(inkstand_model::Slug) -> SuggestionKind,
) -> Vec<Suggestion> {
    let Some(beginning) = typed.first() else { return Vec::new() };
    let mut found: Vec<(bool, &Name)> = names
        .iter()
        .filter(|name| spelled.fits(typed, &name.words))
        .map(|name| (!name.words.first().is_some_and(|word| spelled.begins(beginning, word)), name))
        .collect();
    found.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.text.cmp(&other.text)));
    found
        .into_iter()
        .map(|(_, name)| Suggestion { kind: kind(name.slug.clone()), text: name.text.clone() })
        .collect()
}

/// Whether one edit makes something of `typed` that fits the word; a swap of neighbours is one. What stands before the
/// first difference is compared once, so that a blog with thousands of names is looked through while somebody types.
fn one_edit(typed: &str, word: &str, fits: impl Fn(&str, &str) -> bool) -> bool {
    let same = typed.chars().zip(word.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (typed, word) = (&typed[same..], &word[same..]);
    let (mut typed_behind, mut word_behind) = (typed.chars(), word.chars());
    let (typed_first, word_first) = (typed_behind.next(), word_behind.next());
    let one_too_many = || typed_first.is_some() && fits(typed_behind.as_str(), word);
    let one_missing = || word_first.is_some() && fits(typed, word_behind.as_str());
    let another =
        || typed_first.is_some() && word_first.is_some() && fits(typed_behind.as_str(), word_behind.as_str());
    let swapped = || {
        let (mut typed_behind, mut word_behind) = (typed_behind.clone(), word_behind.clone());
        let (typed_second, word_second) = (typed_behind.next(), word_behind.next());
        typed_second.is_some()
            && (typed_first, typed_second) == (word_second, word_first)
            && fits(typed_behind.as_str(), word_behind.as_str())
    };
    one_too_many() || one_missing() || another() || swapped()
}
