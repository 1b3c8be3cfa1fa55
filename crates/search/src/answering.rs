//! The answer to a request, of one half of the index or of both: put together as if they were one.

use std::collections::HashMap;

use inkstand_model::{Facet, FacetField, SearchRequest, SearchResults};

use crate::facet::{LabelCounts, most_frequent};
use crate::index::Current;
use crate::question::{Understanding, Understood};
use crate::synonyms::Synonyms;
use crate::tongue::Stems;
use crate::view::View;

/// Answers a request from one state of the index.
pub(crate) struct Answering {
    halves: Vec<Understood>,
}

impl Answering {
    /// Understands the request for each half that it looks at.
    pub(crate) fn new(
        current: &Current,
        request: &SearchRequest,
        synonyms: &Synonyms,
    ) -> tantivy::Result<Self> {
        let views = View::of(current, request)?;
        let understandings: tantivy::Result<Vec<_>> =
            views.iter().map(|view| Understanding::of(view, request, synonyms)).collect();
        let understandings = understandings?;
        // What has all words in one half leaves no room in the other for what has fewer.
        let mut least = 0;
        for understanding in &understandings {
            least = least.max(understanding.least()?);
        }
        let halves = understandings.into_iter().map(|understanding| understanding.understood(least));
        Ok(Self { halves: halves.collect::<tantivy::Result<_>>()? })
    }

    /// A page of hits, and how many there are on all pages where that is wanted.
    pub(crate) fn hits(&self, request: &SearchRequest, stems: &mut Stems) -> tantivy::Result<SearchResults> {
        let (skip, limit) = (request.skip as usize, request.limit as usize);
        let until = skip.saturating_add(limit).saturating_add(1);
        let mut results = SearchResults {
            corrected: self.halves.iter().find_map(|half| half.corrected.clone()),
            did_you_mean: self.halves.iter().find_map(|half| half.did_you_mean.clone()),
            total: request.total.then_some(0),
            ..SearchResults::default()
        };
        let mut found = Vec::new();
        for half in &self.halves {
            let (of_half, counted) = half.first(until, request.total, stems)?;
            found.extend(of_half.into_iter().map(|(place, address)| (place, address, half)));
            if let Some(total) = &mut results.total {
                *total += counted.map_or_else(|| half.count(), Ok)?;
            }
        }
        if self.halves.len() > 1 {
            found.sort_by(|(a, ..), (b, ..)| b.cmp(a));
        }
        results.has_next = found.len() > skip.saturating_add(limit);
        for (place, address, half) in found.into_iter().skip(skip).take(limit) {
            let stems = request.marks.then_some(&mut *stems);
            results.hits.push(half.hit(place.score, address, stems)?);
        }
        Ok(results)
    }

    /// The number of hits on all pages.
    pub(crate) fn count(&self) -> tantivy::Result<u64> {
        self.halves.iter().map(Understood::count).sum()
    }

    /// The most frequent values of each of these fields, so many of each, among the hits of all pages; of a field among
    /// whose values the request chooses, among those that there would be without that choice.
    pub(crate) fn facets(&self, wanted: &[(FacetField, usize)]) -> tantivy::Result<Vec<Vec<Facet>>> {
        let mut fields: Vec<FacetField> = wanted.iter().map(|(field, _)| *field).collect();
        fields.sort_unstable();
        fields.dedup();
        let mut counts: HashMap<FacetField, LabelCounts> = HashMap::new();
        for half in &self.halves {
            for (field, of_half) in half.facets(fields.clone())? {
                let counts = counts.entry(field).or_default();
                for (label, count) in of_half {
                    *counts.entry(label).or_default() += count;
                }
            }
        }
        let frequent = wanted.iter().map(|(field, first)| {
            let selected = |value: &str| {
                self.halves.iter().any(|half| half.selected.contains(&(*field, value.to_owned())))
            };
            counts.get(field).map_or_else(Vec::new, |counts| most_frequent(counts, *first, selected))
        });
        Ok(frequent.collect())
    }
}
