//! How much memory this process may take, and what it makes of that where its settings do not say.
//!
//! A container has a limit (cgroup), past which the system kills what is in it. The usual sizes are for machines with room;
//! with less, caches and the writer of the index take a part of what there is. Threads and connections to the database
//! follow the processors by themselves: what Rust's library says of them heeds the quota of a cgroup.

use std::{
    fs,
    path::{Path, PathBuf},
};

use inkstand_blog::{LEAST_WRITER_MEMORY, WRITER_MEMORY};

/// Bytes for kept answers where there is room: some ten thousand pages.
const RESPONSE_CACHE: u64 = 64 << 20;

/// Bytes for remembered rows where there is room: enough for all but the bodies of ten thousand posts.
const ENTITY_CACHE: u64 = 32 << 20;

/// Where the usual sizes fit twice over.
const ENOUGH: u64 = 512 << 20;

/// What is made of the memory that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// The limit that was found, in bytes; `None` where there is none.
    pub limit: Option<u64>,
    /// Bytes for kept answers.
    pub response_cache: u64,
    /// Bytes for remembered rows.
    pub entity_cache: u64,
    /// Bytes that the writer of the search index may hold.
    pub index_writer: u64,
}

impl Room {
    /// What this process has.
    pub(crate) fn here() -> Self {
        Self::within(limit_of(
            &fs::read_to_string("/proc/self/cgroup").unwrap_or_default(),
            Path::new("/sys/fs/cgroup"),
        ))
    }

    fn within(limit: Option<u64>) -> Self {
        let part = |usual: u64, of: u64| match limit {
            Some(limit) if limit < ENOUGH => usual.min(limit / of),
            _ => usual,
        };
        Self {
            limit,
            response_cache: part(RESPONSE_CACHE, 10),
            entity_cache: part(ENTITY_CACHE, 20),
            index_writer: part(WRITER_MEMORY as u64, 8).max(LEAST_WRITER_MEMORY as u64),
        }
    }
}

/// The least limit on memory of the groups that a process is in, by its `/proc/self/cgroup`: of the version 2, and of
/// the version 1, both of which a system may have. A limit of the version 1 that is none is a number beyond all memory.
fn limit_of(groups: &str, root: &Path) -> Option<u64> {
    let group = |line: &str| -> Option<(PathBuf, String, &'static str)> {
        let mut parts = line.splitn(3, ':');
        let (number, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
        let path = path.trim_start_matches('/').to_owned();
        if number == "0" && controllers.is_empty() {
            // Beside the version 1, the version 2 has a folder of its own.
            let unified = root.join("unified");
            let at = if unified.is_dir() { unified } else { root.to_owned() };
            Some((at, path, "memory.max"))
        } else if controllers.split(',').any(|controller| controller == "memory") {
            Some((root.join("memory"), path, "memory.limit_in_bytes"))
        } else {
            None
        }
    };
    let limits = groups.lines().filter_map(group).flat_map(|(at, path, file)| {
        // Each group is bound by those above it as well. In a container the path may be that outside, and what is
        // mounted the group itself.
        let path = PathBuf::from(path);
        let folders: Vec<PathBuf> = path.ancestors().map(|above| at.join(above)).collect();
        folders.into_iter().filter_map(move |folder| fs::read_to_string(folder.join(file)).ok())
    });
    let least = limits.filter_map(|limit| limit.trim().parse::<u64>().ok()).min()?;
    // About the largest that a page-aligned number can be.
    (least < u64::MAX / 4).then_some(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(root: &Path, file: &str, content: &str) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    #[test]
    fn the_least_limit_of_all_groups_counts() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        put(root, "memory.max", "max\n");
        put(root, "a/memory.max", "134217728\n");
        put(root, "a/b/memory.max", "max\n");
        assert_eq!(limit_of("0::/a/b\n", root), Some(128 << 20));
        assert_eq!(limit_of("0::/\n", root), None);
        // A container that sees only itself, whose path is that outside.
        put(root, "memory.max", "268435456\n");
        assert_eq!(limit_of("0::/docker/0123\n", root), Some(256 << 20));
        assert_eq!(limit_of("", root), None);
    }

    #[test]
    fn the_first_version_of_groups_is_read_as_well() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        put(root, "memory/memory.limit_in_bytes", "9223372036854771712\n");
        put(root, "memory/x/memory.limit_in_bytes", "67108864\n");
        put(root, "unified/cgroup.procs", "");
        let groups = |path: &str| format!("4:cpu,memory:{path}\n1:cpu:/\n0::/\n");
        assert_eq!(limit_of(&groups("/x"), root), Some(64 << 20));
        assert_eq!(limit_of(&groups("/y"), root), None);
    }

    #[test]
    fn with_little_room_everything_is_smaller() {
        assert_eq!(
            Room::within(None),
            Room { limit: None, response_cache: 64 << 20, entity_cache: 32 << 20, index_writer: 50_000_000 }
        );
        assert_eq!(Room::within(Some(1 << 30)), Room { limit: Some(1 << 30), ..Room::within(None) });
        let small = Room::within(Some(128 << 20));
        assert_eq!(
            (small.response_cache >> 20, small.entity_cache >> 20, small.index_writer / 1_000_000),
            (12, 6, 16)
        );
        assert_eq!(Room::within(Some(1 << 20)).index_writer, 15_000_000);
    }
}
