//! Why a picture is not taken.

use super::Limits;

/// Why a picture is not taken. The text says what happened and what to do; `reason` is the decoder's own word, for logs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The file is not a picture of a known format, or is empty.
    #[error("This is not a picture that can be shown. Send a JPEG, PNG, WebP or GIF.")]
    NotAnImage,
    /// A picture in a format that cannot be freed of what it says of its place.
    #[error(
        "A picture in this format may say where it was made, so it is not sent. Save it as a JPEG or PNG and send it again."
    )]
    ForeignFormat,
    /// The header promises more pixels than are decoded. Nothing was decoded.
    #[error(
        "The picture has {width} × {height} pixels. Send one with at most {megapixels} megapixels, and {side} pixels a side."
    )]
    TooManyPixels {
        width: u32,
        height: u32,
        /// About what this picture's format and colours would allow.
        megapixels: u64,
        side: u32,
    },
    /// An animation has more frames, or more pixels in all frames together, than are copied.
    #[error(
        "The animation is too long. Send one with at most {frames} frames and {megapixels} megapixels in all of them together."
    )]
    AnimationTooLong { frames: u32, megapixels: u64 },
    /// Encoded anew, it would have more bytes than are kept of a picture.
    #[error(
        "The picture takes more than {mebibytes} MB when it is saved anew. Send it with fewer pixels, or as a JPEG."
    )]
    TooLarge { mebibytes: u64 },
    /// The file ends early or contradicts itself.
    #[error("The picture is damaged or not whole. Save it anew and send it again.")]
    Damaged { reason: String },
    /// A variant of the format that is hardly ever used.
    #[error(
        "The picture is of a rare kind that cannot be read. Save it as an ordinary JPEG or PNG and send it again."
    )]
    Unsupported { reason: String },
    /// The square for an avatar is empty or reaches beyond the picture.
    #[error(
        "The chosen square is not inside the picture. Choose one within its {width} × {height} pixels."
    )]
    CropOutside { width: u32, height: u32 },
}

impl Refusal {
    /// The stable code of a problem document.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAnImage => "not_an_image",
            Self::TooManyPixels { .. } => "too_many_pixels",
            Self::AnimationTooLong { .. } => "animation_too_long",
            Self::TooLarge { .. } => "image_too_large",
            Self::Damaged { .. } => "damaged_image",
            Self::ForeignFormat | Self::Unsupported { .. } => "unsupported_image",
            Self::CropOutside { .. } => "crop_outside_image",
        }
    }

    pub(super) fn damaged(error: impl std::fmt::Display) -> Self {
        let reason = error.to_string();
        Self::Damaged { reason }
    }

    pub(super) fn unsupported(error: impl std::fmt::Display) -> Self {
        let reason = error.to_string();
        Self::Unsupported { reason }
    }

    pub(super) fn too_large(limits: &Limits) -> Self {
        Self::TooLarge {
            mebibytes: limits.encoded_bytes >> 20,
        }
    }

    pub(super) fn animation_too_long(limits: &Limits) -> Self {
        Self::AnimationTooLong {
            frames: limits.frames,
            megapixels: limits.animation_pixels / 1_000_000,
        }
    }
}
