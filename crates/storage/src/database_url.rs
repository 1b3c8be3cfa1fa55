//! Which database is meant.

use std::{fmt, path::PathBuf};

use thiserror::Error;

/// The address of a database.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file, made when it is not there.
    Sqlite(PathBuf),
    /// A server, as a URL of libpq's form, password included: never print it, print the `Display` form.
    Postgres(String),
}

/// The text names no database that Inkstand can use.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the database URL must be sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE")]
pub struct InvalidDatabaseUrl;

impl DatabaseUrl {
    /// Reads `sqlite:PATH`, `sqlite://PATH`, `postgres://…` or `postgresql://…`.
    ///
    /// # Errors
    /// Where it is another scheme, or the path is empty or `:memory:`: each connection to that would be a
    /// database of its own.
    pub fn parse(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        let text = text.trim();
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.contains(":memory:") || path.contains('\0') {
                return Err(InvalidDatabaseUrl);
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        Err(InvalidDatabaseUrl)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => {
                // Whatever stands before the last @ may hold a password, also one with an unescaped / in it.
                let rest = url.split_once("://").map_or("", |(_, rest)| rest);
                let place = rest.split('?').next().unwrap_or_default();
                let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
                write!(f, "postgres://{place}")
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_never_shown() {
        for (url, shown) in [
            ("postgres://ink:se/cret@db:5432/blog", "postgres://db:5432/blog"),
            ("postgres://ink:s%40ret@db:5432/blog?password=x", "postgres://db:5432/blog"),
            ("postgresql://db", "postgres://db"),
            ("sqlite:data/blog.sqlite", "sqlite:data/blog.sqlite"),
            ("sqlite:///var/lib/blog.sqlite", "sqlite:/var/lib/blog.sqlite"),
        ] {
            assert_eq!(DatabaseUrl::parse(url).unwrap().to_string(), shown);
        }
        for bad in ["", "mysql://x", "sqlite:", "sqlite::memory:", "blog.sqlite"] {
            assert_eq!(DatabaseUrl::parse(bad), Err(InvalidDatabaseUrl), "{bad}");
        }
    }
}
