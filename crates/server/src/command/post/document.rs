//! Entries as the documents that people edit, and what an edited one changes.

use anyhow::Result;
use inkstand_blog::{Edit, Reader};
use inkstand_exchange::{Document, ReadDocument};
use inkstand_model::{Cover, Entry, EntryKind, EntryStatus, ImportSeries, Language, Site, Slug};

use super::{
    complaint::{Complaint, Unsaved},
    filing,
};

/// What an entry says now.
pub(crate) async fn of_entry(reader: &Reader, site: &Site, entry: &Entry) -> Result<Document> {
    let ids = [entry.id];
    let body = reader.bodies(&ids).await?.remove(&entry.id);
    let body =
        body.ok_or_else(|| anyhow::anyhow!("this {} was deleted a moment ago", entry.kind.as_str()))?;
    let filed = reader.filings(&ids).await?.remove(&entry.id).unwrap_or_default();
    let series = match &filed.series {
        Some(series) => {
            let parts = reader.series_parts(&[series.id]).await?.remove(&series.id).unwrap_or_default();
            let part = parts.iter().find(|part| part.entry == entry.id);
            let name = readable(&series.name, &series.slug);
            Some(ImportSeries { name, position: part.map(|part| part.position) })
        }
        None => None,
    };
    Ok(Document {
        kind: Some(entry.kind),
        title: entry.title.clone(),
        slug: Some(entry.slug.as_str().to_owned()),
        path: (!stands_as_usual(site, entry)).then(|| entry.path.as_str().to_owned()),
        date: entry.publication.date(),
        draft: false,
        language: Some(entry.language.as_str().to_owned()),
        tags: filed.tags.iter().map(|tag| tag.name.clone()).collect(),
        categories: filed
            .categories
            .iter()
            .map(|category| readable(&category.name, &category.slug))
            .collect(),
        authors: filed.authors.iter().map(|author| readable(&author.handle, &author.slug)).collect(),
        series,
        excerpt: body.excerpt.clone(),
        cover: entry
            .cover
            .clone()
            .map(|cover| Cover { caption: cover.caption.as_deref().map(without_markup), ..cover }),
        featured: entry.featured,
        menu_order: entry.menu_order,
        aliases: Vec::new(),
        format: body.format,
        source: body.source.clone(),
    })
}

/// Whether an import of it should make a draft.
pub(crate) fn is_held_back(entry: &Entry) -> bool {
    !matches!(entry.publication.status(), EntryStatus::Published | EntryStatus::Scheduled)
}

/// The name, where it leads to the slug.
fn readable(name: &str, slug: &Slug) -> String {
    let leads_there = Slug::from_title(name).as_ref() == Some(slug);
    if leads_there { name.to_owned() } else { slug.as_str().to_owned() }
}

/// Whether an entry stands where it would without an address of its own.
fn stands_as_usual(site: &Site, entry: &Entry) -> bool {
    let usual = match (entry.kind, entry.parent) {
        (EntryKind::Post, _) => {
            let date = entry.publication.date().unwrap_or(entry.created_at);
            site.permalinks.path_for(&entry.slug, entry.number, date, &site.zone).key().to_owned()
        }
        (EntryKind::Page, None) => format!("/{}", entry.slug),
        // The parent's address may be anything.
        (EntryKind::Page, Some(_)) => {
            let above = entry.path.key().rsplit_once('/').map_or("", |(above, _)| above);
            format!("{above}/{}", entry.slug)
        }
    };
    let rest = entry.path.key().strip_prefix(&usual);
    // A number made it free.
    let number = |rest: &str| rest.strip_prefix('-').is_some_and(|number| number.parse::<u32>().is_ok());
    rest.is_some_and(|rest| rest.is_empty() || number(rest))
}

/// A caption is kept as HTML; that of most is plain text, which reads better without.
fn without_markup(html: &str) -> String {
    let inner = html.strip_prefix("<p>").and_then(|html| html.strip_suffix("</p>")).unwrap_or(html);
    if inner.contains('<') {
        return html.to_owned();
    }
    let text = inner.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    text.replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}

/// What an edited document changes of `before`; everything, where there was nothing before.
pub(crate) async fn edit_of(
    reader: &Reader,
    read: &ReadDocument,
    before: Option<&Document>,
) -> Result<Edit, Unsaved> {
    let now = &read.document;
    let none = Document::new();
    let was = before.unwrap_or(&none);
    let mut wrong = Vec::new();
    if now.title.trim().is_empty() {
        wrong.push(Complaint::about(read, "title", "must not be empty"));
    }
    let categories = filing::categories(reader, read, &mut wrong).await?;
    let authors = filing::authors(reader, read, &mut wrong).await?;
    let series = filing::series(reader, read, &mut wrong).await?;
    let language = match now.language.as_deref().map(Language::parse).transpose() {
        Ok(language) => language,
        Err(error) => {
            wrong.push(Complaint::about(read, "lang", error));
            None
        }
    };
    if before.is_some() && was.date.is_some() && now.date.is_none() {
        wrong.push(Complaint::about(read, "date", "it has a date, which can be changed but not taken away"));
    }
    if !wrong.is_empty() {
        return Err(Unsaved::Wrong(wrong));
    }
    let is_new = before.is_none();
    let same_text = now.source.trim_end() == was.source.trim_end() && now.format == was.format;
    Ok(Edit {
        title: changed(is_new, &was.title, &now.title),
        source: (is_new || !same_text).then(|| (now.format, now.source.clone())),
        excerpt: changed(false, &was.excerpt, &now.excerpt),
        slug: changed(false, &was.slug, &now.slug),
        path: changed(false, &was.path, &now.path),
        language: (was.language != now.language).then_some(language),
        cover: changed(false, &was.cover, &now.cover),
        seo: None,
        featured: changed(false, &was.featured, &now.featured),
        date: if was.date == now.date { None } else { now.date },
        tags: changed(false, &was.tags, &now.tags),
        categories: (was.categories != now.categories).then_some(categories),
        authors: (was.authors != now.authors).then_some(authors),
        series: (was.series != now.series).then_some(series),
        menu_order: changed(false, &was.menu_order, &now.menu_order),
        redirect_from: (was.aliases != now.aliases).then(|| now.aliases.clone()),
        ..Edit::default()
    })
}

fn changed<T: Clone + PartialEq>(always: bool, was: &T, now: &T) -> Option<T> {
    (always || was != now).then(|| now.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_lose_no_markup() {
        for (html, text) in [
            ("<p>Plain &amp; simple</p>", "Plain & simple"),
            ("a &lt; b", "a < b"),
            ("&amp;lt;", "&lt;"),
            ("<p>With <em>markup</em></p>", "<p>With <em>markup</em></p>"),
        ] {
            assert_eq!(without_markup(html), text);
        }
    }
}
