//! What a table's columns hold, as the database itself says.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement, Value};
use uuid::Uuid;

use super::CopyError;
use crate::StorageError;

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Column {
    pub(super) name: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Uuid,
    Text,
    /// 32 bits on PostgreSQL, where it has to be read as such; SQLite has one kind of numbers.
    Int,
    Big,
    Bool,
    Bytes,
}

/// The columns of a table by their names, so that the order in which migrations added them decides nothing.
pub(super) async fn columns(db: &impl ConnectionTrait, table: &str) -> Result<Vec<Column>, CopyError> {
    let backend = db.get_database_backend();
    let query = match backend {
        DbBackend::Sqlite => format!("SELECT name, lower(type) FROM pragma_table_info('{table}')"),
        _ => format!(
            "SELECT column_name::text, udt_name::text FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = '{table}'"
        ),
    };
    let rows = db.query_all_raw(Statement::from_string(backend, query)).await.map_err(StorageError::from)?;
    let mut columns = Vec::with_capacity(rows.len());
    for row in rows {
        let name: String = row.try_get_by_index(0).map_err(StorageError::from)?;
        let declared: String = row.try_get_by_index(1).map_err(StorageError::from)?;
        let kind = kind(backend, &declared).ok_or_else(|| CopyError::OtherSchema {
            what: format!("the column {table}.{name} is a {declared}, which copying does not know"),
        })?;
        columns.push(Column { name, kind });
    }
    columns.sort();
    Ok(columns)
}

fn kind(backend: DbBackend, declared: &str) -> Option<Kind> {
    Some(match (backend, declared) {
        (DbBackend::Sqlite, "uuid_text") | (_, "uuid") => Kind::Uuid,
        (DbBackend::Sqlite, "varchar") | (_, "text" | "bpchar") => Kind::Text,
        (DbBackend::Sqlite, "integer" | "bigint") | (_, "int8") => Kind::Big,
        (_, "int4") => Kind::Int,
        (DbBackend::Sqlite, "boolean") | (_, "bool") => Kind::Bool,
        (DbBackend::Sqlite, "blob") | (_, "bytea") => Kind::Bytes,
        _ => return None,
    })
}

/// Whether a table has the same columns on both sides.
pub(super) fn columns_alike(table: &str, of: &[Column], into: &[Column]) -> Result<(), CopyError> {
    let plain = |columns: &[Column]| -> Vec<(String, Kind)> {
        let kind = |column: &Column| if column.kind == Kind::Int { Kind::Big } else { column.kind };
        columns.iter().map(|column| (column.name.clone(), kind(column))).collect()
    };
    if plain(of) == plain(into) {
        return Ok(());
    }
    Err(CopyError::OtherSchema {
        what: format!("the table {table} has other columns in the source than in the target"),
    })
}

impl Column {
    pub(super) fn read(&self, row: &QueryResult) -> Result<Value, DbErr> {
        let name = self.name.as_str();
        Ok(match self.kind {
            Kind::Uuid => row.try_get::<Option<Uuid>>("", name)?.into(),
            Kind::Text => row.try_get::<Option<String>>("", name)?.into(),
            Kind::Int => row.try_get::<Option<i32>>("", name)?.map(i64::from).into(),
            Kind::Big => row.try_get::<Option<i64>>("", name)?.into(),
            Kind::Bool => row.try_get::<Option<bool>>("", name)?.into(),
            Kind::Bytes => row.try_get::<Option<Vec<u8>>>("", name)?.into(),
        })
    }

    pub(super) fn null(&self) -> Value {
        match self.kind {
            Kind::Uuid => None::<Uuid>.into(),
            Kind::Text => None::<String>.into(),
            Kind::Int | Kind::Big => None::<i64>.into(),
            Kind::Bool => None::<bool>.into(),
            Kind::Bytes => None::<Vec<u8>>.into(),
        }
    }
}
