//! The files of a log: which there are, and their lines, packed or not.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;

/// Folders within folders are followed this deep, which also ends a circle of links.
const MAX_DEPTH: usize = 32;
/// The longest line that is read; Rank takes bodies of 1 MB.
const MAX_LINE_BYTES: u64 = 16 * 1024 * 1024;
/// How files of logs end; `.gz` may follow.
const EXTENSIONS: [&str; 4] = ["json", "jsonl", "dsjson", "log"];
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// One file of a log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogFile {
    pub path: PathBuf,
    pub n_bytes: u64,
}

/// All log files in a folder, at any depth, by name; or the one file named.
pub fn find_files(root: &Path) -> io::Result<Vec<LogFile>> {
    let mut found = Vec::new();
    if fs::metadata(root)?.is_dir() {
        walk(root, MAX_DEPTH, &mut found)?;
    } else {
        found.push(log_file(root.to_owned())?);
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

fn walk(folder: &Path, depth_left: usize, found: &mut Vec<LogFile>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // A link to nowhere is nobody's log.
        let Ok(metadata) = fs::metadata(&path) else { continue };
        if metadata.is_dir() && depth_left > 0 {
            walk(&path, depth_left - 1, found)?;
        } else if metadata.is_file() && is_log(&path) {
            found.push(log_file(path)?);
        }
    }
    Ok(())
}

fn log_file(path: PathBuf) -> io::Result<LogFile> {
    let n_bytes = fs::metadata(&path)?.len();
    Ok(LogFile { path, n_bytes })
}

fn is_log(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    EXTENSIONS.iter().any(|extension| name.strip_suffix(extension).is_some_and(|stem| stem.ends_with('.')))
}

/// One line as it was read.
#[derive(Debug, PartialEq)]
pub enum Line {
    Whole(Vec<u8>),
    /// Its bytes were passed over.
    TooLong,
}

/// The lines of one file, from its start.
pub struct Lines {
    reader: Box<dyn BufRead + Send>,
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines").finish_non_exhaustive()
    }
}

impl Lines {
    /// Opens a file; whether it is packed is told by its first bytes, not by its name.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut file = BufReader::with_capacity(256 * 1024, File::open(path)?);
        let is_packed = file.fill_buf()?.starts_with(&GZIP_MAGIC);
        let reader: Box<dyn BufRead + Send> = if is_packed {
            Box::new(BufReader::with_capacity(256 * 1024, MultiGzDecoder::new(file)))
        } else {
            Box::new(file)
        };
        Ok(Self { reader })
    }

    /// The next line without its end; `None` after the last.
    pub fn next(&mut self) -> io::Result<Option<Line>> {
        let mut line = Vec::new();
        let n_read = self.reader.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line)?;
        if n_read == 0 {
            return Ok(None);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
            return Ok(Some(Line::Whole(line)));
        }
        if (n_read as u64) < MAX_LINE_BYTES {
            return Ok(Some(Line::Whole(line)));
        }
        self.reader.skip_until(b'\n')?;
        Ok(Some(Line::TooLong))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn write(path: &Path, bytes: &[u8]) {
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, bytes).expect("written");
    }

    fn all(path: &Path) -> Vec<Line> {
        let mut lines = Lines::open(path).expect("opened");
        std::iter::from_fn(|| lines.next().expect("read")).collect()
    }

    #[test]
    fn logs_are_found_at_any_depth_by_their_endings_and_read_packed_or_not() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"three\nfour").expect("packed");
        write(&folder.path().join("2024/01/02.json"), b"one\n\ntwo\n");
        write(&folder.path().join("2024/01/03.LOG.gz"), &packed.finish().expect("packed"));
        write(&folder.path().join("readme.txt"), b"no log");
        write(&folder.path().join("json"), b"no log");
        let found = find_files(folder.path()).expect("listed");
        assert_eq!(found.len(), 2);
        let whole = |text: &str| Line::Whole(text.as_bytes().to_vec());
        assert_eq!(all(&found[0].path), [whole("one"), whole(""), whole("two")]);
        assert_eq!(all(&found[1].path), [whole("three"), whole("four")]);
    }

    #[test]
    fn a_line_without_end_is_passed_over_and_the_next_one_read() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.json");
        let mut bytes = vec![b'x'; MAX_LINE_BYTES as usize + 5];
        bytes.extend_from_slice(b"\nshort");
        write(&path, &bytes);
        assert_eq!(all(&path), [Line::TooLong, Line::Whole(b"short".to_vec())]);
    }
}
