//! The binary `inkstand`.

use std::process::ExitCode;

fn main() -> ExitCode {
    inkstand_server::run(std::env::args_os())
}
