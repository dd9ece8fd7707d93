//! WebP, by `image-webp`, which writes the kind without loss only. Of an animated one the first frame is read.

use std::io::Cursor;

use image_webp::{ColorType, DecodingError, WebPDecoder, WebPEncoder};

mod lossless;
mod prefix;

use super::{
    super::{
        Limits, Refusal,
        bounded::Bounded,
        header::Promise,
        orientation::Orientation,
        pixels::{Layout, Pixels},
    },
    EXIF_BYTES,
};

/// What the decoder holds for each pixel beside the picture itself: a copy with alpha; or planes of luma and chroma, and
/// those of an alpha channel while it is unpacked; of an animation also a frame, and what it is drawn upon. The encoder, and
/// turning the picture upright, come later and need no more than four bytes.
const PLAIN: u64 = 4;
const LOSSY_WITH_ALPHA: u64 = 7;
const ANIMATED: u64 = 11;

/// `RIFF`, the length, `WEBP`.
const CONTAINER_BYTES: usize = 12;
/// Place, width, height, time and how to draw it.
const ANIMATION_FRAME_HEADER: usize = 16;

type Opened<'a> = WebPDecoder<Cursor<&'a [u8]>>;

pub fn promise(bytes: &[u8]) -> Result<Promise, Refusal> {
    let mut decoder = opened(bytes)?;
    let (width, height) = decoder.dimensions();
    if !frames_fit(
        bytes.get(CONTAINER_BYTES..).unwrap_or_default(),
        width,
        height,
    ) {
        return Err(Refusal::damaged("a frame is larger than the picture"));
    }
    let beside = match (
        decoder.is_animated(),
        decoder.is_lossy(),
        decoder.has_alpha(),
    ) {
        (true, _, _) => ANIMATED,
        (false, true, true) => LOSSY_WITH_ALPHA,
        (false, _, _) => PLAIN,
    };
    Ok(Promise {
        width,
        height,
        bytes_per_pixel: layout(&decoder).bytes() as u64 + beside,
    })
}

pub fn read(bytes: &[u8]) -> Result<Pixels, Refusal> {
    let mut decoder = opened(bytes)?;
    let (width, height) = decoder.dimensions();
    let mut pixels = Pixels::empty(width, height, layout(&decoder));
    decoder
        .read_image(&mut pixels.data)
        .map_err(Refusal::damaged)?;
    let orientation = orientation(&mut decoder)?;
    drop(decoder);
    Ok(orientation.applied(pixels))
}

/// Whether it has more than one frame.
pub fn moves(bytes: &[u8]) -> Result<bool, Refusal> {
    let decoder = opened(bytes)?;
    Ok(decoder.is_animated() && decoder.num_frames() > 1)
}

/// Whether the file is of the kind for photos.
pub fn is_lossy(bytes: &[u8]) -> Result<bool, Refusal> {
    Ok(opened(bytes)?.is_lossy())
}

/// Whether so many pixels are written as WebP. The encoder has its whole output in memory before it gives any of it, which
/// may be as much as the pixels are.
pub fn may_hold(pixels: &Pixels, limits: &Limits) -> bool {
    pixels.data.len() as u64 <= limits.encoded_bytes
}

pub fn write(pixels: &Pixels, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let color = match pixels.layout {
        Layout::Gray => ColorType::L8,
        Layout::GrayAlpha => ColorType::La8,
        Layout::Rgb => ColorType::Rgb8,
        Layout::Rgba => ColorType::Rgba8,
    };
    let (encoded, ()) = Bounded::fill(limits, |encoded| {
        WebPEncoder::new(encoded)
            .encode(&pixels.data, pixels.width, pixels.height, color)
            .map_err(Refusal::unsupported)
    })?;
    Ok(encoded)
}

/// What is held beside the pixels: what the picture says of its camera; and what the decoder makes of lossless data, of all
/// that is read of the file: the picture, its alpha channel, the first frame of an animation. The picture's promise must have
/// been checked.
pub fn beside_pixels(bytes: &[u8], most: u64) -> Result<u64, Refusal> {
    let side = |pixels| usize::try_from(pixels).map_err(Refusal::damaged);
    let (width, height) = opened(bytes)?.dimensions();
    let sides = (side(width)?, side(height)?);
    let chunks = bytes.get(CONTAINER_BYTES..).unwrap_or_default();
    let exif = EXIF_BYTES as u64;
    let most = most.saturating_sub(exif);
    let held = of_frame(chunks, sides, most)?;
    let lossless = match first(chunks, b"ANMF").and_then(|frame| frame.split_first_chunk()) {
        Some((header, frame)) => {
            let sides = frame_sides_within(header, sides)?;
            held + of_frame(frame, sides, most - held)?
        }
        None => held,
    };
    Ok(exif + lossless)
}

