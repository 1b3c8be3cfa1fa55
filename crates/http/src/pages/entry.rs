//! A post or a page.

use std::{sync::Arc, time::Duration};

use inkstand_blog::BlogError;
use inkstand_model::{
    Entry, EntryBody, EntryId, EntryKind, EntryStatus, Filings, Format, Heading, Instant, SeriesId,
};
use inkstand_web::{
    Card, ContentsLine, EntryPage, FeedLink, Link, SafeHtml, SeriesPlace, ShareCard, Translation,
};

use crate::pages::{
    Fault,
    address::TermKind,
    desk::Desk,
    query::{encoded, href},
    reply::{MARKDOWN, Reply},
    share,
};

/// Posts that are named below a post.
const MOST_RELATED: usize = 5;

/// An entry with so many words and headings has a table of contents.
const LONG: u32 = 600;
const MANY: usize = 3;

/// Levels of pages that are named above a page.
const MOST_LEVELS: usize = 5;

/// A change as soon after publication is told to nobody.
const SOON: Duration = Duration::from_secs(24 * 60 * 60);

/// The source, for those who ask for Markdown; `None` where it was not written in it.
pub(crate) async fn markdown(desk: &Desk<'_>, entry: &Entry) -> Result<Option<Reply>, BlogError> {
    let body = desk.reader.bodies(&[entry.id]).await?.remove(&entry.id);
    let Some(body) = body.filter(|body| body.format == Format::Markdown) else { return Ok(None) };
    Ok(Some(Reply::ok(MARKDOWN, format!("# {}\n\n{}", entry.title, body.source))))
}

/// The page of an entry.
pub(crate) async fn page(desk: &Desk<'_>, entry: &Arc<Entry>) -> Result<Reply, Fault> {
    let url = desk.url(&entry.path);
    let is_post = entry.kind == EntryKind::Post;
    let is_published = entry.publication.status() == EntryStatus::Published;
    let body = desk.reader.bodies(&[entry.id]).await?.remove(&entry.id);
    let filed = desk.reader.filings(&[entry.id]).await?.remove(&entry.id).unwrap_or_default();
    let cover = entry.cover.as_ref();
    let cover = cover.and_then(|cover| desk.picture(&cover.src, &cover.alt, cover.caption.as_deref()));
    let authors: Vec<_> = filed.authors.iter().map(|author| desk.person(author)).collect();

    let canonical = entry.seo.canonical_url.as_deref().unwrap_or(&url);
    let mut frame = desk.frame_at(entry.seo_title(), Some(desk.at(&entry.path)), Some(canonical)).await?;
    frame.description = entry.seo_description().into_owned();
    frame.is_hidden = entry.seo.noindex || !is_published;
    frame.translations = translations(desk, entry).await?;
    frame.card = ShareCard {
        is_article: is_post,
        picture: cover.clone(),
        published: entry.published_at().filter(|_| is_post).map(Instant::to_rfc3339),
        modified: is_post.then(|| entry.updated_at.to_rfc3339()),
        authors: authors.iter().map(|author| author.url.clone()).collect(),
        tags: filed.tags.iter().map(|tag| tag.name.clone()).collect(),
        locale: entry.language.as_str().replace('-', "_"),
    };
    if is_published {
        frame.feeds.push(FeedLink {
            title: entry.title.clone(),
            media_type: "application/json+oembed",
            href: href(&format!("{}?url={}", desk.here("/oembed"), encoded(&url))),
        });
    }
    let (newer, older) = if is_post && is_published { neighbours(desk, entry).await? } else { (None, None) };
    let page = EntryPage {
        frame,
        is_post,
        title: entry.title.clone(),
        language: desk.foreign(&entry.language),
        stage: (!is_published).then(|| entry.publication.status().as_str()),
        published: entry.publication.date().map(|at| desk.date(at)),
        updated: entry
            .published_at()
            .filter(|at| entry.updated_at.since(*at) > SOON)
            .map(|_| desk.date(entry.updated_at)),
        authors,
        categories: filed.categories.iter().map(|category| desk.category(category)).collect(),
        tags: filed.tags.iter().map(|tag| desk.tag(tag)).collect(),
        reading_minutes: entry.reading_minutes,
        word_count: entry.word_count,
        cover,
        contents: body.as_deref().map(|body| contents(body, entry.word_count)).unwrap_or_default(),
        body: SafeHtml::sanitised(body.map(|body| body.html.clone()).unwrap_or_default()),
        series: series(desk, entry, &filed).await?,
        newer,
        older,
        related: if is_post && is_published { related(desk, entry).await? } else { Vec::new() },
        above: above(desk, entry).await?,
        below: below(desk, entry).await?,
        share: if is_post && is_published { share::links(&entry.title, &url) } else { Vec::new() },
        permalink: href(&url),
    };
    Ok(Reply::page(page.html()?))
}

