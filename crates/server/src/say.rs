//! Standard output.

use std::{
    fmt::Display,
    io::{ErrorKind, Write},
};

use anyhow::{Context, Result};

/// Writes `text` and a newline. Whoever was reading may have gone (`inkstand schema | head -1`), which is no error:
/// what the command did stays done.
pub(crate) fn say(text: impl Display) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        said => said.context("cannot write to standard output"),
    }
}
