//! From an address to what is sent for it.

use inkstand_blog::Route;
use inkstand_model::Path;

use crate::{
    negotiation::Wanted,
    pages::{
        Asked, Fault,
        address::{Index, Place},
        archive,
        desk::Desk,
        entry, feed, index, machines, nothing, posts,
        query::Query,
        reply::Reply,
        search, sitemap, suggest, term,
    },
};

/// What is sent for an address.
pub(crate) async fn reply(desk: &Desk<'_>, asked: &Asked<'_>) -> Result<Reply, Fault> {
    let Ok(path) = Path::parse(asked.uri.path()) else {
        return nothing::nothing(desk, asked, "").await;
    };
    let query = Query::of(asked.uri);
    let place = Place::of(path.as_str());
    if place.as_ref().is_none_or(|place| place.is_page() || *place == Place::Home) {
        if query.is_foreign()
            && let Ok(with_query) = Path::parse(super::text_of(asked.uri))
            && let Some(reply) = written(desk, asked, &with_query).await?
        {
            return Ok(reply);
        }
        if path.key() != "/"
            && let Some(reply) = written(desk, asked, &path).await?
        {
            return Ok(reply);
        }
    }
    match place {
        Some(place) => match ours(desk, &place, &query).await? {
            Some(reply) => Ok(reply),
            None => nothing::nothing(desk, asked, path.as_str()).await,
        },
        None => nothing::nothing(desk, asked, path.as_str()).await,
    }
}

/// What somebody has written that stands there, or stood; `None` where nobody ever did.
async fn written(desk: &Desk<'_>, asked: &Asked<'_>, path: &Path) -> Result<Option<Reply>, Fault> {
    Ok(Some(match desk.reader.route(path).await? {
        Route::Nothing => return Ok(None),
        Route::Gone => nothing::gone(desk).await?,
        Route::Moved(entry) => Reply::moved(desk.at(&entry.path).as_str()),
        // Another spelling of where it stands.
        Route::Here(entry) if entry.path.as_str() != path.as_str() => {
            Reply::moved(desk.at(&entry.path).as_str())
        }
        Route::Here(entry) => match asked.wanted {
            Wanted::Markdown => match entry::markdown(desk, &entry).await? {
                Some(reply) => reply,
                None => entry::page(desk, &entry).await?,
            },
            Wanted::Html => entry::page(desk, &entry).await?,
        },
    }))
}

/// A page of ours; `None` where it has nothing to show.
async fn ours(desk: &Desk<'_>, place: &Place, query: &Query) -> Result<Option<Reply>, Fault> {
    Ok(Some(match place {
        Place::Home => return posts::home(desk, query).await,
        Place::Term(kind, slug) => return term::page(desk, *kind, slug, query).await,
        Place::Year(year) => return archive::year(desk, *year, query).await,
        Place::Month(year, month) => return archive::month(desk, *year, *month, query).await,
        Place::Search => return search::page(desk, query).await,
        Place::Suggest => suggest::suggestions(desk, query).await?,
        Place::Index(Index::Months) => index::months(desk).await?,
        Place::Index(Index::Terms(kind)) => index::terms(desk, *kind).await?,
        Place::Feeds => index::feeds(desk).await?,
        Place::Feed(of, format) => return feed::reply(desk, of, *format, query).await,
        Place::Sitemap(part) => return sitemap::reply(desk, *part).await,
        Place::Robots => machines::robots(desk),
        Place::Llms => machines::llms(desk).await?,
        Place::OEmbed => machines::oembed(desk, query).await?,
    }))
}