fn of_frame(chunks: &[u8], sides: (usize, usize), most: u64) -> Result<u64, Refusal> {
    const COMPRESSION: u8 = 0b11;
    const LOSSLESS: u8 = 1;
    let mut held = 0;
    if let Some(picture) = first(chunks, b"VP8L") {
        held += lossless::beside_pixels_with_sides(picture, sides, most)?;
    }
    match first(chunks, b"ALPH") {
        Some([how, alpha @ ..]) if how & COMPRESSION == LOSSLESS => {
            held += lossless::beside_pixels(alpha, sides, most - held)?;
        }
        _ => {}
    }
    Ok(held)
}

/// What the header of an animation's frame says of its width and height.
fn frame_sides_within(
    header: &[u8; ANIMATION_FRAME_HEADER],
    (width, height): (usize, usize),
) -> Result<(usize, usize), Refusal> {
    let side = |low: u8, middle: u8, high: u8| 1 + u32::from_le_bytes([low, middle, high, 0]);
    let [_, _, _, _, _, _, w0, w1, w2, h0, h1, h2, ..] = *header;
    let frame = (side(w0, w1, w2) as usize, side(h0, h1, h2) as usize);
    match frame.0 <= width && frame.1 <= height {
        true => Ok(frame),
        false => Err(Refusal::damaged("a frame is larger than the picture")),
    }
}

/// The content of the first chunk of this kind.
fn first<'a>(mut chunks: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    while let Some((kind, content, rest)) = split_chunk(chunks) {
        if kind == wanted {
            return Some(content);
        }
        chunks = rest;
    }
    None
}

/// Whether no lossy frame says of itself that it is larger than the picture: the decoder would make room for all of it before
/// it compares the two.
fn frames_fit(mut chunks: &[u8], width: u32, height: u32) -> bool {
    while let Some((kind, content, rest)) = split_chunk(chunks) {
        let fits = match kind {
            b"ANMF" => frame_fits(
                content.get(ANIMATION_FRAME_HEADER..).unwrap_or_default(),
                width,
                height,
            ),
            _ => chunk_fits(kind, content, width, height),
        };
        if !fits {
            return false;
        }
        chunks = rest;
    }
    true
}

/// The same of the chunks of an animation's frame. A frame in a frame is none: no decoder looks into it.
fn frame_fits(mut chunks: &[u8], width: u32, height: u32) -> bool {
    while let Some((kind, content, rest)) = split_chunk(chunks) {
        if !chunk_fits(kind, content, width, height) {
            return false;
        }
        chunks = rest;
    }
    true
}

fn chunk_fits(kind: &[u8; 4], content: &[u8], width: u32, height: u32) -> bool {
    kind != b"VP8 " || frame_sides(content).is_none_or(|(w, h)| w <= width && h <= height)
}

/// The first chunk: its kind, its content, and what follows; the last content may be cut off.
fn split_chunk(bytes: &[u8]) -> Option<(&[u8; 4], &[u8], &[u8])> {
    let (kind, rest) = bytes.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let padded = length.checked_add(length % 2)?;
    let content = &rest[..length.min(rest.len())];
    Some((kind, content, rest.get(padded..).unwrap_or_default()))
}

/// Width and height of a key frame of VP8 (RFC 6386, section 9.1).
fn frame_sides(frame: &[u8]) -> Option<(u32, u32)> {
    const FOURTEEN_BITS: u16 = 0x3FFF;
    let sides = frame.get(6..10)?;
    let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & FOURTEEN_BITS);
    Some((side(sides[0], sides[1]), side(sides[2], sides[3])))
}

fn opened(bytes: &[u8]) -> Result<Opened<'_>, Refusal> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(Refusal::damaged)?;
    decoder.set_memory_limit(EXIF_BYTES);
    Ok(decoder)
}

fn layout(decoder: &Opened<'_>) -> Layout {
    if decoder.has_alpha() {
        Layout::Rgba
    } else {
        Layout::Rgb
    }
}

fn orientation(decoder: &mut Opened<'_>) -> Result<Orientation, Refusal> {
    let exif = decoder.exif_metadata().map_err(|error| match error {
        DecodingError::MemoryLimitExceeded => Refusal::unsupported(error),
        _ => Refusal::damaged(error),
    })?;
    Ok(exif.map_or(Orientation::UPRIGHT, |exif| Orientation::of_exif(&exif)))
}
