//! What `serve` says when it starts: at most eight lines, each with something to do next.

use std::net::SocketAddr;

use inkstand_storage::DatabaseUrl;

use crate::{Settings, sample};

/// The lines.
pub(crate) fn start_lines(settings: &Settings, address: SocketAddr, sample_posts: u64) -> Vec<String> {
    // A listener on all addresses is reached on this machine by the loopback one.
    let host = match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => format!("127.0.0.1:{}", v4.port()),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => format!("[::1]:{}", v6.port()),
        other => other.to_string(),
    };
    let here = format!("http://{host}");
    let me = std::env::args().next().unwrap_or_else(|| "inkstand".to_owned());
    let data = match &settings.database {
        DatabaseUrl::Sqlite(path) => path.display().to_string(),
        DatabaseUrl::Postgres(_) => {
            format!("{} (search index in {})", settings.database, settings.data_dir.join("index").display())
        }
    };
    let mut lines = vec![format!("Inkstand {}", env!("CARGO_PKG_VERSION")), format!("  data     {data}")];
    if sample_posts > 0 {
        lines.push(format!("  blog     {sample_posts} sample posts (remove: {me} sample remove)"));
    }
    lines.push(format!("  GraphQL  {here}/graphql (in a browser: GraphiQL)"));
    if let Some(public) = &settings.public_url {
        lines.push(format!("  public   {public}"));
    }
    lines.push(format!("  search   {}", search_line(&here, sample_posts)));
    lines.push(format!("  yours    {me} import FOLDER|.tar.gz|.zip   (Markdown of Jekyll, Hugo or Zola)"));
    lines
}

fn search_line(here: &str, sample_posts: u64) -> String {
    let word = if sample_posts > 0 { sample::SEARCH_WORD } else { "hello" };
    format!(
        r#"curl {here}/graphql -H 'content-type: application/json' -d '{{"query":"{{ search(text: \"{word}\") {{ totalCount nodes {{ node {{ title path }} }} }} }}"}}'"#
    )
}
