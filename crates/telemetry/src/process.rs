//! What the system says of this process, under the names that Prometheus' own clients give it.

use std::fs;

/// This process in numbers. What the system does not tell is left out: only Linux does, without a call of C.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Process {
    /// Seconds of all processors, those of the system included.
    pub(crate) cpu_seconds: Option<f64>,
    /// Bytes in memory.
    pub(crate) resident_bytes: Option<u64>,
    /// Bytes of addresses.
    pub(crate) virtual_bytes: Option<u64>,
    /// Seconds since 1970 when it began.
    pub(crate) started: Option<f64>,
    pub(crate) threads: Option<u64>,
    pub(crate) open_files: Option<u64>,
    pub(crate) most_files: Option<u64>,
}

/// Looks.
pub(crate) fn process() -> Process {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let mut process = Process::default();
    if cfg!(target_os = "linux") {
        let ticks = rustix::param::clock_ticks_per_second();
        let page = rustix::param::page_size();
        process.read_stat(&read("/proc/self/stat"), &read("/proc/stat"), ticks as f64, page as u64);
        process.most_files = most_open_files();
        process.open_files = fs::read_dir("/proc/self/fd").ok().map(|files| files.count() as u64);
    }
    process
}

impl Process {
    /// Reads the fields of proc(5), which are numbered from 1; behind the name, which may hold anything, the third is
    /// first.
    fn read_stat(&mut self, stat: &str, system: &str, ticks: f64, page: u64) {
        let behind_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let fields: Vec<&str> = behind_name.split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        self.cpu_seconds = field(14).zip(field(15)).map(|(user, kernel)| (user + kernel) as f64 / ticks);
        self.threads = field(20);
        self.virtual_bytes = field(23);
        self.resident_bytes = field(24).map(|pages| pages * page);
        let booted = system.lines().find_map(|line| line.strip_prefix("btime ")?.trim().parse::<f64>().ok());
        self.started = booted.zip(field(22)).map(|(booted, after)| booted + after as f64 / ticks);
    }
}

/// How many files this process may have open; `None` where there is no limit, or the system does not tell: only Linux
/// does, without a call of C.
#[must_use]
pub fn most_open_files() -> Option<u64> {
    limit_on_files(&fs::read_to_string("/proc/self/limits").unwrap_or_default())
}

/// The limit that holds; `None` where there is none, or the text is another one. The form: proc(5).
fn limit_on_files(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_is_read_past_a_name_that_looks_like_fields() {
        let stat =
            "42 (ink) stand 7) S 1 42 42 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 9 0 3000 1048576 256 184 1 1";
        let mut process = Process::default();
        process.read_stat(stat, "cpu 1 2 3\nbtime 1700000000\nprocesses 1\n", 100.0, 4096);
        let read = Process {
            cpu_seconds: Some(2.0),
            resident_bytes: Some(1 << 20),
            virtual_bytes: Some(1 << 20),
            started: Some(1_700_000_030.0),
            threads: Some(9),
            ..Process::default()
        };
        assert_eq!(process, read);
        process.read_stat("", "", 100.0, 4096);
        assert_eq!(process, Process::default());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_is_seen() {
        let process = process();
        assert!(process.resident_bytes.is_some_and(|bytes| bytes > 1 << 20), "{process:?}");
        assert!(process.threads.is_some_and(|threads| threads >= 1), "{process:?}");
        assert!(process.open_files.is_some_and(|files| files >= 3), "{process:?}");
        assert!(process.cpu_seconds.is_some() && process.started.is_some_and(|at| at > 1.7e9), "{process:?}");
    }

    #[test]
    fn the_limit_that_holds_is_read() {
        let limits = |open: &str| {
            format!(
                "Limit                     Soft Limit           Hard Limit           Units     \n\
                 Max processes             63704                63704                processes \n\
                 Max open files            {open}              524288               files     \n"
            )
        };
        assert_eq!(limit_on_files(&limits("1024")), Some(1024));
        assert_eq!(limit_on_files(&limits("unlimited")), None);
        assert_eq!(limit_on_files(""), None);
    }
}