/// The headings of a long text, three levels of them.
fn contents(body: &EntryBody, words: u32) -> Vec<ContentsLine> {
    if words < LONG || body.headings.len() < MANY {
        return Vec::new();
    }
    let top = body.headings.iter().map(|heading| heading.level).min().unwrap_or(1);
    let line = |heading: &Heading| ContentsLine {
        depth: heading.level - top + 1,
        text: heading.text.clone(),
        anchor: heading.anchor.clone(),
    };
    body.headings.iter().map(line).filter(|line| line.depth <= 3 && !line.text.is_empty()).collect()
}

/// The place of a post in its series.
async fn series(desk: &Desk<'_>, entry: &Entry, filed: &Filings) -> Result<Option<SeriesPlace>, BlogError> {
    let Some(series) = &filed.series else { return Ok(None) };
    let id: SeriesId = series.id;
    let parts = desk.reader.series_parts(&[id]).await?.remove(&id).unwrap_or_default();
    let Some(place) = parts.iter().position(|part| part.entry == entry.id) else { return Ok(None) };
    let beside = |place: Option<usize>| place.and_then(|place| parts.get(place)).map(|part| part.entry);
    let (previous, next) = (beside(place.checked_sub(1)), beside(Some(place + 1)));
    let ids: Vec<EntryId> = previous.into_iter().chain(next).collect();
    let entries = desk.reader.entries_by_ids(&ids).await?;
    let link = |id: Option<EntryId>| id.and_then(|id| entries.get(&id)).map(|entry| desk.link(entry));
    Ok(Some(SeriesPlace {
        series: Link { text: series.name.clone(), href: desk.term(TermKind::Series, &series.slug) },
        position: place + 1,
        length: parts.len(),
        previous: link(previous),
        next: link(next),
    }))
}

async fn neighbours(desk: &Desk<'_>, entry: &Entry) -> Result<(Option<Link>, Option<Link>), BlogError> {
    let near = desk.reader.neighbours(&[entry.id]).await?.remove(&entry.id).unwrap_or_default();
    let link = |entry: Option<Arc<Entry>>| entry.map(|entry| desk.link(&entry));
    Ok((link(near.newer), link(near.older)))
}

async fn related(desk: &Desk<'_>, entry: &Entry) -> Result<Vec<Card>, BlogError> {
    let related = desk.reader.related(&[entry.id], MOST_RELATED).await?.remove(&entry.id).unwrap_or_default();
    Ok(related.iter().map(|entry| desk.bare_card(entry)).collect())
}

/// The same in all languages, itself included, as search engines want it.
async fn translations(desk: &Desk<'_>, entry: &Entry) -> Result<Vec<Translation>, BlogError> {
    let Some(group) = entry.translation_group else { return Ok(Vec::new()) };
    let members = desk.reader.translations(&[group]).await?.remove(&group).unwrap_or_default();
    if !members.iter().any(|member| member.id != entry.id) {
        return Ok(Vec::new());
    }
    let translation = |member: &Entry| Translation {
        language: member.language.as_str().to_owned(),
        title: member.title.clone(),
        url: href(&desk.url(&member.path)),
        is_here: member.id == entry.id,
    };
    Ok(members.iter().map(translation).collect())
}

/// The pages above a page, from the top.
async fn above(desk: &Desk<'_>, entry: &Entry) -> Result<Vec<Link>, BlogError> {
    let mut links: Vec<Link> = Vec::new();
    let mut at = entry.parent;
    while let Some(id) = at.filter(|_| links.len() < MOST_LEVELS) {
        let Some(page) = desk.reader.entry(id).await? else { break };
        links.insert(0, desk.link(&page));
        at = page.parent;
    }
    Ok(links)
}

/// The pages below a page.
async fn below(desk: &Desk<'_>, entry: &Entry) -> Result<Vec<Link>, BlogError> {
    if entry.kind == EntryKind::Post {
        return Ok(Vec::new());
    }
    let pages = desk.reader.children(&[entry.id]).await?.remove(&entry.id).unwrap_or_default();
    Ok(pages.iter().map(|page| desk.link(page)).collect())
}
