//! A database into an archive, from one read transaction.

use std::io::Write;

use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use tokio::sync::mpsc;

use super::{
    file::{ArchiveError, ArchiveHeader, ArchiveWriter, Line, to_line},
    tables::{Kind, Table},
};
use crate::store::{MIGRATIONS, Store, StoreError, commit_log::wait_for_the_server, pools::Pools};

/// What an archive holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Archived {
    pub n_loops: u64,
    pub n_records: u64,
}

const ATTEMPT: &str = "read the database for an archive";
/// Lines are handed to the file in pieces of this size.
const N_BYTES_AT_ONCE: usize = 256 * 1024;

/// Where the lines go, and what was counted.
struct Lines {
    pieces: mpsc::Sender<Vec<u8>>,
    piece: Vec<u8>,
    n_rows: u64,
    archived: Archived,
}

/// Nobody takes the lines any more: the file could not be written, which its own error says.
struct Broken;

/// Why the reading stopped.
enum Stopped {
    Broken,
    Archive(ArchiveError),
}

impl From<Broken> for Stopped {
    fn from(_: Broken) -> Self {
        Self::Broken
    }
}

impl From<sqlx::Error> for Stopped {
    fn from(error: sqlx::Error) -> Self {
        Self::Archive(StoreError::during(ATTEMPT)(error).into())
    }
}

impl From<ArchiveError> for Stopped {
    fn from(error: ArchiveError) -> Self {
        Self::Archive(error)
    }
}

impl Lines {
    async fn add(&mut self, table: &Table, line: &Line) -> Result<(), Broken> {
        if matches!(line, Line::Row(_)) {
            self.n_rows += 1;
            self.archived.n_loops += u64::from(table.name == "loop");
            self.archived.n_records += u64::from(table.name == "log_record");
        }
        self.piece.extend(to_line(line));
        if self.piece.len() >= N_BYTES_AT_ONCE { self.hand_over().await } else { Ok(()) }
    }

    async fn hand_over(&mut self) -> Result<(), Broken> {
        self.pieces.send(std::mem::take(&mut self.piece)).await.map_err(|_| Broken)
    }
}

impl Store {
    /// Writes everything into an archive and returns the file. Others go on reading and writing meanwhile; `now_us` is
    /// only told in it.
    pub async fn write_archive<W: Write + Send + 'static>(
        &self,
        file: W,
        now_us: i64,
    ) -> Result<(W, Archived), ArchiveError> {
        let (pieces, mut taken) = mpsc::channel::<Vec<u8>>(8);
        let (count, counted) = std::sync::mpsc::channel();
        let writing = tokio::task::spawn_blocking(move || {
            let mut writer = ArchiveWriter::new(file);
            while let Some(piece) = taken.blocking_recv() {
                writer.write(&piece)?;
            }
            // Without a count the reading broke off, and so does the file.
            counted.recv().map_or(Ok(None), |n_rows| writer.finish(n_rows).map(Some))
        });
        let mut lines = Lines { pieces, piece: Vec::new(), n_rows: 0, archived: Archived::default() };
        let dumped = self.dump(&mut lines, now_us).await;
        if dumped.is_ok() {
            // The file is finished only by this.
            count.send(lines.n_rows).ok();
        }
        drop(count);
        let archived = lines.archived;
        drop(lines);
        let broken = |error: tokio::task::JoinError| ArchiveError::Write(std::io::Error::other(error));
        let written = writing.await.map_err(broken)?.map_err(ArchiveError::Write)?;
        match (dumped, written) {
            (Err(Stopped::Archive(error)), _) => Err(error),
            (Ok(()), Some(file)) => Ok((file, archived)),
            _ => Err(ArchiveError::Write(std::io::ErrorKind::BrokenPipe.into())),
        }
    }

    async fn dump(&self, lines: &mut Lines, now_us: i64) -> Result<(), Stopped> {
        match &self.pools {
            Pools::Sqlite { readers, writer, path, doubt, commit_log } => {
                match commit_log.get() {
                    Some(commit_log) => commit_log.settled().await,
                    None => wait_for_the_server(path, writer, doubt).await,
                }
                .map_err(ArchiveError::Store)?;
                let mut connection = readers.acquire().await?;
                // What the transaction sees is settled by its first question.
                let mut transaction = connection.begin().await?;
                dump_sqlite(&mut transaction, lines, now_us).await?;
                Ok(transaction.rollback().await?)
            }
            Pools::Postgres(reach) => {
                let mut transaction = reach.begin().await?;
                const ONE_MOMENT: &str = "set transaction isolation level repeatable read, read only";
                sqlx::query(ONE_MOMENT).execute(&mut *transaction).await?;
                // It reads no faster than the file takes it, and holds no lock that anybody waits for.
                const AT_EASE: &str = "set local idle_in_transaction_session_timeout = 0";
                sqlx::query(AT_EASE).execute(&mut *transaction).await?;
                reach.while_there(dump_postgres(&mut transaction, lines, now_us)).await??;
                Ok(transaction.rollback().await?)
            }
        }
    }
}

