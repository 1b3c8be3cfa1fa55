//! Our own index.

use std::path::Path;

use anyhow::Result;
use inkstand_model::{EntryFilter, FacetField, LogId, Match, Position, SearchDocument, SearchRequest, Seq};
use inkstand_search::Index;
use uuid::Uuid;

use crate::engine::{Engine, used};
use crate::questions::{Class, Question};

/// Our index.
pub(crate) struct Ours {
    pub(crate) index: Index,
}

impl Ours {
    /// The index of a folder.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        Ok(Self { index: Index::open(folder)? })
    }

    /// Fills it with what `chunks` gives.
    pub(crate) fn fill(&self, chunks: impl Iterator<Item = Vec<SearchDocument>>) -> Result<()> {
        let mut rebuild = self.index.rebuild()?;
        for chunk in chunks {
            rebuild.add(&chunk)?;
        }
        Ok(rebuild.finish(position(1))?)
    }
}

/// A place in a log that does not matter.
pub(crate) fn position(seq: i64) -> Position {
    Position { log: LogId::from_uuid(Uuid::nil()), seq: Seq::new(seq) }
}

impl Engine for Ours {
    fn name(&self) -> &'static str {
        "ours"
    }

    fn knows(&self, _: Class) -> bool {
        true
    }

    fn ask(&mut self, question: &Question) -> Result<u64> {
        if question.class == Class::Suggest {
            return Ok(self.index.suggest(&question.words, 8)?.len() as u64);
        }
        let text = match question.class {
            Class::Phrase => format!("\"{}\"", question.words),
            Class::Prefix => question.words.clone(),
            // A space ends the last word: it is not the beginning of another.
            _ => format!("{} ", question.words),
        };
        let tags = Match { any: question.tag.iter().cloned().collect(), ..Match::default() };
        let request = SearchRequest {
            text,
            filter: EntryFilter { tags, ..EntryFilter::default() },
            limit: 10,
            marks: true,
            total: true,
            ..SearchRequest::default()
        };
        let results = self.index.search(&request)?;
        let total = results.total.unwrap_or_default();
        used(results);
        if question.class == Class::Facets {
            used(self.index.facets(&request, &[(FacetField::Tag, 10), (FacetField::Category, 10)])?);
        }
        Ok(total)
    }
}
