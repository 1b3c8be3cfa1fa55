//! Posts that say most of what an entry says, and tags that stand beside a tag.

use std::collections::HashMap;
use std::sync::Arc;

use inkstand_model::{EntryId, EntryKind, FacetField, SearchOrder, Slug};
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, Term};

use crate::best::best;
use crate::document::{id_term, split_label};
use crate::facet::{FacetCounter, most_frequent};
use crate::filter::{Conditions, kind_term, slug_terms};
use crate::snapshot::Snapshot;
use crate::tongue::Stems;
use crate::view::View;
use crate::weights;
use crate::words::{PieceKind, Scanner};

/// So many of its most telling words stand for an entry: fewer miss what it is about, more cost time.
const WORDS: usize = 40;

/// A word that comes so often tells half of what one can tell that comes all the time. What an entry is about it says many
/// times, so that this is more than for a question's words.
const HALF_TOLD: f32 = 6.0;

impl Snapshot {
    /// The nearest posts: its most telling words (frequent in it, rare elsewhere), scored like a question.
    pub(crate) fn related(self: &Arc<Self>, entry: EntryId, first: usize) -> tantivy::Result<Vec<EntryId>> {
        let id = id_term(entry, &self.fields);
        let itself = TermQuery::new(id.clone(), IndexRecordOption::Basic);
        let found = self.searcher.search(&itself, &TopDocs::with_limit(1).order_by_score())?;
        let Some((_, address)) = found.into_iter().next().filter(|_| first > 0) else {
            return Ok(Vec::new());
        };
        let telling = self.telling_terms(address)?;
        if telling.is_empty() {
            return Ok(Vec::new());
        }
        let mut conditions = Conditions::default();
        conditions.any(vec![kind_term(EntryKind::Post, &self.fields)]);
        conditions.not(Box::new(itself));
        let words = telling.into_iter().map(|(term, weight)| -> Box<dyn Query> {
            let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
            Box::new(BoostQuery::new(Box::new(query), weight))
        });
        let mut clauses = conditions.into_clauses();
        clauses.push((Occur::Must, Box::new(BooleanQuery::union(words.collect()))));
        let (found, _) = best(
            &View::of_published(self),
            &BooleanQuery::new(clauses),
            SearchOrder::Relevance,
            first,
            false,
        )?;
        found.into_iter().map(|(_, address)| Ok(self.entry(address)?.0)).collect()
    }

    /// The tags that stand most tellingly beside a tag on its posts: on how many more of them than chance would have it.
    /// Those that stand there no more often than anywhere come last.
    pub(crate) fn related_tags(&self, tag: &Slug, first: usize) -> tantivy::Result<Vec<Slug>> {
        let mut conditions = Conditions::default();
        conditions.any(slug_terms(tag, &[self.fields.tag]));
        conditions.any(vec![kind_term(EntryKind::Post, &self.fields)]);
        let posts = BooleanQuery::new(conditions.into_clauses());
        let (bearing, counts) = self.searcher.search(&posts, &(Count, FacetCounter(&[FacetField::Tag])))?;
        let mut beside = Vec::new();
        for facet in counts.iter().flat_map(|counts| most_frequent(counts, usize::MAX, |_| false)) {
            if facet.value == tag.as_str() {
                continue;
            }
            let slug = Slug::from_stored(facet.value);
            let term = Term::from_field_text(self.fields.tag, slug.as_str());
            let anywhere = self.searcher.search(&TermQuery::new(term, IndexRecordOption::Basic), &Count)?;
            let together = Together {
                both: facet.count as f64,
                one: bearing as f64,
                other: anywhere as f64,
                all: self.searcher.num_docs() as f64,
            };
            beside.push((together.association(), facet.count, slug));
        }
        beside.sort_by(|(a, more, one), (b, fewer, other)| {
            b.total_cmp(a).then(fewer.cmp(more)).then_with(|| one.cmp(other))
        });
        Ok(beside.into_iter().map(|(_, _, slug)| slug).take(first).collect())
    }

