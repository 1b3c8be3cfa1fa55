//! Entries that say most of what another one says.

use std::collections::HashMap;

use inkstand_model::EntryId;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{IndexRecordOption, Value};
use tantivy::{TantivyDocument, Term};

use crate::document::id_term;
use crate::order::Places;
use crate::snapshot::Snapshot;
use crate::tongue::{Stems, Tongue};
use crate::weights;
use crate::words::Scanner;

/// So many of its most telling words stand for an entry.
const WORDS: usize = 25;

impl Snapshot {
    /// The nearest entries: its most telling words (frequent in it, rare elsewhere), scored like a question.
    pub(crate) fn related(&self, entry: EntryId, first: usize) -> tantivy::Result<Vec<EntryId>> {
        let id = id_term(entry, &self.fields);
        let itself = TermQuery::new(id.clone(), IndexRecordOption::Basic);
        let found = self.searcher.search(&itself, &TopDocs::with_limit(1).order_by_score())?;
        let Some((_, address)) = found.into_iter().next().filter(|_| first > 0) else {
            return Ok(Vec::new());
        };
        let stored: TantivyDocument = self.searcher.doc(address)?;
        let mut clauses: Vec<(Occur, Box<dyn Query>)> =
            vec![(Occur::MustNot, Box::new(TermQuery::new(id, IndexRecordOption::Basic)))];
        for (term, weight) in self.telling_terms(&stored)? {
            let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
            clauses.push((Occur::Should, Box::new(BoostQuery::new(Box::new(query), weight))));
        }
        if clauses.len() == 1 {
            return Ok(Vec::new());
        }
        let query = BooleanQuery::with_minimum_required_clauses(clauses, 1);
        let room = usize::try_from(self.searcher.num_docs()).unwrap_or(usize::MAX);
        let top =
            TopDocs::with_limit(first.min(room)).order_by(Places(inkstand_model::SearchOrder::Relevance));
        self.searcher
            .search(&query, &top)?
            .into_iter()
            .map(|(_, address)| Ok(self.entry(address)?.0))
            .collect()
    }

    fn telling_terms(&self, stored: &TantivyDocument) -> tantivy::Result<Vec<(Term, f32)>> {
        let text = |field| stored.get_first(field).and_then(|value| value.as_str()).unwrap_or_default();
        let tongue =
            text(self.fields.stored_language).chars().next().map_or(Tongue::PLAIN, Tongue::from_char);
        let mut counts: HashMap<String, f32> = HashMap::new();
        let (mut scanner, mut stems) = (Scanner::default(), Stems::new(tongue));
        for (text, weight) in
            [(text(self.fields.stored_title), weights::TITLE), (text(self.fields.stored_text), weights::BODY)]
        {
            scanner.scan(text, |piece| {
                for stem in stems.of(&piece) {
                    *counts.entry(stem.clone()).or_default() += f32::from(weight);
                }
            });
        }
        let entries = self.searcher.num_docs() as f32;
        let words = self.words();
        let mut terms = Vec::new();
        for (stem, count) in counts {
            let having = words.entries(&stem)? as f32;
            // A word that is nowhere else leads nowhere.
            if having > 1.0 {
                let telling = count / (count + 1.2) * (1.0 + entries / having).ln();
                terms.push((telling, stem));
            }
        }
        terms.sort_unstable_by(|(a, one), (b, other)| b.total_cmp(a).then_with(|| one.cmp(other)));
        terms.truncate(WORDS);
        Ok(terms.into_iter().map(|(telling, stem)| (words.term(&stem), telling)).collect())
    }
}
