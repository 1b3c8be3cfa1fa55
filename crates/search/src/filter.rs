//! Conditions on entries as tantivy's queries. None of them scores.

use std::collections::HashSet;
use std::ops::Bound;

use inkstand_model::{
    CategoryMatch, EntryFilter, EntryKind, FacetField, HashtagMatch, InstantRange, Language, Match,
    SearchRequest, Slug,
};
use tantivy::Term;
use tantivy::query::{
    BooleanQuery, ConstScoreQuery, EmptyQuery, Occur, Query, RangeQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use crate::document::{byline_term, former, id_term, kind_number};
use crate::schema::Fields;
use crate::words;

/// Clauses of a boolean query.
pub(crate) type Clauses = Vec<(Occur, Box<dyn Query>)>;

/// Conditions, all of which must hold.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    clauses: Clauses,
    /// Those that choose one value of a field or another: the counts of that field do without its own.
    choices: Vec<(FacetField, Box<dyn Query>)>,
    /// Values that are asked for, by field.
    selected: HashSet<(FacetField, String)>,
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
        conditions.slugs(&filter.tags, &[fields.tag], Some(FacetField::Tag));
        conditions.categories(&filter.categories, fields);
        conditions.slugs(&filter.authors, &[fields.author], Some(FacetField::Author));
        conditions.slugs(&filter.series, &[fields.series], None);
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

    /// Adds the clauses of others.
    pub(crate) fn and(&mut self, others: Self) {
        self.clauses.extend(others.into_clauses());
    }

    /// The clauses of a boolean query.
    pub(crate) fn into_clauses(self) -> Clauses {
        let choices = self.choices.into_iter().map(|(_, query)| (Occur::Must, query));
        self.clauses.into_iter().chain(choices).collect()
    }

    /// The same, to be used again.
    pub(crate) fn clauses(&self) -> Clauses {
        self.clauses_but_for(None)
    }

    /// The same without the choice among the values of a field.
    pub(crate) fn without(&self, chosen: FacetField) -> Clauses {
        self.clauses_but_for(Some(chosen))
    }

    fn clauses_but_for(&self, chosen: Option<FacetField>) -> Clauses {
        let clauses = self.clauses.iter().map(|(occur, query)| (*occur, query.box_clone()));
        let choices = self.choices.iter().filter(|(field, _)| Some(*field) != chosen);
        clauses.chain(choices.map(|(_, query)| (Occur::Must, query.box_clone()))).collect()
    }

    /// The fields among whose values is chosen.
    pub(crate) fn chosen_among(&self) -> Vec<FacetField> {
        self.choices.iter().map(|(field, _)| *field).collect()
    }

    /// Notes that a value of a field is asked for.
    pub(crate) fn select(&mut self, field: FacetField, value: impl ToString) {
        self.selected.insert((field, value.to_string()));
    }

    /// The values that are asked for, by field.
    pub(crate) fn selected(&self) -> &HashSet<(FacetField, String)> {
        &self.selected
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
        self.clauses.push((Occur::Must, any_of(terms)));
    }

    /// Hashtags, each of which an entry has in its body or as a tag.
    pub(crate) fn hashtags(&mut self, hashtags: &HashtagMatch, fields: &Fields) {
        for name in &hashtags.all {
            self.any(hashtag_terms(name, fields));
        }
        let terms = |names: &[String]| names.iter().flat_map(|name| hashtag_terms(name, fields)).collect();
        if !hashtags.any.is_empty() {
            self.any(terms(&hashtags.any));
        }
        self.none(terms(&hashtags.none));
    }

    /// Published in one of these years.
    pub(crate) fn years(&mut self, years: &[i32], fields: &Fields) {
        if years.is_empty() {
            return;
        }
        let ranges = ranges_of(years).into_iter().map(|(first, last)| -> Box<dyn Query> {
            let bound = |year| Bound::Included(Term::from_field_i64(fields.year, year));
            Box::new(RangeQuery::new(bound(first), bound(last)))
        });
        let any = BooleanQuery::union(ranges.collect());
        self.choices.push((FacetField::Year, Box::new(ConstScoreQuery::new(Box::new(any), 0.0))));
        for year in years {
            self.select(FacetField::Year, year);
        }
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
        let counted = Some(FacetField::Category);
        if categories.descendants {
            self.slugs(&categories.slugs, &[fields.category, fields.category_above], counted);
        } else {
            self.slugs(&categories.slugs, &[fields.category], counted);
        }
    }

    /// `counted` is the facet whose values these are.
    fn slugs(&mut self, slugs: &Match, fields: &[Field], counted: Option<FacetField>) {
        for slug in &slugs.all {
            self.any(slug_terms(slug, fields));
        }
        if !slugs.any.is_empty() {
            let terms = slugs.any.iter().flat_map(|slug| slug_terms(slug, fields)).collect();
            match counted {
                Some(field) => self.choices.push((field, any_of(terms))),
                None => self.any(terms),
            }
        }
        if let Some(field) = counted {
            for slug in slugs.all.iter().chain(&slugs.any) {
                self.select(field, slug);
            }
        }
        self.none(slugs.none.iter().flat_map(|slug| slug_terms(slug, fields)).collect());
    }
}

