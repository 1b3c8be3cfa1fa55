//! What was published in a year or a month.

use inkstand_model::{EntryFilter, Instant, InstantRange, Zone};
use inkstand_web::Link;

use crate::pages::{
    Fault,
    desk::{Desk, month_name},
    posts::{Part, list},
    query::Query,
    reply::Reply,
};

/// A year, with its months beside it.
pub(crate) async fn year(desk: &Desk<'_>, year: i16, query: &Query) -> Result<Option<Reply>, Fault> {
    let range = range((year, 1), (year + 1, 1), &desk.site.zone);
    let Some(part) = published(desk, range, query).await? else { return Ok(None) };
    let months = desk.reader.archive().await?;
    let months = months.into_iter().rev().filter(|(y, ..)| *y == year);
    let path = format!("/{year:04}");
    let mut page = page(desk, &year.to_string(), &path, part).await?;
    page.below = months
        .map(|(year, month, posts)| Link {
            text: format!("{} ({posts})", month_name(month)),
            href: desk.here(&format!("/{year:04}/{month:02}")),
        })
        .collect();
    page.above.truncate(1);
    Ok(Some(Reply::page(page.html()?)))
}

/// A month.
pub(crate) async fn month(
    desk: &Desk<'_>,
    year: i16,
    month: i8,
    query: &Query,
) -> Result<Option<Reply>, Fault> {
    let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    let Some(part) = published(desk, range((year, month), next, &desk.site.zone), query).await? else {
        return Ok(None);
    };
    let path = format!("/{year:04}/{month:02}");
    let mut page = page(desk, &format!("{} {year}", month_name(month)), &path, part).await?;
    page.above.push(Link { text: year.to_string(), href: desk.here(&format!("/{year:04}")) });
    Ok(Some(Reply::page(page.html()?)))
}

async fn page(desk: &Desk<'_>, title: &str, path: &str, part: Part) -> Result<inkstand_web::ListPage, Fault> {
    let frame = desk.list_frame(title, path, part.number).await?;
    let mut page = list(desk, frame, path, part).await?;
    page.above = vec![Link { text: "Archive".to_owned(), href: desk.here("/archive") }];
    Ok(page)
}

/// The posts of a time; `None` where there are none.
async fn published(
    desk: &Desk<'_>,
    range: Option<InstantRange>,
    query: &Query,
) -> Result<Option<Part>, Fault> {
    let Some(range) = range else { return Ok(None) };
    let filter = EntryFilter { published: range, ..EntryFilter::default() };
    Ok(desk.part(&filter, query).await?.filter(|part| !part.posts.is_empty()))
}

/// From the first moment of a month to the first of another one.
fn range(from: (i16, i8), before: (i16, i8), zone: &Zone) -> Option<InstantRange> {
    let start = |(year, month)| Instant::start_of_day(year, month, 1, zone);
    Some(InstantRange { from: Some(start(from)?), before: Some(start(before)?) })
}
