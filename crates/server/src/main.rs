//! The binary `inkstand`.

use std::process::ExitCode;

use clap::Parser;
use inkstand_server::{Cli, run};

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => run(cli),
        Err(said) => {
            // Nobody may be listening any more, and there is nobody else to tell.
            let _ = said.print();
            // Not clap's 2: that is what `import` ends with where only some items were refused.
            if said.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
    }
}
