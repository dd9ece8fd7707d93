//! What a picture's header promises, and what is allowed of it.

use super::{Refusal, format::Format};
use crate::kind::{self, ImageFormat, Kind};

/// What is decoded at the most.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Width times height.
    pub pixels: u64,
    /// Width or height.
    pub side: u32,
    /// What decoding and encoding one picture may hold in memory, beside the file itself and the encoded copy of it.
    pub memory_bytes: u64,
    /// What the encoded copy may have. A small file may hold what is large in every way of writing that is known here.
    pub encoded_bytes: u64,
    /// Frames of an animation.
    pub frames: u32,
    /// Pixels of all frames of an animation together: a bound on its time.
    pub animation_pixels: u64,
}

impl Default for Limits {
    /// 50 megapixels and 325 MB: a photo of 50 megapixels that has to be turned upright is held twice. 25 MiB of copy.
    fn default() -> Self {
        Self {
            pixels: 50_000_000,
            side: 65_535,
            memory_bytes: 325_000_000,
            encoded_bytes: 25 << 20,
            frames: 1_000,
            animation_pixels: 150_000_000,
        }
    }
}

/// What the header of a picture says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub format: ImageFormat,
    /// Pixels, as stored: a picture that is turned upright swaps width and height.
    pub width: u32,
    pub height: u32,
    /// What [`process`](super::process()) or [`avatar`](super::avatar()) of this picture hold at the most, beside the file
    /// itself and the encoded copies.
    pub memory_bytes: u64,
}

/// Looks at a picture's header. No pixels are decoded, and nothing is allocated that grows with the dimensions, but for WebP
/// without loss: the numbers of its prefix codes take up to a fourth of a byte for each pixel.
///
/// # Errors
/// `not_an_image`, `too_many_pixels`, `unsupported_image` where it takes too much memory for other reasons than its pixels,
/// and what decoders say of the header.
pub fn inspect(bytes: &[u8], limits: &Limits) -> Result<Header, Refusal> {
    let format = match kind::of(bytes) {
        Kind::Image(format) => format,
        Kind::ForeignImage => return Err(Refusal::ForeignFormat),
        Kind::File { .. } => return Err(Refusal::NotAnImage),
    };
    let decoder = Format::of(format);
    let promise = decoder.promise(bytes)?;
    promise.check(limits)?;
    let spare = limits.memory_bytes - promise.memory_bytes();
    let beside_pixels = decoder.beside_pixels(bytes, spare)?;
    Ok(Header {
        format,
        width: promise.width,
        height: promise.height,
        memory_bytes: promise.memory_bytes() + beside_pixels,
    })
}

/// What a decoder finds in a header.
pub(super) struct Promise {
    pub width: u32,
    pub height: u32,
    /// What decoding, turning upright and encoding hold for each pixel, at the most.
    pub bytes_per_pixel: u64,
}

impl Promise {
    fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// With what is made of the picture beside its copy, and with the reduced columns or rows on the way there.
    fn memory_bytes(&self) -> u64 {
        const SMALL_PICTURES: u64 = 4_000_000;
        const REDUCED_LINE: u64 = 512 * 4;
        let shorter = u64::from(self.width.min(self.height));
        self.pixels() * self.bytes_per_pixel + shorter * REDUCED_LINE + SMALL_PICTURES
    }

    fn check(&self, limits: &Limits) -> Result<(), Refusal> {
        if self.pixels() == 0 {
            return Err(Refusal::damaged("no pixels"));
        }
        let is_within = self.pixels() <= limits.pixels
            && self.width.max(self.height) <= limits.side
            && self.memory_bytes() <= limits.memory_bytes;
        if is_within {
            return Ok(());
        }
        let decodable = limits.memory_bytes / self.bytes_per_pixel;
        Err(Refusal::TooManyPixels {
            width: self.width,
            height: self.height,
            megapixels: limits.pixels.min(decodable) / 1_000_000,
            side: limits.side,
        })
    }
}
