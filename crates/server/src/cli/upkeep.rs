//! The commands of whoever runs a blog: schema, backups, moving, repair.

use std::path::PathBuf;

/// The end of `inkstand migrate --help`.
pub(super) const MIGRATE_HELP: &str = "\
A server does the same when it starts, unless --migrate never says that it must not. Any number of processes may try at \
once: one does it, in one transaction, and the others wait.

On PostgreSQL the schema can belong to a role that serving lacks. Once, as that role (ink_owner migrates, ink serves):
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ink;
  GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ink;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ink;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO ink;
Then, at each upgrade and before the servers start:
  inkstand migrate --database-url postgres://ink_owner@db/blog

Exit code: 0 if the schema is up to date (now), 2 if --check found something to do, 1 if nothing could be done.";

/// The end of `inkstand backup --help`.
pub(super) const BACKUP_HELP: &str = "\
The blog may be served and written to meanwhile: the file has it as it was at one moment. It gets its name when it is \
whole and checked, and nothing is ever overwritten. It holds password digests and sessions, so others may not read it.

  inkstand backup /backups/blog-$(date +%F).sqlite
  inkstand restore /backups/blog-2026-11-26.sqlite --data-dir ./restored

On PostgreSQL take pg_dump, or archive its log for any moment (the README shows both).";

/// The end of `inkstand restore --help`.
pub(super) const RESTORE_HELP: &str = "\
The place is that of --data-dir or --database-url, and must be empty. The file is checked before anything is put there. \
The search index and all caches begin anew. Sessions and tokens are those of the backup: what was revoked since is good \
again until you revoke it again.

On PostgreSQL take pg_restore, then `inkstand reindex --new-log`.";

/// The end of `inkstand copy --help`.
pub(super) const COPY_HELP: &str = "\
The source may be served meanwhile: it is read as it is at one moment; what is written later stays behind, so stop its \
servers first where you move for good. The target must be empty; it is made and migrated first. \
Each table is compared on both sides by its number of rows and a checksum, before anything lasts.

  inkstand copy --to postgres://ink@db/blog                        from the blog in ./data
  inkstand copy --from postgres://ink@db/blog --to sqlite:copy.sqlite

Passwords in arguments can be seen by others on the machine: INKSTAND_COPY_FROM and INKSTAND_COPY_TO can not.";

/// The end of `inkstand doctor --help`.
pub(super) const DOCTOR_HELP: &str = "\
Looks at the database as it is at one moment, also while it is served: SQLite's file, references, counts, next numbers, \
addresses, renderings, the log. The search index is compared where no server on this machine holds it.

With --repair it puts right what follows from the rest: counts, numbers, addresses that nothing else needs, renderings, \
rows that refer to nothing; and has servers build their index anew where that is wrong. Texts are never touched. Each \
repair is in `inkstand audit`, and running servers follow.

Exit code: 0 if nothing is wrong (any more), 2 if something is, 1 if it could not be looked at.";

/// Whether to bring the schema up to date, or only to look.
#[derive(Debug, clap::Args)]
pub(crate) struct MigrateArgs {
    /// Only say what there is to do, and change nothing: exit code 2 where there is something
    #[arg(long)]
    pub(crate) check: bool,
}

/// Where to.
#[derive(Debug, clap::Args)]
pub(crate) struct BackupArgs {
    /// The file to be made
    pub(crate) file: PathBuf,
}

/// Where from.
#[derive(Debug, clap::Args)]
pub(crate) struct RestoreArgs {
    /// A file that `inkstand backup` made, or any other SQLite file of a blog
    pub(crate) file: PathBuf,
}

/// From where to where.
#[derive(Debug, clap::Args)]
pub(crate) struct CopyArgs {
    /// The database to be copied [default: the one of --database-url or --data-dir]
    #[arg(long, env = "INKSTAND_COPY_FROM", value_name = "URL", hide_env_values = true)]
    pub(crate) from: Option<String>,
    /// The empty database to copy it into: sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME
    #[arg(long, env = "INKSTAND_COPY_TO", value_name = "URL", hide_env_values = true)]
    pub(crate) to: String,
}

/// Whether to put right what is wrong.
#[derive(Debug, clap::Args)]
pub(crate) struct DoctorArgs {
    /// Put right what follows from the rest
    #[arg(long)]
    pub(crate) repair: bool,
}

/// Whether it is the same log.
#[derive(Debug, clap::Args)]
pub(crate) struct ReindexArgs {
    /// Also give the change log a new identity, after the database was brought back to an earlier state by other means
    /// than `inkstand restore`: pg_restore, a moment of the archive, a fail-over that lost the end
    #[arg(long)]
    pub(crate) new_log: bool,
}
