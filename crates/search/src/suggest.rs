//! What a reader may be about to type.

use std::collections::HashSet;

use inkstand_model::{SearchOrder, Suggestion, SuggestionKind};
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{IndexRecordOption, Value};
use tantivy::{DocAddress, TantivyDocument};

use crate::best::best;
use crate::snapshot::{Name, Snapshot};
use crate::weights;
use crate::words::folded_words;

/// Of as many titles as this, for each that is wanted, those are taken that begin as what was typed.
const TITLES_READ: usize = 3;

impl Snapshot {
    /// Tags and authors first, at most half of all, then titles; those that begin so before those that go on so,
    /// then the latest.
    pub(crate) fn suggest(&self, typed: &str, first: usize) -> tantivy::Result<Vec<Suggestion>> {
        let words = folded_words(typed);
        let Some((beginning, whole)) = words.split_last() else { return Ok(Vec::new()) };
        if first == 0 {
            return Ok(Vec::new());
        }
        let names = self.names()?;
        let tags = named(&names.tags, &words, SuggestionKind::Tag);
        let authors = named(&names.authors, &words, SuggestionKind::Author);
        let titles = self.titles(beginning, whole, first)?;
        let room = first.saturating_sub(titles.len()).max(first / 2);
        let of_authors = authors.len().min((room / 2).max(room.saturating_sub(tags.len())));
        let of_tags = tags.len().min(room - of_authors);
        let mut suggestions: Vec<Suggestion> = tags.into_iter().take(of_tags).collect();
        suggestions.extend(authors.into_iter().take(of_authors));
        suggestions.extend(titles);
        suggestions.truncate(first);
        Ok(suggestions)
    }

    fn titles(&self, beginning: &str, whole: &[String], first: usize) -> tantivy::Result<Vec<Suggestion>> {
        let dictionary = self.title_words();
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
        let (found, _) = best(self, &BooleanQuery::new(clauses), SearchOrder::Newest, read, false)?;
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
        let stored: TantivyDocument = self.searcher.doc(address)?;
        let title = stored.get_first(self.fields.stored_title).and_then(|title| title.as_str());
        Ok(title.unwrap_or_default().trim().to_owned())
    }
}

/// The names that have all the words, of the last one the beginning.
fn named(
    names: &[Name],
    typed: &[String],
    kind: impl Fn(inkstand_model::Slug) -> SuggestionKind,
) -> Vec<Suggestion> {
    let Some((beginning, whole)) = typed.split_last() else { return Vec::new() };
    let mut found: Vec<(bool, &Name)> = names
        .iter()
        .filter(|name| {
            whole.iter().all(|word| name.words.contains(word))
                && name.words.iter().any(|word| word.starts_with(beginning))
        })
        .map(|name| (!name.words.first().is_some_and(|word| word.starts_with(&typed[0])), name))
        .collect();
    found.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.text.cmp(&other.text)));
    found
        .into_iter()
        .map(|(_, name)| Suggestion { kind: kind(name.slug.clone()), text: name.text.clone() })
        .collect()
}
