//! Counting hits by tag, category, author and year: from columns, without reading a document.

use std::collections::HashMap;

use inkstand_model::{Facet, FacetField};
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use crate::document::split_label;

/// Counts hits by the values of one field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FacetCounter(pub(crate) FacetField);

/// Counts by label, or by year.
pub(crate) type LabelCounts = HashMap<String, u64>;

impl FacetCounter {
    fn column(self) -> &'static str {
        match self.0 {
            FacetField::Tag => "tag_label",
            FacetField::Category => "category_label",
            FacetField::Author => "author_label",
            FacetField::Year => "year",
        }
    }
}

impl Collector for FacetCounter {
    type Fruit = LabelCounts;
    type Child = SegmentCounter;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentCounter> {
        let columns = segment.fast_fields();
        if self.0 == FacetField::Year {
            return Ok(SegmentCounter::Years(columns.i64(self.column())?, HashMap::new()));
        }
        Ok(match columns.str(self.column())? {
            Some(column) => {
                let counts = vec![0; column.num_terms()];
                SegmentCounter::Labels(column, counts)
            }
            None => SegmentCounter::None,
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<tantivy::Result<LabelCounts>>) -> tantivy::Result<LabelCounts> {
        let mut counts = LabelCounts::new();
        for segment in segments {
            for (label, count) in segment? {
                *counts.entry(label).or_default() += count;
            }
        }
        Ok(counts)
    }
}

/// Counts the hits of one segment.
pub(crate) enum SegmentCounter {
    /// By the numbers of labels in the column's dictionary.
    Labels(StrColumn, Vec<u64>),
    /// By year.
    Years(Column<i64>, HashMap<i64, u64>),
    /// No entry of the segment has a value.
    None,
}

impl SegmentCollector for SegmentCounter {
    type Fruit = tantivy::Result<LabelCounts>;

    fn collect(&mut self, doc: DocId, _: Score) {
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
                let mut labels = LabelCounts::new();
                let mut label = String::new();
                for (number, count) in (0..).zip(counts).filter(|(_, count)| *count > 0) {
                    column.ord_to_str(number, &mut label)?;
                    labels.insert(label.clone(), count);
                }
                Ok(labels)
            }
            Self::Years(_, counts) => Ok(counts.into_iter().map(|(year, n)| (year.to_string(), n)).collect()),
            Self::None => Ok(LabelCounts::new()),
        }
    }
}

/// The `first` most frequent values, equal ones by value.
pub(crate) fn most_frequent(counts: LabelCounts, first: usize) -> Vec<Facet> {
    let mut facets: HashMap<String, (Facet, u64)> = HashMap::new();
    let mut labels: Vec<(String, u64)> = counts.into_iter().collect();
    labels.sort_unstable();
    for (label, count) in labels {
        let (value, name) = split_label(&label);
        let facet = || Facet { value: value.to_owned(), label: name.to_owned(), count: 0 };
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
