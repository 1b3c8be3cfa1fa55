//! Entries as lists show them.

use std::{collections::HashMap, sync::Arc};

use inkstand_blog::BlogError;
use inkstand_model::{Author, Category, Entry, EntryId, Filings, Tag};
use inkstand_web::{Card, Link, Person, Picture, SafeHtml};

use crate::pages::{address::TermKind, desk::Desk, query::href};

impl Desk<'_> {
    /// Posts as a list shows them.
    pub(crate) async fn cards(&self, entries: &[Arc<Entry>]) -> Result<Vec<Card>, BlogError> {
        let filed = self.filings(entries).await?;
        let nothing = Filings::default();
        let card = |entry: &Arc<Entry>| {
            let filed = filed.get(&entry.id).map_or(&nothing, |filed| filed.as_ref());
            Card {
                authors: filed.authors.iter().map(|author| self.person(author)).collect(),
                tags: filed.tags.iter().map(|tag| self.tag(tag)).collect(),
                excerpt: SafeHtml::sanitised(entry.excerpt_html.clone()),
                reading_minutes: entry.reading_minutes,
                is_featured: entry.featured,
                ..self.bare_card(entry)
            }
        };
        Ok(entries.iter().map(card).collect())
    }

    /// Title and date alone.
    pub(crate) fn bare_card(&self, entry: &Entry) -> Card {
        Card {
            title: entry.title.clone(),
            href: self.at(&entry.path),
            published: entry.published_at().map(|at| self.date(at)),
            authors: Vec::new(),
            tags: Vec::new(),
            excerpt: SafeHtml::default(),
            reading_minutes: 0,
            language: self.foreign(&entry.language),
            is_featured: false,
        }
    }

    /// What entries are filed under.
    pub(crate) async fn filings(
        &self,
        entries: &[Arc<Entry>],
    ) -> Result<HashMap<EntryId, Arc<Filings>>, BlogError> {
        let ids: Vec<EntryId> = entries.iter().map(|entry| entry.id).collect();
        self.reader.filings(&ids).await
    }

    /// Those of these entries that the reader may see, in this order.
    pub(crate) async fn entries(&self, ids: &[EntryId]) -> Result<Vec<Arc<Entry>>, BlogError> {
        let mut entries = self.reader.entries_by_ids(ids).await?;
        Ok(ids.iter().filter_map(|id| entries.remove(id)).collect())
    }

    /// A link to an entry.
    pub(crate) fn link(&self, entry: &Entry) -> Link {
        Link { text: entry.title.clone(), href: self.at(&entry.path) }
    }

    pub(crate) fn person(&self, author: &Author) -> Person {
        Person {
            name: author.name.clone(),
            href: self.term(TermKind::Author, &author.slug),
            url: href(&self.whole(&TermKind::Author.path(&author.slug))),
        }
    }

    pub(crate) fn tag(&self, tag: &Tag) -> Link {
        Link { text: tag.name.clone(), href: self.term(TermKind::Tag, &tag.slug) }
    }

    pub(crate) fn category(&self, category: &Category) -> Link {
        Link { text: category.name.clone(), href: self.term(TermKind::Category, &category.slug) }
    }

    /// A picture that somebody has named by its address; `None` where that is none.
    pub(crate) fn picture(&self, src: &str, alt: &str, caption: Option<&str>) -> Option<Picture> {
        let src = inkstand_web::Href::parse(src)?;
        Some(Picture {
            url: self.whole_of(&src),
            src,
            alt: alt.to_owned(),
            caption: SafeHtml::sanitised(caption.unwrap_or_default().to_owned()),
        })
    }
}
