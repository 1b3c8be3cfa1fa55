//! `schema/database/*.sql`: what the migrations come to, for whoever looks at a database by other means.

use std::{fs, path::Path};

use inkstand_tests::{Database, TestDatabase};
use rstest::rstest;

/// Set to write the files anew.
const UPDATE: &str = "INKSTAND_UPDATE_SCHEMA";

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_committed_database_schema_is_the_migrated_one(
    #[values(Database::Sqlite, Database::Postgres)] kind: Database,
) {
    let database = TestDatabase::new(kind).await;
    let migrated = match kind {
        Database::Sqlite => {
            let _ = super::run(&database, &["migrate"]).await.well();
            sqlite(&database).await
        }
        Database::Postgres => postgres(&database).await,
    };
    let name = if kind == Database::Sqlite { "sqlite.sql" } else { "postgres.sql" };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/database").join(name);
    if std::env::var_os(UPDATE).is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, &migrated).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    let differs = migrated.lines().zip(committed.lines()).find(|(new, old)| new != old);
    assert!(
        migrated == committed,
        "schema/database/{name} is not what the migrations make: run `just schema`. First difference: {differs:?}"
    );
}

async fn sqlite(database: &TestDatabase) -> String {
    let statements = database
        .texts(
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
             ORDER BY type DESC, name",
        )
        .await;
    let lines = statements.iter().map(|sql| format!("{};\n", broken(&sql.replace('"', ""))));
    format!(
        "-- The migrated schema on SQLite; `just schema` writes this file.\n\n{}",
        lines.collect::<String>()
    )
}

async fn postgres(database: &TestDatabase) -> String {
    let tables = database
        .texts(
            "SELECT 'CREATE TABLE ' || c.relname || ' ( ' || string_agg(part, ', ' ORDER BY place, part) || ' )' \
             FROM pg_class c JOIN ( \
                 SELECT a.attrelid AS of, a.attnum::int AS place, a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || \
                     CASE WHEN l.collname = 'C' THEN ' COLLATE C' ELSE '' END || \
                     CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END || \
                     COALESCE(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') || \
                     CASE WHEN a.attidentity <> '' THEN ' IDENTITY' ELSE '' END AS part \
                 FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
                 LEFT JOIN pg_collation l ON l.oid = a.attcollation WHERE a.attnum > 0 AND NOT a.attisdropped \
                 UNION ALL \
                 SELECT conrelid, 10000, 'CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid) \
                 FROM pg_constraint WHERE contype IN ('p', 'f', 'u', 'c') \
             ) parts ON parts.of = c.oid \
             WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace GROUP BY c.relname ORDER BY c.relname",
        )
        .await;
    let indexes = database
        .texts(
            "SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indexrelid \
             WHERE c.relnamespace = 'public'::regnamespace AND NOT indisprimary ORDER BY c.relname",
        )
        .await;
    let lines =
        tables.iter().chain(&indexes).map(|sql| format!("{};\n", broken(&sql.replace("public.", ""))));
    format!(
        "-- The migrated schema on PostgreSQL, as its catalogue tells it; `just schema` writes this file.\n\n{}",
        lines.collect::<String>()
    )
}

/// A table with one part a line; what stands in parentheses within a part stays together.
fn broken(sql: &str) -> String {
    if !sql.starts_with("CREATE TABLE") {
        return sql.to_owned();
    }
    let (mut lines, mut depth) = (String::new(), 0);
    for character in sql.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        match character {
            '(' if depth == 1 => lines.push_str("(\n   "),
            ')' if depth == 0 => {
                let end = lines.trim_end().len();
                lines.truncate(end);
                lines.push_str("\n)");
            }
            ',' if depth == 1 => lines.push_str(",\n   "),
            _ => lines.push(character),
        }
    }
    lines
}
