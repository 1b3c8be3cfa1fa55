//! Whether the system lets this process have as many files open as its connections may come to.

use inkstand_telemetry::most_open_files;
use tracing::warn;

/// Files beside the connections: of the database, the index, and requests to other hosts.
const OTHERS: usize = 128;

/// Says what to do where it does not.
pub(crate) fn warn_of_too_few(connections: usize) {
    let Some(most) = most_open_files() else { return };
    let most = usize::try_from(most).unwrap_or(usize::MAX);
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
