//! Rendering bodies off the executor, and renewing what an older renderer made.

use inkstand_markup::{RENDER_VERSION, RenderOptions, render, render_excerpt};
use inkstand_model::{EntryBody, EntryKind, Format, Rendered};
use tracing::{Span, info};

use crate::{Blog, BlogError, Reader, WriteError, edit::LONGEST_SOURCE, text};

/// A source to be rendered.
#[derive(PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) format: Format,
    pub(crate) text: String,
    pub(crate) excerpt: Option<String>,
}

/// Bodies renewed in one transaction: long enough to be quick, short enough that other writers get their turn.
const RENEWED_AT_ONCE: u64 = 50;

/// Renders sources in their order on a thread that may block.
pub(crate) async fn render_all(sources: Vec<Source>) -> Result<Vec<(Source, Rendered)>, BlogError> {
    let span = Span::current();
    let rendered = tokio::task::spawn_blocking(move || {
        span.in_scope(|| {
            let options = RenderOptions::default();
            sources
                .into_iter()
                .map(|source| {
                    let mut rendered = render(&source.text, source.format, &options);
                    if let Some(own) = &source.excerpt {
                        let excerpt = render_excerpt(own, &options);
                        rendered.excerpt_html = excerpt.html;
                        rendered.excerpt_text = excerpt.text;
                    }
                    (source, rendered)
                })
                .collect()
        })
    });
    Ok(rendered.await?)
}

/// Renders one source likewise.
pub(crate) async fn render_one(
    format: Format,
    text: String,
    excerpt: Option<String>,
) -> Result<Rendered, BlogError> {
    let rendered = render_all(vec![Source { format, text, excerpt }]).await?;
    Ok(rendered.into_iter().next().map(|(_, rendered)| rendered).unwrap_or_default())
}

impl Blog {
    /// Renders again whatever an older version of the renderer made. Several processes may do so at once: each
    /// rendering is the same, whoever makes it.
    ///
    /// # Errors
    /// Where the database fails.
    pub(crate) async fn renew_renderings(&self) -> Result<(), BlogError> {
        let storage = &self.inner.storage;
        let mut renewed = 0;
        loop {
            let outdated = storage.bodies_rendered_before(RENDER_VERSION, RENEWED_AT_ONCE).await?;
            if outdated.is_empty() {
                break;
            }
            let ids: Vec<_> = outdated.iter().map(|body| body.entry).collect();
            let rendered = render_all(outdated.into_iter().map(Source::from).collect()).await?;
            let mut writing = storage.write("renderer", self.inner.clock.as_ref()).await?;
            for (id, (source, rendered)) in ids.into_iter().zip(rendered) {
                // Whoever has written another source meanwhile has also rendered it.
                let now = writing.entry(id).await?.filter(|now| source.is_of(&now.body));
                if let Some(now) = now {
                    writing.keep_rendering(now, rendered, RENDER_VERSION).await?;
                    renewed += 1;
                }
            }
            self.commit(writing).await?;
        }
        if renewed > 0 {
            info!(entries = renewed, version = RENDER_VERSION, "rendered again");
        }
        Ok(())
    }
}

impl Reader {
    /// What a post of this Markdown would show.
    ///
    /// # Errors
    /// Where the viewer may not write, or it is longer than a post may be.
    pub async fn preview_markdown(&self, markdown: String) -> Result<String, WriteError> {
        self.may_write_some(EntryKind::Post)?;
        let markdown = text::lines("markdown", &markdown, 0, LONGEST_SOURCE)?;
        Ok(render_one(Format::Markdown, markdown, None).await?.html)
    }
}

impl Source {
    pub(crate) fn is_of(&self, body: &EntryBody) -> bool {
        (self.format, &self.text, &self.excerpt) == (body.format, &body.source, &body.excerpt)
    }
}

impl From<EntryBody> for Source {
    fn from(body: EntryBody) -> Self {
        Self { format: body.format, text: body.source, excerpt: body.excerpt }
    }
}
