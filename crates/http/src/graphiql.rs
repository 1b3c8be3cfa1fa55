//! GraphiQL for a browser, from files that are part of the binary: no other host is asked for anything.

use axum::{
    extract::Path,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use inkstand_graphql::code;

use crate::problem::problem;

/// What the editor opens with: the very document that our tests and docs send.
const FRONT_PAGE: &str = include_str!("../../../schema/operations/front-page.graphql");

const PAGE: &str = include_str!("../graphiql/index.html");

/// Scripts and styles of this origin alone. The hash is of the one style element that GraphiQL's dialogs put into
/// the page (`graphiql/VENDORED.md` tells how it was found).
const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; \
     style-src 'self' 'sha256-nzTgYzXYDNe6BAHiiI7NNlfK8n/auuOAhh2t92YvuXo='; \
     img-src 'self' data:; font-src data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The files under `/graphql/assets/`: name, media type, content.
const ASSETS: [(&str, &str, &[u8]); 7] = [
    ("graphiql.min.css", CSS, include_bytes!("../graphiql/graphiql.min.css")),
    ("graphiql.min.js", SCRIPT, include_bytes!("../graphiql/graphiql.min.js")),
    ("react.production.min.js", SCRIPT, include_bytes!("../graphiql/react.production.min.js")),
    ("react-dom.production.min.js", SCRIPT, include_bytes!("../graphiql/react-dom.production.min.js")),
    ("start.js", SCRIPT, include_bytes!("../graphiql/start.js")),
    ("style.css", CSS, include_bytes!("../graphiql/style.css")),
    ("icon.svg", "image/svg+xml", include_bytes!("../graphiql/icon.svg")),
];

/// The licences of what is vendored, for whoever hands out the binary.
pub const GRAPHIQL_LICENCES: &str = concat!(
    "# GraphiQL\n\n",
    include_str!("../graphiql/graphiql.LICENSE"),
    "\n# React\n\n",
    include_str!("../graphiql/react.LICENSE"),
    "\n# Fira Code\n\n",
    include_str!("../graphiql/fira-code.LICENSE"),
    "\n",
);

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The page with the editor.
pub(crate) fn page() -> Response {
    let query = FRONT_PAGE.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        // At the same address others get JSON.
        (header::VARY, HeaderValue::from_static("accept")),
    ];
    (headers, PAGE.replace("{{FRONT_PAGE}}", &query)).into_response()
}

/// A file of the editor.
pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    let Some((_, media_type, content)) = ASSETS.iter().find(|(asset, ..)| *asset == name) else {
        return problem(StatusCode::NOT_FOUND, code::BAD_REQUEST, "GraphiQL has no such file");
    };
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        // The names carry no version, so an upgrade must be noticed within the day.
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400")),
    ];
    (headers, *content).into_response()
}
