//! The formats: one file each, with its decoder's bounds and its encoder's settings.

pub(super) mod gif;
pub(super) mod jpeg;
mod png;
pub(super) mod webp;

use super::{Limits, Refusal, header::Promise, pixels::Pixels};
use crate::kind::ImageFormat;

/// What a picture may say of its camera, where it is read for the orientation. A JPEG has 64 KB for that.
const EXIF_BYTES: usize = 1 << 20;

/// A format, as something that is read and written.
#[derive(Clone, Copy)]
pub(super) struct Format(ImageFormat);

impl Format {
    pub fn of(format: ImageFormat) -> Self {
        Self(format)
    }

    /// What the header says. Nothing that grows with the dimensions is allocated.
    pub fn promise(self, bytes: &[u8]) -> Result<Promise, Refusal> {
        match self.0 {
            ImageFormat::Jpeg => jpeg::promise(bytes),
            ImageFormat::Png => png::promise(bytes),
            ImageFormat::WebP => webp::promise(bytes),
            ImageFormat::Gif => gif::promise(bytes),
        }
    }

    /// What its decoder holds that does not follow from its pixels; refused where that is more than `most`. The promise must
    /// have been checked.
    pub fn beside_pixels(self, bytes: &[u8], most: u64) -> Result<u64, Refusal> {
        let held = match self.0 {
            ImageFormat::Jpeg => jpeg::beside_pixels(bytes)?,
            ImageFormat::WebP => webp::beside_pixels(bytes, most)?,
            ImageFormat::Png => png::BESIDE_PIXELS,
            ImageFormat::Gif => 0,
        };
        match held <= most {
            true => Ok(held),
            false => Err(Refusal::unsupported("too much memory beside its pixels")),
        }
    }

    /// The picture, upright. Its promise must have been checked.
    pub fn read(self, bytes: &[u8]) -> Result<Pixels, Refusal> {
        match self.0 {
            ImageFormat::Jpeg => jpeg::read(bytes),
            ImageFormat::Png => png::read(bytes),
            ImageFormat::WebP => webp::read(bytes),
            ImageFormat::Gif => gif::first_frame(bytes),
        }
    }

    /// Whether it has more frames than are kept: of an animation in WebP or PNG only the first is.
    pub fn loses_frames(self, bytes: &[u8]) -> Result<bool, Refusal> {
        match self.0 {
            ImageFormat::Png => png::moves(bytes),
            ImageFormat::WebP => webp::moves(bytes),
            ImageFormat::Jpeg | ImageFormat::Gif => Ok(false),
        }
    }

    /// What a picture that came in this format is written as.
    pub fn output(
        self,
        bytes: &[u8],
        pixels: &Pixels,
        limits: &Limits,
    ) -> Result<ImageFormat, Refusal> {
        match self.0 {
            ImageFormat::WebP if !pixels.layout.has_alpha() && webp::is_lossy(bytes)? => {
                Ok(ImageFormat::Jpeg)
            }
            ImageFormat::WebP if !webp::may_hold(pixels, limits) => Ok(ImageFormat::Png),
            format => Ok(format),
        }
    }

    /// The picture without anything but its pixels, of a file of so many bytes.
    pub fn write(
        self,
        pixels: &Pixels,
        file_bytes: usize,
        limits: &Limits,
    ) -> Result<Vec<u8>, Refusal> {
        match self.0 {
            ImageFormat::Jpeg => jpeg::write(pixels, jpeg::QUALITY, limits),
            ImageFormat::WebP => webp::write(pixels, limits),
            ImageFormat::Png | ImageFormat::Gif => png::write(pixels, file_bytes, limits),
        }
    }
}
