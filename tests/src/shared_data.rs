//! The material beside the project, which users do not have.

use std::path::PathBuf;

/// The path of a file of `../shared/data`, or `None`, and a word on standard error that the test is skipped.
#[must_use]
pub fn shared_data(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(name);
    if path.exists() {
        return Some(path);
    }
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    {
        eprintln!("SKIPPED: this test needs {}, which is not here", path.display());
    }
    None
}
