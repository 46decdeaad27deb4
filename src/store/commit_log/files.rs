//! The two files of the commit log, which take turns.
//!
//! They are filled with zeros when they are made, so that a write changes no file's size and its sync is one trip to the
//! device. Frames follow each other from the start of a file; one of an older generation ends them.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::frame;

/// How much a file holds. Records are in the database long before it is full.
const N_BYTES: usize = 8 << 20;

/// What became of a frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Written {
    Durable,
    /// The file is full, and the other one still holds what is not in the database.
    NoRoom,
    /// The last write failed, and `renew` has to come to a good end before the next.
    NotSound,
}

/// The files as the only process that writes them sees them.
#[derive(Debug)]
pub(super) struct Files {
    files: [File; 2],
    generation: u64,
    /// Which of the files is written, and from where on.
    active: usize,
    offset: usize,
    /// The number of the last frame in each.
    last: [u64; 2],
    is_sound: bool,
}

impl Files {
    /// Makes them anew: what was in them has to be in the database.
    pub(super) fn make(database: &Path) -> io::Result<Self> {
        let options = || File::options().create(true).truncate(false).write(true).clone();
        let [first, second] = paths(database);
        let files = [options().open(first)?, options().open(second)?];
        let mut made = Self { files, generation: 0, active: 0, offset: 0, last: [0; 2], is_sound: false };
        made.renew()?;
        // The names have to be there after a power cut, too.
        let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
        Ok(made)
    }

    /// Whether a frame of this length fits into an empty file.
    pub(super) fn fits(frame: &[u8]) -> bool {
        frame.len() <= N_BYTES
    }

    /// Begins again with empty files, once everything that they held is in the database.
    pub(super) fn renew(&mut self) -> io::Result<()> {
        self.is_sound = false;
        for file in &self.files {
            write_at(file, 0, &vec![0; N_BYTES])?;
            file.sync_all()?;
        }
        (self.generation, self.active, self.offset, self.last) = (1, 0, 0, [0; 2]);
        self.is_sound = true;
        Ok(())
    }

    /// Makes a frame durable. `number` counts the frames; those up to `n_settled` are in the database.
    ///
    /// After an error nobody knows whether the frame would be found.
    pub(super) fn write(&mut self, sealable: &mut [u8], number: u64, n_settled: u64) -> io::Result<Written> {
        if !self.is_sound {
            return Ok(Written::NotSound);
        }
        if self.offset + sealable.len() > N_BYTES {
            let other = 1 - self.active;
            if self.last[other] > n_settled {
                return Ok(Written::NoRoom);
            }
            (self.active, self.offset) = (other, 0);
            self.generation += 1;
        }
        frame::seal(sealable, self.generation);
        self.is_sound = false;
        let file = &self.files[self.active];
        write_at(file, self.offset as u64, sealable)?;
        file.sync_data()?;
        self.is_sound = true;
        self.offset += sealable.len();
        self.last[self.active] = number;
        Ok(Written::Durable)
    }
}

/// Every whole frame that lies in the files of a database, in the order of their writing. Files that are not there hold
/// none.
pub(super) fn read(database: &Path) -> io::Result<Vec<Vec<u8>>> {
    let mut found: Vec<(u64, Vec<Vec<u8>>)> = Vec::new();
    for path in paths(database) {
        let mut bytes = Vec::new();
        match File::open(path) {
            Ok(mut file) => file.read_to_end(&mut bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let Some((generation, _)) = frame::first(&bytes) else { continue };
        let mut frames = Vec::new();
        let mut left = bytes.as_slice();
        while let Some((_, frame)) = frame::first(left).filter(|(found, _)| *found == generation) {
            frames.push(frame.to_vec());
            left = &left[frame.len()..];
        }
        found.push((generation, frames));
    }
    found.sort_by_key(|(generation, _)| *generation);
    Ok(found.into_iter().flat_map(|(_, frames)| frames).collect())
}

/// Takes the files away, once everything that they held is in the database.
pub(super) fn remove(database: &Path) -> io::Result<()> {
    for path in paths(database) {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn write_at(mut file: &File, offset: u64, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes)
}

fn paths(database: &Path) -> [PathBuf; 2] {
    ["-commit-0", "-commit-1"].map(|ending| {
        let mut path = OsString::from(database);
        path.push(ending);
        path.into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of a quarter of a file, which says its number.
    fn large(number: u8) -> Vec<u8> {
        vec![number; N_BYTES / 4]
    }

    fn numbers(database: &Path) -> Vec<u8> {
        read(database).expect("read").iter().filter_map(|frame| frame.last().copied()).collect()
    }

    #[test]
    fn frames_are_found_in_their_order_and_files_take_turns_once_they_are_settled() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = folder.path().join("a.db");
        assert_eq!(read(&database).expect("nothing"), Vec::<Vec<u8>>::new());
        let mut files = Files::make(&database).expect("made");
        for number in 1..=8 {
            let written = files.write(&mut large(number), number.into(), 0).expect("written");
            assert_eq!(written, Written::Durable);
        }
        assert_eq!(numbers(&database), [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(files.write(&mut large(9), 9, 3).expect("asked"), Written::NoRoom);
        assert_eq!(files.write(&mut large(9), 9, 4).expect("written"), Written::Durable);
        // The first file begins anew; what is left of its last round is not taken for a part of this one.
        assert_eq!(numbers(&database), [5, 6, 7, 8, 9]);

        files.renew().expect("renewed");
        assert_eq!(numbers(&database), [0_u8; 0]);
        remove(&database).expect("removed");
        assert!(fs::read_dir(folder.path()).expect("a folder").next().is_none());
    }

    #[test]
    fn a_damaged_end_is_left_out_and_nothing_behind_it_is_taken() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = folder.path().join("a.db");
        let mut files = Files::make(&database).expect("made");
        for number in 1..=3 {
            files.write(&mut vec![number; 1_000], number.into(), 0).expect("written");
        }
        let damaged = File::options().write(true).open(&paths(&database)[0]).expect("there");
        write_at(&damaged, 1_500, &[0xff]).expect("damaged");
        assert_eq!(numbers(&database), [1]);
        damaged.set_len(900).expect("cut");
        assert_eq!(numbers(&database), [0_u8; 0]);
    }
}
