//! JPEG: `zune-jpeg` reads, `jpeg-encoder` writes.

use jpeg_encoder::{ColorType, Encoder};
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::{JpegDecoder, errors::DecodeErrors};

mod segments;

use segments::Segments;

use super::super::{
    Limits, Refusal,
    bounded::Bounded,
    header::Promise,
    orientation::Orientation,
    pixels::{Layout, Pixels},
};

/// Hardly to be told from the original, at half of its bytes or less.
pub const QUALITY: u8 = 85;
/// A thumbnail is looked at in a small place.
pub const THUMBNAIL_QUALITY: u8 = 80;

/// The longest side that the format knows. Its product is checked against the limits.
const LONGEST_SIDE: usize = 65_535;

/// What the decoder keeps of the segments, beside its pixels.
pub fn beside_pixels(bytes: &[u8]) -> Result<u64, Refusal> {
    Ok(Segments::of(bytes)?.kept_bytes)
}

pub fn promise(bytes: &[u8]) -> Result<Promise, Refusal> {
    let opened = Opened::of(bytes)?;
    let samples = opened.layout.bytes() as u64;
    let copies = if opened.orientation.turns() { 2 } else { 1 };
    let coefficients = match opened.keeps_coefficients {
        true => 2 * u64::from(opened.components),
        false => 0,
    };
    Ok(Promise {
        width: opened.width,
        height: opened.height,
        bytes_per_pixel: samples + (samples * (copies - 1)).max(coefficients),
    })
}

pub fn read(bytes: &[u8]) -> Result<Pixels, Refusal> {
    let mut opened = Opened::of(bytes)?;
    let mut pixels = Pixels::empty(opened.width, opened.height, opened.layout);
    opened
        .decoder
        .decode_into(&mut pixels.data)
        .map_err(refusal)?;
    let orientation = opened.orientation;
    drop(opened);
    Ok(orientation.applied(pixels))
}

pub fn write(pixels: &Pixels, quality: u8, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let side = |pixels: u32| u16::try_from(pixels).map_err(Refusal::unsupported);
    let (width, height) = (side(pixels.width)?, side(pixels.height)?);
    let (encoded, ()) = Bounded::fill(limits, |encoded| {
        let encoder = Encoder::new(encoded, quality);
        let written = match pixels.layout {
            Layout::Gray => encoder.encode(&pixels.data, width, height, ColorType::Luma),
            Layout::Rgb => encoder.encode(&pixels.data, width, height, ColorType::Rgb),
            Layout::GrayAlpha | Layout::Rgba => {
                encoder.encode(&pixels.on_white().data, width, height, ColorType::Rgb)
            }
        };
        written.map_err(Refusal::unsupported)
    })?;
    Ok(encoded)
}

/// A picture whose header has been read.
struct Opened<'a> {
    decoder: JpegDecoder<ZCursor<&'a [u8]>>,
    width: u32,
    height: u32,
    layout: Layout,
    components: u8,
    keeps_coefficients: bool,
    orientation: Orientation,
}

impl<'a> Opened<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let segments = Segments::of(bytes)?;
        // Strict: otherwise what is missing of a picture is filled with grey.
        let options = DecoderOptions::default()
            .set_max_width(LONGEST_SIDE)
            .set_max_height(LONGEST_SIDE)
            .set_strict_mode(true)
            .jpeg_set_out_colorspace(ColorSpace::RGB);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
        decoder.decode_headers().map_err(refusal)?;
        let info = decoder
            .info()
            .ok_or_else(|| Refusal::damaged("no header"))?;
        let layout = match info.components {
            1 => Layout::Gray,
            _ => Layout::Rgb,
        };
        if layout == Layout::Gray {
            decoder.set_options(options.jpeg_set_out_colorspace(ColorSpace::Luma));
        }
        Ok(Self {
            width: info.width.into(),
            height: info.height.into(),
            layout,
            components: info.components,
            keeps_coefficients: segments.keep_coefficients(),
            orientation: decoder
                .exif()
                .map_or(Orientation::UPRIGHT, |exif| Orientation::of_exif(exif)),
            decoder,
        })
    }
}

fn refusal(error: DecodeErrors) -> Refusal {
    match error {
        DecodeErrors::Unsupported(_) => Refusal::unsupported(error),
        _ => Refusal::damaged(error),
    }
}