macro_rules! dump {
    ($connection:expr, $lines:expr, $now_us:expr, $tables:expr) => {{
        let applied: Option<i64> =
            sqlx::query_scalar("select max(version) from _sqlx_migrations").fetch_one(&mut *$connection).await?;
        let schema = MIGRATIONS.iter().map(|migration| migration.version).max();
        let Some(schema) = applied.filter(|applied| Some(*applied) == schema) else {
            return Err(ArchiveError::OtherSchema.into());
        };
        let mut first_event_us: Option<i64> = None;
        let ids: Vec<String> =
            sqlx::query_scalar("select id from loop where not is_removed").fetch_all(&mut *$connection).await?;
        for id in ids {
            const FIRST: &str = "select at_us from log_record where loop_id = $1 and kind = 1 order by seq limit 1";
            let first: Option<i64> = sqlx::query_scalar(FIRST).bind(id).fetch_optional(&mut *$connection).await?;
            first_event_us = first_event_us.into_iter().chain(first).min();
        }
        $lines.piece.extend(to_line(&ArchiveHeader::new(schema, $now_us, first_event_us)));
        for table in $tables {
            $lines.add(&table, &Line::Table(table.clone())).await?;
            let mut rows = sqlx::query(AssertSqlSafe(table.select())).fetch(&mut *$connection);
            while let Some(row) = rows.try_next().await? {
                $lines.add(&table, &Line::Row(table.read_row(&row)?)).await?;
            }
        }
        $lines.hand_over().await?;
        Ok(())
    }};
}

async fn dump_sqlite(connection: &mut SqliteConnection, lines: &mut Lines, now_us: i64) -> Result<(), Stopped> {
    let tables = sqlite_tables(connection).await?;
    dump!(connection, lines, now_us, tables)
}

async fn dump_postgres(connection: &mut PgConnection, lines: &mut Lines, now_us: i64) -> Result<(), Stopped> {
    let tables = postgres_tables(connection).await?;
    dump!(connection, lines, now_us, tables)
}

pub(super) async fn sqlite_tables(connection: &mut SqliteConnection) -> Result<Vec<Table>, ArchiveError> {
    const SQL: &str = "
        select owner.name, columns.name, lower(columns.type)
        from sqlite_master owner cross join pragma_table_info(owner.name) columns
        where owner.type = 'table' order by owner.name, columns.cid";
    let found = sqlx::query_as(SQL).fetch_all(connection).await;
    group(found.map_err(StoreError::during(ATTEMPT))?)
}

pub(super) async fn postgres_tables(connection: &mut PgConnection) -> Result<Vec<Table>, ArchiveError> {
    const SQL: &str = "
        select relname::text, attname::text, format_type(atttypid, atttypmod)
        from pg_class join pg_attribute on attrelid = pg_class.oid
        where relnamespace = (select relnamespace from pg_class where oid = to_regclass('log_record'))
            and relkind in ('r', 'p') and not relispartition and attnum > 0 and not attisdropped
        order by relname, attnum";
    let found = sqlx::query_as(SQL).fetch_all(connection).await;
    group(found.map_err(StoreError::during(ATTEMPT))?)
}

/// The loops first, because other tables refer to them.
fn group(found: Vec<(String, String, String)>) -> Result<Vec<Table>, ArchiveError> {
    let mut tables: Vec<Table> = Vec::new();
    for (table, column, declared) in found.into_iter().filter(|(table, ..)| Table::is_kept(table)) {
        let Some(kind) = Kind::read(&declared) else { return Err(ArchiveError::UnknownKind { table, column }) };
        match tables.last_mut().filter(|last| last.name == table) {
            Some(last) => last.columns.push((column, kind)),
            None => tables.push(Table { name: table, columns: vec![(column, kind)] }),
        }
    }
    tables.sort_by_key(|table| table.name != "loop");
    Ok(tables)
}