    /// The words that tell most of what an entry is about, its tags among them, with how much.
    fn telling_terms(&self, entry: DocAddress) -> tantivy::Result<Vec<(Term, f32)>> {
        let stored = self.stored(entry)?;
        let mut counts: HashMap<String, f32> = HashMap::new();
        let (mut scanner, mut stems) = (Scanner::default(), Stems::new(stored.tongue()));
        let tags = self.tag_names(entry)?;
        // A tag says in a word what the entry is about, as the title does.
        let tags = tags.iter().map(|name| (name.as_str(), weights::TITLE));
        for (text, weight) in
            [(stored.title(), weights::TITLE), (stored.text(), weights::BODY)].into_iter().chain(tags)
        {
            scanner.scan(text, |piece| {
                let mut count = |term: &str| match counts.get_mut(term) {
                    Some(count) => *count += f32::from(weight),
                    None => _ = counts.insert(term.to_owned(), f32::from(weight)),
                };
                match piece.kind {
                    PieceKind::Pair => count(piece.folded),
                    // `c++` tells something, 2024 does not.
                    PieceKind::Code if piece.folded.contains(char::is_alphabetic) => count(piece.folded),
                    _ => stems.of(&piece).iter().for_each(|stem| count(stem)),
                }
            });
        }
        let entries = self.searcher.num_docs();
        // Such words say little, and are where most of the time would go.
        let few = entries < weights::FILLER_MIN_ENTRIES;
        let most = if few { entries as f32 } else { entries as f32 * weights::FILLER_SHARE as f32 };
        let words = self.dictionary(self.fields.words);
        let mut terms = Vec::new();
        for (stem, count) in counts {
            let having = words.entries(&stem)? as f32;
            // A word that is nowhere else leads nowhere.
            if having > 1.0 && having <= most {
                // The root, since the score of the entries found multiplies by the rarity once more.
                let telling = count / (count + HALF_TOLD) * (1.0 + entries as f32 / having).ln().sqrt();
                terms.push((telling, stem));
            }
        }
        terms.sort_unstable_by(|(a, one), (b, other)| b.total_cmp(a).then_with(|| one.cmp(other)));
        terms.truncate(WORDS);
        Ok(terms.into_iter().map(|(telling, stem)| (words.term(&stem), telling)).collect())
    }
}

impl Snapshot {
    fn tag_names(&self, entry: DocAddress) -> tantivy::Result<Vec<String>> {
        let columns = self.searcher.segment_reader(entry.segment_ord).fast_fields();
        let Some(labels) = columns.str("tag_label")? else { return Ok(Vec::new()) };
        let mut names = Vec::new();
        let mut label = String::new();
        for number in labels.ords().values_for_doc(entry.doc_id) {
            label.clear();
            if labels.ord_to_str(number, &mut label)? {
                names.push(split_label(&label).1.to_owned());
            }
        }
        Ok(names)
    }
}

/// How many entries have one thing, another one, and both.
struct Together {
    both: f64,
    one: f64,
    other: f64,
    all: f64,
}

impl Together {
    /// Dunning's log-likelihood ratio, negative where the two are together more seldom than chance would have it. Other
    /// than a share, it takes little for a sign: two that are once together, and nowhere else, say less than two that are
    /// together ten times in twelve.
    fn association(&self) -> f64 {
        let Self { both, one, other, all } = *self;
        let cells = [
            (both, one, other),
            (one - both, one, all - other),
            (other - both, all - one, other),
            (all - one - other + both, all - one, all - other),
        ];
        let told = cells.into_iter().filter(|(seen, ..)| *seen > 0.0).map(|(seen, row, column)| {
            let expected = row * column / all;
            if expected > 0.0 { 2.0 * seen * (seen / expected).ln() } else { 0.0 }
        });
        let ratio: f64 = told.sum();
        if both * all < one * other { -ratio } else { ratio }
    }
}
