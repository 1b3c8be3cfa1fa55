//! What this process has used so far.

use std::fs;
use std::path::Path;
use std::time::Duration;

/// Processor time of all threads.
pub(crate) fn processor_time() -> Duration {
    // Fields 14 and 15, counted behind the name, which may have spaces; a tick is a hundredth on Linux.
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    Duration::from_millis(ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10)
}

/// Processor time of this thread.
pub(crate) fn thread_time() -> Duration {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(stat.split_whitespace().next().and_then(|time| time.parse().ok()).unwrap_or(0))
}

/// Megabytes of memory: what the process holds itself, and what it has of files.
pub(crate) fn memory() -> (u64, u64) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1_000
    };
    (line("RssAnon:"), line("RssFile:"))
}

/// Bytes of the files of a folder.
pub(crate) fn size(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
}
