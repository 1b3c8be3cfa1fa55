//! How a server is watched: the settings.

use std::net::SocketAddr;

use anyhow::{Result, ensure};
use clap::Args;
use inkstand_graphql::OperationNames;

/// How a server is watched.
#[derive(Clone, Debug, Default)]
pub struct WatchSettings {
    /// Where metrics are served; `None` for nowhere.
    pub metrics_listen: Option<SocketAddr>,
    /// Operations that metrics tell apart, beside our own ones.
    pub metrics_operations: Vec<String>,
}

/// The flags for that, and what a configuration file says of it.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct WatchArgs {
    /// Address and port on which to serve metrics for Prometheus at /metrics, apart from the blog's own: whoever
    /// reaches it sees them [default: none are served]
    #[arg(long, env = "INKSTAND_METRICS_LISTEN", value_name = "ADDRESS:PORT")]
    pub(crate) metrics_listen: Option<SocketAddr>,

    /// Names of operations that metrics tell apart, with commas between, besides those of schema/operations; all others
    /// are counted as `other` [default: none]
    #[arg(long, env = "INKSTAND_METRICS_OPERATIONS", value_name = "NAMES", value_delimiter = ',')]
    pub(crate) metrics_operations: Option<Vec<String>>,
}

impl WatchArgs {
    /// These, and the others where these say nothing.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            metrics_listen: self.metrics_listen.or(other.metrics_listen),
            metrics_operations: self.metrics_operations.or(other.metrics_operations),
        }
    }

    pub(crate) fn settings(self) -> Result<WatchSettings> {
        Ok(WatchSettings {
            metrics_listen: self.metrics_listen,
            metrics_operations: checked_operations(self.metrics_operations.unwrap_or_default())?,
        })
    }
}

fn checked_operations(names: Vec<String>) -> Result<Vec<String>> {
    ensure!(
        names.len() <= OperationNames::MOST,
        "{} operations are more than the {} that metrics can tell apart; name those that you watch in \
         --metrics-operations",
        names.len(),
        OperationNames::MOST
    );
    let names: Vec<String> = names.into_iter().map(|name| name.trim().to_owned()).collect();
    for name in &names {
        // GraphQL §2.1.9.
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        ensure!(
            is_name,
            "{name:?} is no name of an operation; --metrics-operations takes names such as HomePage,Article"
        );
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_names() {
        let checked = |names: &[&str]| checked_operations(names.iter().map(ToString::to_string).collect());
        assert_eq!(checked(&["Home", " _x1"]).unwrap(), ["Home", "_x1"]);
        for bad in [&["1st"][..], &["a b"], &["Größe"], &[""], &["x"; OperationNames::MOST + 1]] {
            assert!(checked(bad).unwrap_err().to_string().contains("--metrics-operations"), "{bad:?}");
        }
    }
}
