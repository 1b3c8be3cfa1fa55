//! The process itself. Its names are those that Prometheus' own clients give, so that usual dashboards find them.

use crate::{log_count, process::process};

use super::page::{Page, label};

pub(super) fn add(page: &mut Page, version: &str, shared: bool) {
    let database = if shared { "postgres" } else { "sqlite" };
    page.gauges(
        "inkstand_build_info",
        "Always 1: which version this is, and on which kind of database",
        [(vec![("version", version.to_owned()), ("database", database.to_owned())], 1.0)],
    );
    page.counters(
        "inkstand_log_lines",
        "Lines of the log at the levels at which somebody should look",
        log_count::lines().map(|(level, count)| (label("level", level), count)),
    );
    let process = process();
    if let Some(seconds) = process.cpu_seconds {
        page.counter("process_cpu_seconds", "Time of processors that the process took", seconds);
    }
    let whole = |number: Option<u64>| number.map(|number| number as f64);
    for (name, help, value) in [
        ("process_resident_memory_bytes", "Memory of the process", whole(process.resident_bytes)),
        ("process_virtual_memory_bytes", "Addresses of the process", whole(process.virtual_bytes)),
        ("process_open_fds", "Files that the process has open", whole(process.open_files)),
        ("process_max_fds", "Files that the process may have open", whole(process.most_files)),
        ("process_threads", "Threads of the process", whole(process.threads)),
        ("process_start_time_seconds", "When the process began, in seconds since 1970", process.started),
    ] {
        if let Some(value) = value {
            page.gauge(name, help, value);
        }
    }
}
