//! Bytes of a file, taken from the front and never past the end. Numbers are little-endian.

use super::model_file::{ModelFileError, damaged};

/// The bytes not yet read.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub left: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The next `n` bytes.
    pub fn bytes(&mut self, n: usize) -> Result<&'a [u8], ModelFileError> {
        let (taken, left) = self.left.split_at_checked(n).ok_or_else(|| damaged("it ends too early"))?;
        self.left = left;
        Ok(taken)
    }

    /// The next `N` bytes.
    pub fn take<const N: usize>(&mut self) -> Result<[u8; N], ModelFileError> {
        let (taken, left) = self.left.split_first_chunk::<N>().ok_or_else(|| damaged("it ends too early"))?;
        self.left = left;
        Ok(*taken)
    }

    /// Little-endian, as all that follow.
    pub fn u32(&mut self) -> Result<u32, ModelFileError> {
        Ok(u32::from_le_bytes(self.take()?))
    }

    pub fn u64(&mut self) -> Result<u64, ModelFileError> {
        Ok(u64::from_le_bytes(self.take()?))
    }

    /// A finite number.
    pub fn f32(&mut self) -> Result<f32, ModelFileError> {
        let number = f32::from_le_bytes(self.take()?);
        if number.is_finite() { Ok(number) } else { Err(damaged("it holds a number that is not finite")) }
    }

    /// A finite number.
    pub fn f64(&mut self) -> Result<f64, ModelFileError> {
        let number = f64::from_le_bytes(self.take()?);
        if number.is_finite() { Ok(number) } else { Err(damaged("it holds a number that is not finite")) }
    }
}
