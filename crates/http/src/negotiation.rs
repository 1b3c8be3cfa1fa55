//! Media types of answers (RFC 9110 §12.5.1, as far as the three types at hand need it).

use axum::http::{HeaderMap, header};

/// What a GraphQL answer is sent as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum MediaType {
    /// `application/json`: 200 for every well-formed request.
    Json,
    /// `application/graphql-response+json`: 400 where the request could not be executed.
    GraphqlResponse,
}

impl MediaType {
    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        }
    }

    /// What a query by GET is answered in: a browser that was sent there takes JSON, too.
    pub(crate) fn accepted_by_get(headers: &HeaderMap) -> Option<Self> {
        Self::accepted(headers).or_else(|| wants_html(headers).then_some(Self::Json))
    }

    /// What the client likes best; `None` where it takes neither.
    pub(crate) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let json = quality(headers, "application", "json");
        let graphql = quality(headers, "application", "graphql-response+json");
        // Where both are as welcome, the newer type is for those who know its name: `*/*` gets plain JSON.
        let newer = graphql.weight > json.weight || (graphql.weight == json.weight && graphql.named);
        match (newer, graphql.weight, json.weight) {
            (true, 1.., _) => Some(Self::GraphqlResponse),
            (_, _, 1..) => Some(Self::Json),
            _ => None,
        }
    }
}

/// What a post is sent as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Wanted {
    /// A page.
    Html,
    /// What its author wrote.
    Markdown,
}

impl Wanted {
    /// What the client likes better; Markdown is for those who know its name.
    pub(crate) fn by(headers: &HeaderMap) -> Self {
        let (markdown, html) = (quality(headers, "text", "markdown"), quality(headers, "text", "html"));
        let better = markdown.weight > html.weight || (markdown.weight == html.weight && !html.named);
        if markdown.named && markdown.weight > 0 && better { Self::Markdown } else { Self::Html }
    }
}

/// Whether a browser asks for a page.
pub(crate) fn wants_html(headers: &HeaderMap) -> bool {
    let html = quality(headers, "text", "html");
    html.named && html.weight > 0
}

struct Quality {
    /// Thousandths; 0 is a refusal.
    weight: u16,
    /// By its own name rather than by a range.
    named: bool,
}

/// The weight of a media type in `Accept`; the most specific range decides.
fn quality(headers: &HeaderMap, kind: &str, subtype: &str) -> Quality {
    let mut best: Option<(u8, u16)> = None;
    let mut any_header = false;
    for value in headers.get_all(header::ACCEPT) {
        let Ok(value) = value.to_str() else { continue };
        for range in value.split(',') {
            any_header = true;
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            let specific = match name.split_once('/') {
                Some((k, s)) if k.eq_ignore_ascii_case(kind) && s.eq_ignore_ascii_case(subtype) => 2,
                Some((k, "*")) if k.eq_ignore_ascii_case(kind) => 1,
                Some(("*", "*")) => 0,
                _ => continue,
            };
            let weight = parts
                .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
                .map_or(1000, |q| q.parse::<f32>().map_or(0, |q| (q.clamp(0.0, 1.0) * 1000.0) as u16));
            if best.is_none_or(|(other, _)| specific >= other) {
                best = Some((specific, weight));
            }
        }
    }
    match best {
        Some((specific, weight)) => Quality { weight, named: specific == 2 },
        // No header takes anything.
        None => Quality { weight: if any_header { 0 } else { 1000 }, named: false },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(accept: &[&'static str]) -> HeaderMap {
        accept.iter().map(|value| (header::ACCEPT, value.parse().unwrap())).collect()
    }

    #[test]
    fn the_client_chooses() {
        use MediaType::{GraphqlResponse, Json};
        for (accept, chosen) in [
            (&[] as &[&str], Some(Json)),
            (&["*/*"], Some(Json)),
            (&["application/*"], Some(Json)),
            (&["application/json"], Some(Json)),
            (&["application/graphql-response+json"], Some(GraphqlResponse)),
            (&["application/graphql-response+json, application/json"], Some(GraphqlResponse)),
            (&["application/json", "application/graphql-response+json"], Some(GraphqlResponse)),
            (&["application/graphql-response+json;q=0.5, application/json"], Some(Json)),
            (&["application/json;q=0.2, application/graphql-response+json;q=0.9"], Some(GraphqlResponse)),
            (&["text/html"], None),
            (&["application/json;q=0"], None),
        ] {
            assert_eq!(MediaType::accepted(&headers(accept)), chosen, "{accept:?}");
        }
    }

    #[test]
    fn markdown_is_for_those_who_name_it() {
        for (accept, wanted) in [
            (&[] as &[&str], Wanted::Html),
            (&["*/*"], Wanted::Html),
            (&["text/*"], Wanted::Html),
            (&["text/html,application/xhtml+xml,*/*;q=0.8"], Wanted::Html),
            (&["text/markdown"], Wanted::Markdown),
            (&["text/markdown, */*"], Wanted::Markdown),
            (&["text/markdown, text/html;q=0.9"], Wanted::Markdown),
            (&["text/markdown, text/html"], Wanted::Html),
            (&["text/markdown;q=0.5, text/html"], Wanted::Html),
            (&["text/markdown;q=0"], Wanted::Html),
        ] {
            assert_eq!(Wanted::by(&headers(accept)), wanted, "{accept:?}");
        }
    }

    #[test]
    fn browsers_are_known_by_their_wish() {
        assert!(wants_html(&headers(&["text/html,application/xhtml+xml,*/*;q=0.8"])));
        assert!(!wants_html(&headers(&["*/*"])));
        assert!(!wants_html(&headers(&[])));
    }
}
