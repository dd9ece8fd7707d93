//! What encoders write into.

use std::io::{self, Write};

use super::{Limits, Refusal};

/// Takes as many bytes as an encoded picture may have. With the first one beyond them the encoder fails, and does no more work.
pub(super) struct Bounded {
    bytes: Vec<u8>,
    max_bytes: u64,
    is_over: bool,
}

impl Bounded {
    /// What `write` has written, and what it returned.
    ///
    /// # Errors
    /// Its own, or `image_too_large` where it wrote more than the limits allow, whatever it made of that.
    pub fn fill<T>(
        limits: &Limits,
        write: impl FnOnce(&mut Self) -> Result<T, Refusal>,
    ) -> Result<(Vec<u8>, T), Refusal> {
        let mut bounded = Self {
            bytes: Vec::new(),
            max_bytes: limits.encoded_bytes,
            is_over: false,
        };
        let written = write(&mut bounded);
        if bounded.is_over {
            return Err(Refusal::too_large(limits));
        }
        let written = written?;
        // It may be held for a while, and grew by doubling.
        bounded.bytes.shrink_to_fit();
        Ok((bounded.bytes, written))
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.bytes.len() as u64 + bytes.len() as u64;
        self.is_over |= length > self.max_bytes;
        if self.is_over {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
