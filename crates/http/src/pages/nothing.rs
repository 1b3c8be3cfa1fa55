//! Where nothing is, or nothing any more.

use axum::http::StatusCode;
use inkstand_model::{EntryId, SearchRequest};
use inkstand_web::{Link, NothingPage};

use crate::pages::{Asked, Fault, desk::Desk, reply::Reply};

/// What may have been meant, at most.
const MOST_SUGGESTIONS: u32 = 5;

/// 404: whoever reads pages is told what the words of the address find; programs, which ask for most of what is not
/// there, do not make the search work for it.
pub(crate) async fn nothing(desk: &Desk<'_>, asked: &Asked<'_>, path: &str) -> Result<Reply, Fault> {
    if !asked.is_reader {
        return Ok(Reply::nothing());
    }
    let suggestions = suggestions(desk, path).await?;
    page(desk, "Nothing here", StatusCode::NOT_FOUND, suggestions).await
}

/// 410. It suggests nothing, so that it can be kept: such addresses are asked for over and over.
pub(crate) async fn gone(desk: &Desk<'_>) -> Result<Reply, Fault> {
    page(desk, "This is gone", StatusCode::GONE, Vec::new()).await
}

async fn page(
    desk: &Desk<'_>,
    title: &str,
    status: StatusCode,
    suggestions: Vec<Link>,
) -> Result<Reply, Fault> {
    let mut frame = desk.frame(title, None).await?;
    frame.is_hidden = true;
    let page = NothingPage { frame, is_gone: status == StatusCode::GONE, suggestions };
    Ok(Reply { status, ..Reply::page(page.html()?) })
}

/// What is found by the words of an address.
async fn suggestions(desk: &Desk<'_>, path: &str) -> Result<Vec<Link>, Fault> {
    let words = |part: &str| {
        let spaced: String = part.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
        spaced.split_whitespace().take(12).collect::<Vec<_>>().join(" ")
    };
    let last = path.split('?').next().unwrap_or_default().rsplit('/').find(|part| !part.is_empty());
    let text = words(last.unwrap_or_default());
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let request = SearchRequest { text, limit: MOST_SUGGESTIONS, ..SearchRequest::default() };
    let ids: Vec<EntryId> = desk.reader.search(request).await?.hits.iter().map(|hit| hit.id).collect();
    Ok(desk.entries(&ids).await?.iter().map(|entry| desk.link(entry)).collect())
}
