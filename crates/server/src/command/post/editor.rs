//! The editor of whoever writes.

use std::{
    ffi::{OsStr, OsString},
    future::Future,
    io::{BufRead, IsTerminal, Write},
    path::Path,
    pin::pin,
    process::Command,
    task::Poll,
};

use anyhow::{Context, Result, bail};

/// Tried in this order where no variable names one.
const USUAL: [&str; 3] = ["sensible-editor", "vi", "nano"];

/// Characters that mean something to a shell: an editor with one of them is started by it.
const SHELL: &str = "|&;<>()$`\\\"'*?[#~=%\n";

/// A command that edits the file that is named behind it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Editor {
    command: String,
}

impl Editor {
    /// `$VISUAL`, else `$EDITOR`, else a usual one, where there is a terminal for it.
    pub(crate) fn of_user() -> Result<Self> {
        for name in ["VISUAL", "EDITOR"] {
            if let Some(command) = std::env::var_os(name).filter(|command| !command.is_empty()) {
                let command = command.into_string().ok().with_context(|| format!("${name} is not UTF-8"))?;
                return Ok(Self { command });
            }
        }
        if !std::io::stdin().is_terminal() {
            bail!("there is no terminal for an editor; pipe the text in with `--from -`, or set EDITOR");
        }
        let folders = std::env::var_os("PATH").unwrap_or_default();
        let found = USUAL
            .into_iter()
            .find(|name| std::env::split_paths(&folders).any(|folder| folder.join(name).is_file()));
        match found {
            Some(name) => Ok(Self { command: name.to_owned() }),
            None => bail!(
                "no editor is known: set EDITOR to one (EDITOR=nano), or hand in a file with `--from FILE`"
            ),
        }
    }

    /// Has the file edited, and waits until that is done. Ctrl-C meanwhile is the editor's affair.
    pub(crate) async fn edit(&self, path: &Path) -> Result<()> {
        let mut interrupt = pin!(tokio::signal::ctrl_c());
        // From its first poll on, the signal does not end this process any more.
        std::future::poll_fn(|context| {
            let _ = interrupt.as_mut().poll(context);
            Poll::Ready(())
        })
        .await;
        let mut command = self.command_for(path.as_os_str());
        let status = tokio::task::spawn_blocking(move || command.status()).await?;
        let status = status.with_context(|| self.cannot_start())?;
        match status.code() {
            Some(0) => Ok(()),
            // What a shell says of a command that is not there.
            Some(127) => bail!(self.cannot_start()),
            Some(code) => bail!("the editor `{}` ended with exit code {code}", self.command),
            None => bail!("the editor `{}` was broken off", self.command),
        }
    }

    fn cannot_start(&self) -> String {
        format!("the editor `{}` cannot be started; set EDITOR to another one", self.command)
    }

    fn command_for(&self, path: &OsStr) -> Command {
        let mut command = if self.command.contains(|c| SHELL.contains(c)) {
            let mut shell = Command::new("sh");
            shell.arg("-c").arg(format!("{} \"$@\"", self.command)).arg(&self.command);
            shell
        } else {
            let mut words = self.command.split_whitespace().map(OsString::from);
            let mut command = Command::new(words.next().unwrap_or_default());
            command.args(words);
            command
        };
        command.arg(path);
        command
    }
}

/// Whether there is somebody to ask.
pub(crate) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks a question of which the usual answer is yes. Ctrl-C and an end of the input are no.
pub(crate) async fn ask(question: &str) -> Result<bool> {
    {
        let mut err = std::io::stderr().lock();
        write!(err, "{question} [Y/n] ").and_then(|()| err.flush()).context("cannot ask")?;
    }
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        read.is_ok_and(|bytes| bytes > 0).then_some(line)
    });
    let answer = tokio::select! {
        answer = answer => answer?,
        _ = tokio::signal::ctrl_c() => None,
    };
    Ok(answer.is_some_and(|line| matches!(line.trim().to_ascii_lowercase().as_str(), "" | "y" | "yes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_editor_may_have_arguments() {
        let words = |command: &str| {
            let command = Editor { command: command.to_owned() }.command_for(OsStr::new("/tmp/a b.md"));
            let mut words = vec![command.get_program().to_owned()];
            words.extend(command.get_args().map(ToOwned::to_owned));
            words.into_iter().map(|word| word.into_string().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(words("vi"), ["vi", "/tmp/a b.md"]);
        assert_eq!(words("code  --wait"), ["code", "--wait", "/tmp/a b.md"]);
        let shell = "'/opt/my editor' -f";
        assert_eq!(words(shell), ["sh", "-c", "'/opt/my editor' -f \"$@\"", shell, "/tmp/a b.md"]);
    }
}
