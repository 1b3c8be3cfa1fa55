//! The binary `inkstand`.

use std::process::ExitCode;

use clap::Parser;
use inkstand_server::{Cli, run};

fn main() -> ExitCode {
    run(Cli::parse())
}
