//! WebP, by `image-webp`, which writes the kind without loss only. Of an animated one the first frame is read.

use std::io::Cursor;

use image_webp::{ColorType, WebPDecoder, WebPEncoder};

use super::super::{
    Refusal,
    header::Promise,
    orientation::Orientation,
    pixels::{Layout, Pixels},
};

/// What the decoder holds beside the pixels: planes of luma, chroma and alpha, or a frame of an animation.
const DECODER_BYTES_PER_PIXEL: u64 = 4;
/// The encoder turns the picture into another one, with four samples.
const ENCODER_BYTES_PER_PIXEL: u64 = 4;

type Opened<'a> = WebPDecoder<Cursor<&'a [u8]>>;

pub fn promise(bytes: &[u8]) -> Result<Promise, Refusal> {
    let mut decoder = opened(bytes)?;
    let samples = layout(&decoder).bytes() as u64;
    let turned = match orientation(&mut decoder)?.turns() {
        true => samples,
        false => 0,
    };
    let (width, height) = decoder.dimensions();
    let beside = DECODER_BYTES_PER_PIXEL
        .max(ENCODER_BYTES_PER_PIXEL)
        .max(turned);
    Ok(Promise {
        width,
        height,
        bytes_per_pixel: samples + beside,
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

/// Whether the file is of the kind for photos.
pub fn is_lossy(bytes: &[u8]) -> Result<bool, Refusal> {
    Ok(opened(bytes)?.is_lossy())
}

pub fn write(pixels: &Pixels) -> Result<Vec<u8>, Refusal> {
    let mut encoded = Vec::new();
    let color = match pixels.layout {
        Layout::Gray => ColorType::L8,
        Layout::GrayAlpha => ColorType::La8,
        Layout::Rgb => ColorType::Rgb8,
        Layout::Rgba => ColorType::Rgba8,
    };
    WebPEncoder::new(&mut encoded)
        .encode(&pixels.data, pixels.width, pixels.height, color)
        .map_err(Refusal::unsupported)?;
    Ok(encoded)
}

fn opened(bytes: &[u8]) -> Result<Opened<'_>, Refusal> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(Refusal::damaged)?;
    decoder.set_memory_limit(bytes.len());
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
    let exif = decoder.exif_metadata().map_err(Refusal::damaged)?;
    Ok(exif.map_or(Orientation::UPRIGHT, |exif| Orientation::of_exif(&exif)))
}
