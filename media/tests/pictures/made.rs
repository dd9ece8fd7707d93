//! Pictures made in code.

use gif::{Encoder as GifEncoder, Frame, Repeat};
use image_webp::{ColorType as WebPColor, WebPEncoder};
use jpeg_encoder::{ColorType as JpegColor, Encoder as JpegEncoder};

/// The smallest picture of the kind of WebP that photos have: one point, by libwebp.
pub const LOSSY_WEBP: &[u8] = &[
    b'R', b'I', b'F', b'F', 0x22, 0, 0, 0, b'W', b'E', b'B', b'P', b'V', b'P', b'8', b' ', 0x16, 0,
    0, 0, 0x30, 0x01, 0, 0x9D, 0x01, 0x2A, 0x01, 0, 0x01, 0, 0x0E, 0xC0, 0xFE, 0x25, 0xA4, 0, 0x03,
    0x70, 0, 0, 0, 0,
];

/// Red above left, green above right, blue below left, white below right, and a little unrest in it.
pub fn quarters(width: usize, height: usize) -> Vec<u8> {
    let mut noise = 1_u32;
    let mut unrest = || {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 28) as u8
    };
    let mut rgb = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let colour = match (x < width / 2, y < height / 2) {
                (true, true) => [220, 20, 20],
                (false, true) => [20, 220, 20],
                (true, false) => [20, 20, 220],
                (false, false) => [220, 220, 220],
            };
            rgb.extend(colour.map(|sample: u8| sample + unrest()));
        }
    }
    rgb
}

pub fn with_alpha(rgb: &[u8], alpha: impl Fn(usize) -> u8) -> Vec<u8> {
    rgb.chunks_exact(3)
        .enumerate()
        .flat_map(|(at, pixel)| [pixel[0], pixel[1], pixel[2], alpha(at)])
        .collect()
}

pub fn jpeg(width: u16, height: u16) -> Vec<u8> {
    jpeg_with(width, height, |_| {})
}

pub fn jpeg_with(
    width: u16,
    height: u16,
    set: impl FnOnce(&mut JpegEncoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new(&mut bytes, 90);
    set(&mut encoder);
    let rgb = quarters(width.into(), height.into());
    encoder.encode(&rgb, width, height, JpegColor::Rgb).unwrap();
    bytes
}

pub fn png(width: u32, height: u32) -> Vec<u8> {
    png_with(
        width,
        height,
        &quarters(width as usize, height as usize),
        png::ColorType::Rgb,
        |_| {},
    )
}

pub fn png_with(
    width: u32,
    height: u32,
    data: &[u8],
    color: png::ColorType,
    add: impl FnOnce(&mut png::Writer<&mut Vec<u8>>),
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    let mut writer = encoder.write_header().unwrap();
    add(&mut writer);
    writer.write_image_data(data).unwrap();
    writer.finish().unwrap();
    bytes
}

pub fn webp(width: u32, height: u32) -> Vec<u8> {
    webp_with(width, height, |_| {})
}

pub fn webp_with(
    width: u32,
    height: u32,
    set: impl FnOnce(&mut WebPEncoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = WebPEncoder::new(&mut bytes);
    set(&mut encoder);
    let rgb = quarters(width as usize, height as usize);
    encoder
        .encode(&rgb, width, height, WebPColor::Rgb8)
        .unwrap();
    bytes
}

/// An animation of stripes that wander; number 0 is transparent.
pub fn gif(width: u16, height: u16, frames: u16) -> Vec<u8> {
    let palette = [0, 0, 0, 220, 20, 20, 20, 220, 20, 20, 20, 220];
    let mut encoder = GifEncoder::new(Vec::new(), width, height, &palette).unwrap();
    encoder.set_repeat(Repeat::Infinite).unwrap();
    for number in 0..frames {
        let pixels: Vec<u8> = (0..usize::from(width) * usize::from(height))
            .map(|at| ((at + usize::from(number)) % 4) as u8)
            .collect();
        let mut frame = Frame::from_indexed_pixels(width, height, pixels, Some(0));
        frame.palette = None;
        frame.delay = 10 + number;
        encoder.write_frame(&frame).unwrap();
    }
    encoder.into_inner().unwrap()
}

/// So many frames, the first of which is `png`'s picture.
pub fn moving_png(width: u32, height: u32, frames: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_animated(frames, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    for number in 0..frames {
        let mut rgb = quarters(width as usize, height as usize);
        rgb.rotate_left(number as usize * 3);
        writer.write_image_data(&rgb).unwrap();
    }
    writer.finish().unwrap();
    bytes
}

/// A part of a WebP.
pub fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u32).to_le_bytes();
    let padding = &[0][..content.len() % 2];
    [kind, &length[..], content, padding].concat()
}

/// So many frames, each of which is `webp`'s picture.
pub fn moving_webp(width: u32, height: u32, frames: u32) -> Vec<u8> {
    let of_24_bits = |number: u32| number.to_le_bytes()[..3].to_vec();
    let still = webp(width, height);
    let sides = [of_24_bits(width - 1), of_24_bits(height - 1)].concat();
    const ANIMATED: u8 = 0x02;
    let head = [&[ANIMATED, 0, 0, 0][..], &sides].concat();
    let frame = [&[0; 6][..], &sides, &[100, 0, 0, 0], &still[12..]].concat();
    let mut chunks = chunk(b"VP8X", &head);
    chunks.extend(chunk(b"ANIM", &[0; 6]));
    for _ in 0..frames {
        chunks.extend(chunk(b"ANMF", &frame));
    }
    chunk(b"RIFF", &[b"WEBP", &chunks[..]].concat())
}

/// One picture of each format.
pub fn one_of_each() -> [(&'static str, Vec<u8>); 4] {
    [
        ("JPEG", jpeg(96, 64)),
        ("PNG", png(96, 64)),
        ("WebP", webp(96, 64)),
        ("GIF", gif(96, 64, 3)),
    ]
}

/// Whether `part` occurs in `bytes`.
pub fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// A decoded JPEG, and its width.
pub fn jpeg_pixels(bytes: &[u8]) -> (Vec<u8>, usize) {
    let mut decoder = zune_jpeg::JpegDecoder::new(zune_core::bytestream::ZCursor::new(bytes));
    let pixels = decoder.decode().unwrap();
    (pixels, decoder.dimensions().unwrap().0)
}

/// The strongest colour at a point of a picture with red, green and blue: 0, 1 or 2.
pub fn strongest(pixels: &[u8], width: usize, x: usize, y: usize) -> usize {
    let at = (y * width + x) * 3;
    let pixel = &pixels[at..at + 3];
    (0..3).max_by_key(|sample| pixel[*sample]).unwrap()
}
