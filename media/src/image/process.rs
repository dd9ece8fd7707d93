//! A picture for a conversation.

use super::{
    Header, Limits, Refusal,
    format::{Format, gif, jpeg, webp},
    inspect,
    pixels::Pixels,
    placeholder::placeholder,
    resize::within,
};
use crate::kind::ImageFormat;

/// A thumbnail's longer side.
const THUMBNAIL_SIDE: u32 = 480;

/// A picture encoded anew. None of the formats here carries anything but pixels.
#[derive(Clone, Debug)]
pub struct Processed {
    /// Of `bytes`; may be another one than the file's was, see [`process`].
    pub content_type: &'static str,
    /// Upright, in pixels.
    pub width: u32,
    pub height: u32,
    pub bytes: Vec<u8>,
    /// At most 480 pixels on its longer side; still, where the picture moves.
    pub thumbnail: Vec<u8>,
    pub thumbnail_type: &'static str,
    /// A `ThumbHash` in Base64.
    pub placeholder: String,
    /// The file moves, and the picture does not: it is the first frame.
    pub first_frame_only: bool,
}

/// Decodes a picture within `limits`, turns it upright, and encodes it anew, with a thumbnail and a placeholder.
///
/// JPEG stays JPEG, PNG stays PNG, and an animated GIF stays one, with every frame. WebP stays WebP where it is without
/// loss or lets something shine through, and becomes a PNG where its pixels have more than `encoded_bytes`; a photo in WebP
/// becomes a JPEG, as no encoder here writes that kind. Of an animated WebP or PNG only the first frame is kept, and
/// `first_frame_only` says so.
///
/// # Errors
/// The picture is refused, see [`Refusal`]. Memory stays within [`Header::memory_bytes`] beside the file and its copy.
pub fn process(bytes: &[u8], limits: &Limits) -> Result<Processed, Refusal> {
    let header = inspect(bytes, limits)?;
    let (content_type, encoded, pixels) = encoded(bytes, &header, limits)?;
    let (width, height) = (pixels.width, pixels.height);
    let small = within(pixels, THUMBNAIL_SIDE)?.without_idle_alpha();
    let (thumbnail_type, thumbnail) = if small.layout.has_alpha() {
        (ImageFormat::WebP, webp::write(&small, limits)?)
    } else {
        (
            ImageFormat::Jpeg,
            jpeg::write(&small, jpeg::THUMBNAIL_QUALITY, limits)?,
        )
    };
    Ok(Processed {
        content_type: content_type.content_type(),
        width,
        height,
        bytes: encoded,
        thumbnail,
        thumbnail_type: thumbnail_type.content_type(),
        placeholder: placeholder(small)?,
        first_frame_only: Format::of(header.format).loses_frames(bytes)?,
    })
}

fn encoded(
    bytes: &[u8],
    header: &Header,
    limits: &Limits,
) -> Result<(ImageFormat, Vec<u8>, Pixels), Refusal> {
    if header.format == ImageFormat::Gif {
        let (copy, first) = gif::copied(bytes, limits)?;
        return Ok((ImageFormat::Gif, copy, first));
    }
    let format = Format::of(header.format);
    let pixels = format.read(bytes)?.without_idle_alpha();
    let output = format.output(bytes, &pixels, limits)?;
    let encoded = Format::of(output).write(&pixels, bytes.len(), limits)?;
    Ok((output, encoded, pixels))
}
