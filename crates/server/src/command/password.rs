//! Where the command line gets a password from.

use std::io::{BufRead, IsTerminal, Read};

use anyhow::{Context, Result, bail, ensure};

use crate::cli::PasswordArgs;

/// More than any password has; what is longer is refused with the others that are too long.
const MOST_BYTES: u64 = 16 * 1024;

/// Asks on the terminal, twice and without an echo, or reads a line of standard input.
pub(crate) async fn password(args: &PasswordArgs) -> Result<String> {
    let from_stdin = args.password_stdin;
    tokio::task::spawn_blocking(move || if from_stdin { read_line() } else { ask() }).await?
}

fn read_line() -> Result<String> {
    let mut line = String::new();
    let mut input = std::io::stdin().lock().take(MOST_BYTES);
    input.read_line(&mut line).context("cannot read the password from standard input; is it UTF-8?")?;
    // Whatever else stands at its ends belongs to it.
    let password = line.strip_suffix('\n').unwrap_or(&line);
    let password = password.strip_suffix('\r').unwrap_or(password);
    ensure!(!password.is_empty(), "there is no password on standard input");
    Ok(password.to_owned())
}

fn ask() -> Result<String> {
    if !std::io::stdin().is_terminal() {
        bail!("there is no terminal to ask for the password on; pipe it in with --password-stdin");
    }
    let ask =
        |prompt| rpassword::prompt_password(prompt).context("cannot ask for the password on the terminal");
    let password = ask("Password (at least 12 characters): ")?;
    ensure!(ask("Once more: ")? == password, "these were two different passwords; nothing was done");
    Ok(password)
}
