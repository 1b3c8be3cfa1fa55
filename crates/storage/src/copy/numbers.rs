//! Numbers that are given once.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement};

use crate::change_log::last_given;

/// The log goes on behind the last number that was ever given, also where its end was trimmed or rolled back.
pub(super) async fn continue_numbers(
    read: &DatabaseTransaction,
    write: &DatabaseTransaction,
) -> Result<(), DbErr> {
    let absent = || DbErr::RecordNotFound("the numbers of the change log".to_owned());
    let highest =
        Statement::from_string(read.get_database_backend(), "SELECT COALESCE(MAX(seq), 0) FROM change");
    let highest = read.query_one_raw(highest).await?.ok_or_else(absent)?.try_get_by_index(0)?;
    let last: i64 = last_given(read).await?.ok_or_else(absent)?.max(highest);
    if last == 0 {
        return Ok(());
    }
    let statements = match write.get_database_backend() {
        DbBackend::Sqlite => vec![
            "DELETE FROM sqlite_sequence WHERE name = 'change'".to_owned(),
            format!("INSERT INTO sqlite_sequence (name, seq) VALUES ('change', {last})"),
        ],
        _ => vec![format!("SELECT setval(pg_get_serial_sequence('change', 'seq'), {last}, true)")],
    };
    for statement in statements {
        write.execute_unprepared(&statement).await?;
    }
    Ok(())
}
