//! What `serve` says when it starts: at most eight lines, each with something to do next.

use std::{
    net::{IpAddr, SocketAddr},
    path::Path,
};

use inkstand_storage::DatabaseUrl;

use crate::{Settings, sample, settings::USUAL_DATA_DIR};

/// The lines.
pub(crate) fn start_lines(
    settings: &Settings,
    address: SocketAddr,
    sample_posts: u64,
    setup_token: Option<&str>,
) -> Vec<String> {
    let here = reached_at(address);
    let me = quoted(&std::env::args().next().unwrap_or_else(|| "inkstand".to_owned()));
    let flags = blog_flags(settings);
    let data = match &settings.database {
        DatabaseUrl::Sqlite(path) => path.display().to_string(),
        DatabaseUrl::Postgres(_) => {
            format!("{} (search index in {})", settings.database, settings.data_dir.join("index").display())
        }
    };
    let mut lines = vec![format!("Inkstand {}", env!("CARGO_PKG_VERSION")), format!("  data     {data}")];
    let sample = (sample_posts > 0)
        .then(|| format!("{sample_posts} sample posts (remove: {me} sample remove{flags})"));
    let blog: Vec<String> = settings.pages.then(|| format!("{here}/")).into_iter().chain(sample).collect();
    if !blog.is_empty() {
        lines.push(format!("  blog     {}", blog.join("; ")));
    }
    let public = settings.public_url.as_ref().map(|public| format!("; readers use {public}"));
    let public = public.unwrap_or_default();
    let warning = if is_overheard(settings.public_url.as_deref().unwrap_or(&here)) {
        "; without https, passwords can be read on the way"
    } else {
        ""
    };
    lines.push(format!("  GraphQL  {here}/graphql (in a browser: GraphiQL{public}{warning})"));
    if let Some(token) = setup_token {
        lines.push(format!(
            "  owner    nobody yet: {me} account create NAME --role owner{flags}, or redeemSetupToken with {token}"
        ));
    }
    lines.push(format!("  search   {}", search_line(&here, sample_posts)));
    lines.push(format!(
        "  yours    {me} import FOLDER|.tar.gz|.zip{flags}   (Markdown of Jekyll, Hugo or Zola)"
    ));
    lines
}

/// The URL by which this machine reaches what listens on `address`.
pub(crate) fn reached_at(address: SocketAddr) -> String {
    // A listener on all addresses is reached on this machine by the loopback one.
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => format!("http://127.0.0.1:{}", v4.port()),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => format!("http://[::1]:{}", v6.port()),
        other => format!("http://{other}"),
    }
}

/// Whether what is sent to a URL goes unencrypted over a network.
fn is_overheard(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    !(host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()))
}

/// What a command needs to find the same blog, with a space before it. The address of a PostgreSQL may hold a
/// password, and is left to whoever gave it.
fn blog_flags(settings: &Settings) -> String {
    match &settings.database {
        DatabaseUrl::Postgres(_) => " --database-url …".to_owned(),
        database if settings.database_named => format!(" --database-url {}", quoted(&database.to_string())),
        _ if settings.data_dir == Path::new(USUAL_DATA_DIR) => String::new(),
        _ => format!(" --data-dir {}", quoted(&settings.data_dir.display().to_string())),
    }
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-:=+@%,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn search_line(here: &str, sample_posts: u64) -> String {
    let word = if sample_posts > 0 { sample::SEARCH_WORD } else { "hello" };
    format!(
        r#"curl {here}/graphql -H 'content-type: application/json' -d '{{"query":"{{ search(text: \"{word}\") {{ totalCount nodes {{ node {{ title path }} }} }} }}"}}'"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LogFormat, Settings};

    fn settings(data_dir: &str, database: Option<&str>) -> Settings {
        Settings {
            data_dir: data_dir.into(),
            database: DatabaseUrl::parse(database.unwrap_or("sqlite:data/blog.sqlite")).unwrap(),
            database_named: database.is_some(),
            direct_database: None,
            no_listening: false,
            read_only: false,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            migrate: crate::Migrate::Auto,
            sample: true,
            webhooks_allow_private: false,
            pages: true,
            introspection: true,
            suggestions: true,
            deadline: std::time::Duration::from_secs(30),
            shutdown_delay: std::time::Duration::ZERO,
            limits: inkstand_http::LimitSettings::default(),
            response_cache: 0,
            keys: None,
            sockets: inkstand_http::SocketLimits::default(),
            synonyms: None,
            entity_cache: 0,
            room: crate::Room::here(),
            watch: crate::WatchSettings::default(),
            log_format: LogFormat::Auto,
            log_level: "info".to_owned(),
        }
    }

    #[test]
    fn the_printed_commands_find_the_blog_that_is_served() {
        let check = |data_dir: &str, database: Option<&str>, flags: &str| {
            assert_eq!(blog_flags(&settings(data_dir, database)), flags);
        };
        check("data", None, "");
        check("/srv/blog", None, " --data-dir /srv/blog");
        check("it's mine", None, r" --data-dir 'it'\''s mine'");
        check("data", Some("sqlite:/srv/a b.sqlite"), " --database-url 'sqlite:/srv/a b.sqlite'");
        check("data", Some("postgres://ink:secret@db/blog"), " --database-url …");
    }

    #[test]
    fn there_are_never_more_than_seven_lines() {
        let mut settings = settings("data", None);
        settings.public_url = Some("https://blog.example".to_owned());
        let lines = start_lines(&settings, settings.listen, 15, Some("ink_setup_x"));
        // The eighth is the log's.
        assert!(lines.len() <= 7, "{lines:#?}");
        assert!(lines.iter().any(|line| line.contains("account create NAME --role owner, or redeem")));
        assert!(start_lines(&settings, settings.listen, 15, None).iter().all(|line| !line.contains("owner")));
    }

    #[test]
    fn who_can_listen_in_is_told() {
        for (url, overheard) in [
            ("http://blog.example", true),
            ("http://192.0.2.1:8080/sub", true),
            ("http://[2001:db8::1]:8080", true),
            ("http://localhost.evil.example", true),
            ("http://127.0.0.1:8080", false),
            ("http://[::1]:8080", false),
            ("http://localhost", false),
            ("https://blog.example", false),
        ] {
            assert_eq!(is_overheard(url), overheard, "{url}");
        }
    }

    #[test]
    fn what_listens_everywhere_is_reached_by_the_loopback_address() {
        for (listens, reached) in [
            ("0.0.0.0:80", "http://127.0.0.1:80"),
            ("[::]:80", "http://[::1]:80"),
            ("192.0.2.1:80", "http://192.0.2.1:80"),
        ] {
            assert_eq!(reached_at(listens.parse().unwrap()), reached);
        }
    }
}