/// The conditions of a request on what is not published: its stages, and whose it must be.
pub(crate) fn unpublished_conditions(request: &SearchRequest, fields: &Fields) -> Conditions {
    let mut conditions = Conditions::default();
    let statuses = request.filter.statuses.iter();
    conditions.any(statuses.map(|status| Term::from_field_text(fields.status, status.as_str())).collect());
    if let Some(authors) = &request.unpublished_of {
        conditions.any(authors.iter().map(|&author| byline_term(author, fields)).collect());
    }
    conditions
}

/// The terms of a slug in several fields: of those that have it, and of those that had it once.
pub(crate) fn slug_terms(slug: &Slug, fields: &[Field]) -> Vec<Term> {
    let had = former(slug);
    fields
        .iter()
        .flat_map(|&field| [slug.as_str(), &had].map(|text| Term::from_field_text(field, text)))
        .collect()
}

/// The terms of a hashtag: of the body, and of a tag of that name.
pub(crate) fn hashtag_terms(name: &str, fields: &Fields) -> Vec<Term> {
    let name = name.strip_prefix('#').unwrap_or(name);
    let mut terms = vec![Term::from_field_text(fields.hashtag, &words::folded(name))];
    terms.extend(Slug::from_title(name).iter().flat_map(|slug| slug_terms(slug, &[fields.tag])));
    terms
}

/// The term of a kind.
pub(crate) fn kind_term(kind: EntryKind, fields: &Fields) -> Term {
    Term::from_field_u64(fields.kind, kind_number(kind))
}

/// The term of a language, which the entries of its regions have too.
pub(crate) fn language_term(language: &Language, fields: &Fields) -> Term {
    Term::from_field_text(fields.language, language.as_str())
}

/// Years as first and last ones without a gap: each range is looked for by itself.
fn ranges_of(years: &[i32]) -> Vec<(i64, i64)> {
    let mut years: Vec<i64> = years.iter().map(|&year| i64::from(year)).collect();
    years.sort_unstable();
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for year in years {
        match ranges.last_mut() {
            Some((_, last)) if year <= *last + 1 => *last = year,
            _ => ranges.push((year, year)),
        }
    }
    ranges
}

fn any_of(terms: Vec<Term>) -> Box<dyn Query> {
    let query: Box<dyn Query> = match terms.len() {
        0 => Box::new(EmptyQuery),
        1..16 => Box::new(BooleanQuery::union(terms.into_iter().map(term_query).collect())),
        _ => Box::new(TermSetQuery::new(terms)),
    };
    Box::new(ConstScoreQuery::new(query, 0.0))
}

fn term_query(term: Term) -> Box<dyn Query> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}
