//! The file itself: lines in gzip, with the checksum of all of them at the end.

use std::io::{self, BufRead, BufReader, Read, Write};

use flate2::{Compression, bufread::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::tables::{Table, Value};
use crate::store::StoreError;

/// The only layout so far.
const VERSION: u32 = 1;

/// Why an archive was not written or not read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("the archive cannot be written")]
    Write(#[source] io::Error),
    #[error("the archive cannot be read")]
    Read(#[source] io::Error),
    #[error("it is not an archive of rankloop")]
    Foreign,
    #[error("the archive is of a later version of rankloop; restore it with that one")]
    Later,
    #[error("the archive is damaged or cut off")]
    Damaged,
    #[error("there are data already ({0} is not empty); an archive goes into an empty folder or database")]
    NotEmpty(String),
    #[error(
        "the database's schema is of another version of rankloop; back it up with that one, or run `rankloop migrate`"
    )]
    OtherSchema,
    #[error("the column {column} of {table} is of a kind that archives do not have")]
    UnknownKind { table: String, column: String },
    #[error("the database could not be read or written")]
    Store(#[from] StoreError),
}

/// What an archive says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveHeader {
    /// The layout of the file.
    rankloop_archive: u32,
    /// The program that wrote it.
    pub program: String,
    /// The newest migration of the database that it is of.
    pub schema: i64,
    pub created_at_us: i64,
    /// When the oldest event was ranked.
    pub first_event_us: Option<i64>,
}

impl ArchiveHeader {
    pub(super) fn new(schema: i64, created_at_us: i64, first_event_us: Option<i64>) -> Self {
        let program = env!("CARGO_PKG_VERSION").to_owned();
        Self { rankloop_archive: VERSION, program, schema, created_at_us, first_event_us }
    }
}

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Line {
    Row(Vec<Value>),
    Table(Table),
    End { n_rows: u64, sha256: String },
}

/// Writes lines on their way into a file.
pub(super) struct ArchiveWriter<W: Write> {
    packed: GzEncoder<W>,
    hash: Sha256,
}

impl<W: Write> ArchiveWriter<W> {
    pub(super) fn new(file: W) -> Self {
        Self { packed: GzEncoder::new(file, Compression::fast()), hash: Sha256::new() }
    }

    /// Whole lines, each with its end.
    pub(super) fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        self.hash.update(lines);
        self.packed.write_all(lines)
    }

    /// The last line. Returns the file.
    pub(super) fn finish(mut self, n_rows: u64) -> io::Result<W> {
        let end = Line::End { n_rows, sha256: hex::encode(self.hash.finalize()) };
        self.packed.write_all(&to_line(&end))?;
        self.packed.finish()
    }
}

/// A value as a line of its own.
pub(super) fn to_line<T: Serialize>(value: &T) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).expect("plain data with text keys always becomes JSON");
    line.push(b'\n');
    line
}

/// Reads an archive line by line and checks it on the way.
pub(super) struct ArchiveReader<R: Read> {
    lines: BufReader<GzDecoder<BufReader<R>>>,
    hash: Sha256,
    n_rows: u64,
    line: Vec<u8>,
}

impl<R: Read> ArchiveReader<R> {
    pub(super) fn open(file: R) -> Result<(ArchiveHeader, Self), ArchiveError> {
        let lines = BufReader::new(GzDecoder::new(BufReader::new(file)));
        let mut reader = Self { lines, hash: Sha256::new(), n_rows: 0, line: Vec::new() };
        let is_first = reader.read_line().map_err(|_| ArchiveError::Foreign)?;
        let header: ArchiveHeader = serde_json::from_slice(&reader.line).map_err(|_| ArchiveError::Foreign)?;
        if !is_first || header.rankloop_archive > VERSION {
            return Err(if is_first { ArchiveError::Later } else { ArchiveError::Foreign });
        }
        reader.hash.update(&reader.line);
        Ok((header, reader))
    }

    fn read_line(&mut self) -> Result<bool, ArchiveError> {
        self.line.clear();
        let n_read = self.lines.read_until(b'\n', &mut self.line).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                ArchiveError::Damaged
            }
            _ => ArchiveError::Read(error),
        })?;
        Ok(n_read > 0)
    }

    /// The next row or table; `None` after the last, once the checksum was found right.
    pub(super) fn next(&mut self) -> Result<Option<Line>, ArchiveError> {
        if !self.read_line()? {
            return Err(ArchiveError::Damaged);
        }
        let line: Line = serde_json::from_slice(&self.line).map_err(|_| ArchiveError::Damaged)?;
        if let Line::End { n_rows, sha256 } = line {
            let is_whole = n_rows == self.n_rows && sha256 == hex::encode(self.hash.finalize_reset());
            return if is_whole && !self.read_line()? { Ok(None) } else { Err(ArchiveError::Damaged) };
        }
        self.hash.update(&self.line);
        self.n_rows += u64::from(matches!(line, Line::Row(_)));
        Ok(Some(line))
    }
}

/// Reads a whole archive and says whether it is one, and sound.
pub fn check_archive(file: impl Read) -> Result<ArchiveHeader, ArchiveError> {
    let (header, mut reader) = ArchiveReader::open(file)?;
    while reader.next()?.is_some() {}
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive() -> Vec<u8> {
        let mut writer = ArchiveWriter::new(Vec::new());
        writer.write(&to_line(&ArchiveHeader::new(1, 0, None))).expect("written");
        for n in 0..1_000 {
            writer.write(&to_line(&Line::Row(vec![Value::Number(n)]))).expect("written");
        }
        writer.finish(1_000).expect("written")
    }

    #[test]
    fn a_whole_archive_is_taken_and_a_damaged_one_is_not() {
        let archive = archive();
        assert_eq!(check_archive(archive.as_slice()).expect("whole").schema, 1);
        for n_bytes in [0, 1, 10, archive.len() / 2, archive.len() - 1] {
            let cut = check_archive(&archive[..n_bytes]);
            assert!(matches!(cut, Err(ArchiveError::Damaged | ArchiveError::Foreign)), "cut after {n_bytes}: {cut:?}");
        }
        for at in (20..archive.len()).step_by(97) {
            let mut flipped = archive.clone();
            flipped[at] ^= 0x10;
            assert!(check_archive(flipped.as_slice()).is_err(), "flipped at {at}");
        }
    }

    #[test]
    fn a_line_that_is_missing_is_noticed() {
        let mut writer = ArchiveWriter::new(Vec::new());
        writer.write(&to_line(&ArchiveHeader::new(1, 0, None))).expect("written");
        let archive = writer.finish(1).expect("written");
        assert!(matches!(check_archive(archive.as_slice()), Err(ArchiveError::Damaged)));
    }

    #[test]
    fn other_files_are_told_as_such() {
        assert!(matches!(check_archive(&b"a letter to the editor"[..]), Err(ArchiveError::Foreign)));
        let mut writer = ArchiveWriter::new(Vec::new());
        writer
            .write(b"{\"rankloopArchive\":99,\"program\":\"9\",\"schema\":1,\"createdAtUs\":0,\"firstEventUs\":null}\n")
            .expect("written");
        let later = writer.finish(0).expect("written");
        assert!(matches!(check_archive(later.as_slice()), Err(ArchiveError::Later)));
    }
}
