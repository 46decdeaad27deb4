//! An archive into an empty database.
//!
//! Loops stay hidden, as those that are being removed, until everything is there. Should the loading be interrupted, the
//! next start removes what there is of them, and the archive can be loaded again.

use std::io::Read;

use sqlx::{AssertSqlSafe, Executor};
use tokio::sync::mpsc;

use super::{
    dump::{Archived, postgres_tables, sqlite_tables},
    file::{ArchiveError, ArchiveHeader, ArchiveReader, Line},
    tables::{Table, Value},
};
use crate::store::{MIGRATIONS, Store, StoreError, pools::Pools};

const ATTEMPT: &str = "write an archive into the database";
/// One transaction takes roughly so much.
const N_BYTES_AT_ONCE: usize = 8 * 1024 * 1024;

/// Rows of one table.
struct Piece {
    table: Table,
    rows: Vec<Vec<Value>>,
}

impl Store {
    /// Loads an archive that `check_archive` found sound. The database must be empty, and nobody else at work on it.
    pub async fn read_archive<R: Read + Send + 'static>(&self, file: R) -> Result<Archived, ArchiveError> {
        let (header, reader) = ArchiveReader::open(file)?;
        let known = self.prepare(&header).await?;
        let (sender, mut pieces) = mpsc::channel(4);
        let reading = tokio::task::spawn_blocking(move || read_pieces(reader, &sender));
        let mut archived = Archived::default();
        let mut last = Vec::new();
        while let Some(piece) = pieces.recv().await {
            // Names go into statements, so they must be the database's own.
            if !known.iter().any(|table| table.has_all_of(&piece.table)) {
                return Err(ArchiveError::Damaged);
            }
            let n_rows = piece.rows.len() as u64;
            match piece.table.name.as_str() {
                "loop" => archived.n_loops += n_rows,
                "log_record" => archived.n_records += n_rows,
                _ => {}
            }
            // What belongs to no loop is little, and comes with the end: the database stays empty until then.
            if piece.table.name == "loop" || piece.table.is_of_loops() {
                self.insert_pieces(vec![hidden(piece)], false).await?;
            } else {
                last.push(piece);
            }
        }
        let broken = |error: tokio::task::JoinError| ArchiveError::Read(std::io::Error::other(error));
        reading.await.map_err(broken)??;
        self.insert_pieces(last, true).await?;
        self.migrate().await?;
        Ok(archived)
    }

    /// The schema of the archive, without a row in it. Returns its tables.
    async fn prepare(&self, header: &ArchiveHeader) -> Result<Vec<Table>, ArchiveError> {
        if !MIGRATIONS.version_exists(header.schema) {
            return Err(ArchiveError::Later);
        }
        let failed = StoreError::during("make the schema of the archive");
        on_pool!(self.pools.writing(), pool => MIGRATIONS.run_to(header.schema, pool).await.map_err(sqlx::Error::from))
            .map_err(&failed)?;
        self.finish_removing_loops().await?;
        self.make_weeks().await?;
        if let Some(first_us) = header.first_event_us {
            self.make_weeks_since(first_us).await?;
        }
        let tables = match &self.pools {
            Pools::Sqlite { readers, .. } => sqlite_tables(&mut *readers.acquire().await.map_err(&failed)?).await?,
            Pools::Postgres(reach) => postgres_tables(&mut *reach.acquire().await.map_err(&failed)?).await?,
        };
        for table in &tables {
            let sql = format!("select exists (select 1 from {})", table.name);
            let is_filled: bool = on_pool!(self.pools.reading(), pool => sqlx::query_scalar(AssertSqlSafe(sql.clone()))
                .fetch_one(pool)
                .await)
            .map_err(&failed)?;
            if is_filled {
                return Err(ArchiveError::NotEmpty(table.name.clone()));
            }
        }
        Ok(tables)
    }

    async fn insert_pieces(&self, pieces: Vec<Piece>, is_last: bool) -> Result<(), ArchiveError> {
        const SHOW: &str = "update loop set is_removed = false";
        let mut is_wrong = false;
        in_transaction!(self, transaction => {
            for Piece { table, rows } in &pieces {
                for rows in rows.chunks(table.n_rows_at_once()) {
                    match table.insert(rows.to_vec()) {
                        Ok(mut statement) => {
                            statement.build().execute(&mut *transaction).await?;
                        }
                        Err(_) => is_wrong = true,
                    }
                }
            }
            if is_last && !is_wrong {
                transaction.execute(SHOW).await?;
            }
        })
        .map_err(StoreError::during(ATTEMPT))?;
        if is_wrong { Err(ArchiveError::Damaged) } else { Ok(()) }
    }
}

/// Loops as those that are being removed.
fn hidden(mut piece: Piece) -> Piece {
    let removed = piece.table.columns.iter().position(|(name, _)| name == "is_removed");
    if let Some(idx) = removed.filter(|_| piece.table.name == "loop") {
        piece.rows.iter_mut().filter_map(|row| row.get_mut(idx)).for_each(|value| *value = Value::Truth(true));
    }
    piece
}

fn read_pieces<R: Read>(mut reader: ArchiveReader<R>, sender: &mpsc::Sender<Piece>) -> Result<(), ArchiveError> {
    let mut piece: Option<Piece> = None;
    let mut n_bytes = 0;
    // When nobody takes them any more, the database has said why.
    let send = |piece: Option<Piece>| piece.is_none_or(|piece| sender.blocking_send(piece).is_ok());
    while let Some(line) = reader.next()? {
        match line {
            Line::Table(table) => {
                if !send(piece.replace(Piece { table, rows: Vec::new() })) {
                    return Ok(());
                }
                n_bytes = 0;
            }
            Line::Row(row) => {
                let Some(current) = &mut piece else { return Err(ArchiveError::Damaged) };
                n_bytes += row.iter().map(Value::n_bytes).sum::<usize>();
                current.rows.push(row);
                if n_bytes >= N_BYTES_AT_ONCE {
                    let next = Piece { table: current.table.clone(), rows: Vec::new() };
                    if !send(piece.replace(next)) {
                        return Ok(());
                    }
                    n_bytes = 0;
                }
            }
            Line::End { .. } => return Err(ArchiveError::Damaged),
        }
    }
    send(piece);
    Ok(())
}
