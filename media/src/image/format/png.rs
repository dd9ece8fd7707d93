//! PNG, by the crate of that name. Of an animated one the first frame is read.

use std::io::{Cursor, Write};

use png::{
    ColorType, Decoder, DecodingError, DeflateCompression, Encoder, EncodingError, Filter, Reader,
    Transformations,
};

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

/// What the decoder holds beside the pixels: a chunk, and of Exif a copy. It reads no other chunk of any length.
pub const BESIDE_PIXELS: u64 = 2 * EXIF_BYTES as u64;

const FAST: Packing = (DeflateCompression::FdeflateUltraFast, Filter::Adaptive);
/// Not thoroughly: some pictures are made so that whoever looks for the longest repetition looks for eight seconds.
const LOOKING_BACK: Packing = (DeflateCompression::Level(2), Filter::Adaptive);
/// The colours of a palette are no neighbours of each other: what a filter makes of them repeats itself less.
const BY_COLOURS: Packing = (DeflateCompression::Level(2), Filter::NoFilter);

/// How repetitions are found, and what is written in the place of samples.
type Packing = (DeflateCompression, Filter);

pub fn promise(bytes: &[u8]) -> Result<Promise, Refusal> {
    let reader = opened(bytes)?;
    let samples = layout(&reader)?.bytes() as u64;
    let copies = if orientation(&reader).turns() { 2 } else { 1 };
    let info = reader.info();
    Ok(Promise {
        width: info.width,
        height: info.height,
        bytes_per_pixel: samples * copies,
    })
}

pub fn read(bytes: &[u8]) -> Result<Pixels, Refusal> {
    let mut reader = opened(bytes)?;
    let (width, height) = reader.info().size();
    let mut pixels = Pixels::empty(width, height, layout(&reader)?);
    reader.next_frame(&mut pixels.data).map_err(refusal)?;
    let orientation = orientation(&reader);
    drop(reader);
    Ok(orientation.applied(pixels))
}

/// Whether it has more than one frame.
pub fn moves(bytes: &[u8]) -> Result<bool, Refusal> {
    let reader = opened(bytes)?;
    let animation = reader.info().animation_control;
    Ok(animation.is_some_and(|animation| animation.num_frames > 1))
}

/// Packed fast, and where that becomes too large, or much larger than the file was, so that repetitions are found: the fast way
/// finds none but of the same byte. What had a palette has none any more, and hardly grows then. The smaller one counts.
pub fn write(pixels: &Pixels, file_bytes: usize, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let fast = packed(pixels, FAST, limits);
    let fast_bytes = match fast {
        Ok(fast) if fast.len() <= file_bytes.saturating_mul(3) / 2 => return Ok(fast),
        // Not held meanwhile: both together would need more memory than was promised.
        Ok(fast) => fast.len(),
        Err(Refusal::TooLarge { .. }) => return packed(pixels, LOOKING_BACK, limits),
        Err(refusal) => return Err(refusal),
    };
    let smaller = Limits {
        encoded_bytes: fast_bytes as u64,
        ..limits.clone()
    };
    match packed(pixels, BY_COLOURS, &smaller) {
        Err(Refusal::TooLarge { .. }) => packed(pixels, FAST, limits),
        done => done,
    }
}

fn packed(pixels: &Pixels, packing: Packing, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    // As a whole it would be packed in memory, however large it becomes.
    let in_pieces = pixels.data.len() as u64 > limits.encoded_bytes;
    let (encoded, ()) = Bounded::fill(limits, |encoded| {
        write_into(encoded, pixels, packing, in_pieces).map_err(Refusal::unsupported)
    })?;
    Ok(encoded)
}

fn write_into(
    encoded: &mut Bounded,
    pixels: &Pixels,
    (compression, filter): Packing,
    in_pieces: bool,
) -> Result<(), EncodingError> {
    let mut encoder = Encoder::new(encoded, pixels.width, pixels.height);
    encoder.set_color(match pixels.layout {
        Layout::Gray => ColorType::Grayscale,
        Layout::GrayAlpha => ColorType::GrayscaleAlpha,
        Layout::Rgb => ColorType::Rgb,
        Layout::Rgba => ColorType::Rgba,
    });
    encoder.set_deflate_compression(compression);
    encoder.set_filter(filter);

    let mut writer = encoder.write_header()?;
    if in_pieces {
        let mut rows = writer.stream_writer()?;
        rows.write_all(&pixels.data)?;
        rows.finish()?;
    } else {
        writer.write_image_data(&pixels.data)?;
    }
    writer.finish()
}

fn opened(bytes: &[u8]) -> Result<Reader<Cursor<&[u8]>>, Refusal> {
    let limits = png::Limits { bytes: EXIF_BYTES };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.read_info().map_err(refusal)
}

fn layout(reader: &Reader<Cursor<&[u8]>>) -> Result<Layout, Refusal> {
    match reader.output_color_type().0 {
        ColorType::Grayscale => Ok(Layout::Gray),
        ColorType::GrayscaleAlpha => Ok(Layout::GrayAlpha),
        ColorType::Rgb => Ok(Layout::Rgb),
        ColorType::Rgba => Ok(Layout::Rgba),
        ColorType::Indexed => Err(Refusal::unsupported("palette")),
    }
}

fn orientation(reader: &Reader<Cursor<&[u8]>>) -> Orientation {
    reader
        .info()
        .exif_metadata
        .as_deref()
        .map_or(Orientation::UPRIGHT, Orientation::of_exif)
}

fn refusal(error: DecodingError) -> Refusal {
    match error {
        DecodingError::LimitsExceeded => Refusal::unsupported(error),
        _ => Refusal::damaged(error),
    }
}
