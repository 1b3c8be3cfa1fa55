//! Conditions on entries as tantivy's queries. None of them scores.

use std::ops::Bound;

use inkstand_model::{CategoryMatch, EntryFilter, EntryKind, InstantRange, Language, Match, Slug};
use tantivy::Term;
use tantivy::query::{
    BooleanQuery, ConstScoreQuery, EmptyQuery, Occur, Query, RangeQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use crate::document::{former, id_term, kind_number};
use crate::schema::Fields;

/// Conditions, all of which must hold.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    clauses: Vec<(Occur, Box<dyn Query>)>,
}

impl Conditions {
    /// The conditions of a filter and of the kinds that are asked for.
    pub(crate) fn of(filter: &EntryFilter, kinds: &[EntryKind], fields: &Fields) -> Self {
        let mut conditions = Self::default();
        if let Some(ids) = &filter.ids {
            conditions.any(ids.iter().map(|&id| id_term(id, fields)).collect());
        }
        if !kinds.is_empty() {
            conditions.any(kinds.iter().map(|&kind| kind_term(kind, fields)).collect());
        }
        conditions.slugs(&filter.tags, &[fields.tag]);
        conditions.categories(&filter.categories, fields);
        conditions.slugs(&filter.authors, &[fields.author]);
        conditions.slugs(&filter.series, &[fields.series]);
        if !filter.languages.is_empty() {
            conditions.any(filter.languages.iter().map(|tag| language_term(tag, fields)).collect());
        }
        conditions.range(fields.published, &filter.published);
        conditions.range(fields.updated, &filter.updated);
        if let Some(featured) = filter.featured {
            conditions.any(vec![Term::from_field_bool(fields.featured, featured)]);
        }
        conditions
    }

    /// The clauses of a boolean query.
    pub(crate) fn into_clauses(self) -> Vec<(Occur, Box<dyn Query>)> {
        self.clauses
    }

    /// One of these terms, or with `negated` none of them.
    pub(crate) fn any_or_none(&mut self, terms: Vec<Term>, negated: bool) {
        if negated { self.none(terms) } else { self.any(terms) }
    }

    /// Only entries that fit `query`.
    pub(crate) fn must(&mut self, query: Box<dyn Query>) {
        self.clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(query, 0.0))));
    }

    /// No entry that fits `query`.
    pub(crate) fn not(&mut self, query: Box<dyn Query>) {
        self.clauses.push((Occur::MustNot, query));
    }

    /// One of these terms.
    pub(crate) fn any(&mut self, terms: Vec<Term>) {
        let query: Box<dyn Query> = match terms.len() {
            0 => Box::new(EmptyQuery),
            1..16 => Box::new(BooleanQuery::union(terms.into_iter().map(term_query).collect())),
            _ => Box::new(TermSetQuery::new(terms)),
        };
        self.clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(query, 0.0))));
    }

    /// A date within the range.
    pub(crate) fn range(&mut self, field: Field, range: &InstantRange) {
        let bound = |instant: inkstand_model::Instant| Term::from_field_i64(field, instant.millis());
        let from = range.from.map_or(Bound::Unbounded, |from| Bound::Included(bound(from)));
        let before = range.before.map_or(Bound::Unbounded, |before| Bound::Excluded(bound(before)));
        if (&from, &before) != (&Bound::Unbounded, &Bound::Unbounded) {
            let query = ConstScoreQuery::new(Box::new(RangeQuery::new(from, before)), 0.0);
            self.clauses.push((Occur::Must, Box::new(query)));
        }
    }

    fn none(&mut self, terms: Vec<Term>) {
        self.clauses.extend(terms.into_iter().map(|term| (Occur::MustNot, term_query(term))));
    }

    fn categories(&mut self, categories: &CategoryMatch, fields: &Fields) {
        if categories.descendants {
            self.slugs(&categories.slugs, &[fields.category, fields.category_above]);
        } else {
            self.slugs(&categories.slugs, &[fields.category]);
        }
    }

    fn slugs(&mut self, slugs: &Match, fields: &[Field]) {
        for slug in &slugs.all {
            self.any(slug_terms(slug, fields));
        }
        if !slugs.any.is_empty() {
            self.any(slugs.any.iter().flat_map(|slug| slug_terms(slug, fields)).collect());
        }
        self.none(slugs.none.iter().flat_map(|slug| slug_terms(slug, fields)).collect());
    }
}

/// The terms of a slug in several fields: of those that have it, and of those that had it once.
pub(crate) fn slug_terms(slug: &Slug, fields: &[Field]) -> Vec<Term> {
    let had = former(slug);
    fields
        .iter()
        .flat_map(|&field| [slug.as_str(), &had].map(|text| Term::from_field_text(field, text)))
        .collect()
}

/// The term of a kind.
pub(crate) fn kind_term(kind: EntryKind, fields: &Fields) -> Term {
    Term::from_field_u64(fields.kind, kind_number(kind))
}

/// The term of a language, which the entries of its regions have too.
pub(crate) fn language_term(language: &Language, fields: &Fields) -> Term {
    Term::from_field_text(fields.language, language.as_str())
}

fn term_query(term: Term) -> Box<dyn Query> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}
