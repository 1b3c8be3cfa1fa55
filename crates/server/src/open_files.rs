//! Whether the system lets this process have as many files open as its connections may come to.

use tracing::warn;

/// Files beside the connections: of the database, the index, and requests to other hosts.
const OTHERS: usize = 128;

/// Says what to do where it does not. Only Linux tells without a call of C.
pub(crate) fn warn_of_too_few(connections: usize) {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let Some(most) = most_open_files(&limits) else { return };
    let wanted = connections.saturating_add(OTHERS);
    if most < wanted {
        let room = most.saturating_sub(OTHERS).max(1);
        warn!(
            open_files = most,
            connections,
            "this process may have {most} files open, too few for {connections} connections: let it have {wanted} \
             (ulimit -n, LimitNOFILE= of systemd, --ulimit nofile= of Docker), or set --connections {room}"
        );
    }
}

/// The limit that holds; `None` where there is none, or the text is another one. The form: proc(5).
fn most_open_files(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_that_holds_is_read() {
        let limits = |open: &str| {
            format!(
                "Limit                     Soft Limit           Hard Limit           Units     \n\
                 Max processes             63704                63704                processes \n\
                 Max open files            {open}              524288               files     \n"
            )
        };
        assert_eq!(most_open_files(&limits("1024")), Some(1024));
        assert_eq!(most_open_files(&limits("unlimited")), None);
        assert_eq!(most_open_files(""), None);
    }
}
