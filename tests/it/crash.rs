//! The plug is pulled, the disk is full: what was acknowledged is there, nothing is half written, and the index says what
//! the database says.
//!
//! Each run has a few rounds; `just crash` has two hundred on each database, or `INKSTAND_CRASH_ROUNDS` as many as it says.

mod clock;
mod full_disk;
mod full_index;
mod killed;
pub(crate) mod ledger;
mod read_only_disk;
mod synced;

use inkstand_model::Clock;
use inkstand_server::SystemClock;
use inkstand_tests::{Inkstand, Served, TestDatabase};

/// How often something is killed: `usual`, or what the environment says.
fn rounds(usual: usize) -> usize {
    let said = std::env::var("INKSTAND_CRASH_ROUNDS").ok();
    said.map_or(usual, |said| said.parse().expect("INKSTAND_CRASH_ROUNDS is a number"))
}

/// What chance begins from: another number each time, which is printed, or that of the environment.
pub(crate) fn seed() -> u64 {
    let said = std::env::var("INKSTAND_CRASH_SEED").ok();
    let [chance @ .., _, _] = SystemClock.random();
    let seed = said
        .map_or(u64::from_le_bytes(chance), |said| said.parse().expect("INKSTAND_CRASH_SEED is a number"));
    println!("INKSTAND_CRASH_SEED={seed}");
    seed
}

async fn serve(database: &TestDatabase) -> Served {
    Inkstand::on(database).args(["--no-sample"]).serve().await
}

/// The token of a new account that may write everything.
async fn token(database: &TestDatabase) -> String {
    let password = b"a notebook is a log\na notebook is a log\n";
    let create =
        Inkstand::on(database).args(["account", "create", "ada", "--role", "owner", "--password-stdin"]);
    let _ = create.run_with_input(password).await.well();
    let token = Inkstand::on(database)
        .args(["token", "create", "ada", "crash", "--scope", "write"])
        .run()
        .await
        .well();
    token.stdout.trim().to_owned()
}
