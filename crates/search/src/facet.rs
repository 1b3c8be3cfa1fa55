//! Counting hits by tag, category, author and year: from columns, without reading a document.

use std::collections::HashMap;

use inkstand_model::{Facet, FacetField};
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use crate::document::split_label;

/// Counts hits by the values of several fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FacetCounter<'a>(pub(crate) &'a [FacetField]);

/// Counts by label, or by year.
pub(crate) type LabelCounts = HashMap<String, u64>;

impl Collector for FacetCounter<'_> {
    /// For each field.
    type Fruit = Vec<LabelCounts>;
    type Child = SegmentCounters;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentCounters> {
        self.0
            .iter()
            .map(|field| SegmentCounter::new(*field, segment))
            .collect::<Result<_, _>>()
            .map(SegmentCounters)
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(
        &self,
        segments: Vec<tantivy::Result<Vec<LabelCounts>>>,
    ) -> tantivy::Result<Vec<LabelCounts>> {
        let mut counts = vec![LabelCounts::new(); self.0.len()];
        for segment in segments {
            for (counts, of_segment) in counts.iter_mut().zip(segment?) {
                for (label, count) in of_segment {
                    *counts.entry(label).or_default() += count;
                }
            }
        }
        Ok(counts)
    }
}

/// Counts the hits of one segment by several fields.
pub(crate) struct SegmentCounters(Vec<SegmentCounter>);

impl SegmentCollector for SegmentCounters {
    type Fruit = tantivy::Result<Vec<LabelCounts>>;

    fn collect(&mut self, doc: DocId, _: Score) {
        for counter in &mut self.0 {
            counter.collect(doc);
        }
    }

    fn harvest(self) -> tantivy::Result<Vec<LabelCounts>> {
        self.0.into_iter().map(SegmentCounter::harvest).collect()
    }
}

/// Counts the hits of one segment by one field.
enum SegmentCounter {
    /// By the numbers of labels in the column's dictionary.
    Labels(StrColumn, Vec<u64>),
    /// By year.
    Years(Column<i64>, HashMap<i64, u64>),
    /// No entry of the segment has a value.
    None,
}

impl SegmentCounter {
    fn new(field: FacetField, segment: &SegmentReader) -> tantivy::Result<Self> {
        let columns = segment.fast_fields();
        let column = match field {
            FacetField::Year => {
                let years = columns.column_opt("year")?;
                return Ok(years.map_or(Self::None, |years| Self::Years(years, HashMap::new())));
            }
            FacetField::Tag => "tag_label",
            FacetField::Category => "category_label",
            FacetField::Author => "author_label",
        };
        Ok(match columns.str(column)? {
            Some(column) => {
                let counts = vec![0; column.num_terms()];
                Self::Labels(column, counts)
            }
            None => Self::None,
        })
    }

    fn collect(&mut self, doc: DocId) {
        match self {
            Self::Labels(column, counts) => {
                for label in column.ords().values_for_doc(doc) {
                    if let Some(count) = usize::try_from(label).ok().and_then(|label| counts.get_mut(label)) {
                        *count += 1;
                    }
                }
            }
            Self::Years(column, counts) => {
                for year in column.values_for_doc(doc) {
                    *counts.entry(year).or_default() += 1;
                }
            }
            Self::None => {}
        }
    }

    fn harvest(self) -> tantivy::Result<LabelCounts> {
        match self {
            Self::Labels(column, counts) => {
                let counted = (0..).zip(counts).filter(|(_, count)| *count > 0);
                let (numbers, counts): (Vec<u64>, Vec<u64>) = counted.unzip();
                let mut labels = LabelCounts::with_capacity(counts.len());
                let mut counts = counts.into_iter();
                // In one go: to look up each by itself would unpack a block of the dictionary each time.
                column.dictionary().sorted_ords_to_term_cb(&numbers, |label| {
                    let count = counts.next().unwrap_or_default();
                    labels.insert(String::from_utf8_lossy(label).into_owned(), count);
                })?;
                Ok(labels)
            }
            Self::Years(_, counts) => Ok(counts.into_iter().map(|(year, n)| (year.to_string(), n)).collect()),
            Self::None => Ok(LabelCounts::new()),
        }
    }
}

/// The `first` most frequent values, equal ones by value.
pub(crate) fn most_frequent(
    counts: &LabelCounts,
    first: usize,
    selected: impl Fn(&str) -> bool,
) -> Vec<Facet> {
    let mut facets: HashMap<String, (Facet, u64)> = HashMap::new();
    let mut labels: Vec<(&String, u64)> = counts.iter().map(|(label, count)| (label, *count)).collect();
    labels.sort_unstable();
    for (label, count) in labels {
        let (value, name) = split_label(label);
        let facet =
            || Facet { value: value.to_owned(), label: name.to_owned(), count: 0, selected: selected(value) };
        let (facet, of_name) = facets.entry(value.to_owned()).or_insert_with(|| (facet(), 0));
        facet.count += count;
        // While the entries of a renamed tag are indexed anew, the name that most of them have is shown.
        if count > *of_name {
            name.clone_into(&mut facet.label);
            *of_name = count;
        }
    }
    let mut facets: Vec<Facet> = facets.into_values().map(|(facet, _)| facet).collect();
    facets.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    facets.truncate(first);
    facets
}
