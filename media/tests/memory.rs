//! What a picture may take of the memory. A program of its own, because it counts what all of it allocates.

#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a test ends where its ground is missing, and makes up its pixels"
)]

use std::{io::Write, sync::Mutex};

use peak_alloc::PeakAlloc;
use webchat_media::image::{Limits, Refusal, avatar, inspect, process};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// One test at a time: the count is of the whole program.
static TURN: Mutex<()> = Mutex::new(());

const MEGABYTE: usize = 1_000_000;

/// What `run` held at its peak above what was there before.
fn peak_of<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let outcome = run();
    (outcome, ALLOCATOR.peak_usage() - before)
}

fn blank_png(width: u32, height: u32, color: png::ColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().unwrap();
    let mut rows = writer.stream_writer().unwrap();
    let row = vec![0; width as usize * color.samples()];
    for _ in 0..height {
        rows.write_all(&row).unwrap();
    }
    rows.finish().unwrap();
    drop(writer);
    bytes
}

#[test]
fn a_bomb_is_refused_before_it_goes_off() {
    let _turn = TURN.lock().unwrap();
    // 432 MB of pixels in a small file.
    let bomb = blank_png(12_000, 12_000, png::ColorType::Rgb);
    assert!(bomb.len() < 5 * MEGABYTE);
    let (refused, peak) = peak_of(|| process(&bomb, &Limits::default()).unwrap_err());
    assert_eq!(refused.code(), "too_many_pixels");
    assert!(peak < MEGABYTE, "{peak}");
}

#[test]
fn a_bomb_in_what_is_not_read_does_not_go_off() {
    let _turn = TURN.lock().unwrap();
    let mut text = b"Comment\0\0".to_vec();
    text.extend(zlib_of_zeros());
    let mut profile = b"Profile\0\0".to_vec();
    profile.extend(zlib_of_zeros());
    let mut bytes = Vec::new();
    let mut writer = png::Encoder::new(&mut bytes, 8, 8).write_header().unwrap();
    let chunk = png::chunk::ChunkType;
    writer.write_chunk(chunk(*b"zTXt"), &text).unwrap();
    writer.write_chunk(chunk(*b"iCCP"), &profile).unwrap();
    writer.write_image_data(&[0; 64]).unwrap();
    drop(writer);
    let (_, peak) = peak_of(|| process(&bytes, &Limits::default()).unwrap());
    assert!(peak < 2 * MEGABYTE + bytes.len(), "{peak}");
}

/// A hundred megabytes of zeros, as the chunk `IDAT` of a picture has them.
fn zlib_of_zeros() -> Vec<u8> {
    let png = blank_png(10_000, 10_000, png::ColorType::Grayscale);
    let mut packed = Vec::new();
    let mut rest = &png[8..];
    while let Some((length, following)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        if following.starts_with(b"IDAT") {
            packed.extend(&following[4..4 + length]);
        }
        rest = &following[4 + length + 4..];
    }
    packed
}

/// Bits, the lowest of each byte first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

impl Bits {
    fn put(&mut self, number: usize, bits: usize) {
        for bit in 0..bits {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let last = self.bytes.len() - 1;
            self.bytes[last] |= ((number >> bit & 1) as u8) << (self.count % 8);
            self.count += 1;
        }
    }

    /// A code of one symbol below 256.
    fn only(&mut self, symbol: usize) {
        self.put(0b101, 3);
        self.put(symbol, 8);
    }

    /// A code of 2,048 words of eleven bits, in 66 bits: the word that is the only one for lengths has none itself.
    fn large(&mut self) {
        self.put(0, 1);
        self.put(15 - 4, 4);
        (0..14).for_each(|_| self.put(0, 3));
        self.put(1, 3);
        self.put(1, 1);
        self.put((12 - 2) / 2, 3);
        self.put(2_048 - 2, 12);
    }
}

/// A WebP of four pixels a side, with so many groups of codes.
fn webp_of_groups(groups: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0x2F, 8);
    bits.put(3, 14);
    bits.put(3, 14);
    bits.put(0, 4);
    bits.put(0, 1);
    // Eleven bits of colour cache, and one number for all pixels: that of the last group.
    bits.put(1, 1);
    bits.put(11, 4);
    bits.put(1, 1);
    bits.put(0, 3);
    bits.put(0, 1);
    let [red, green] = u16::try_from(groups - 1).unwrap().to_be_bytes();
    for symbol in [green, red, 0, 0, 0] {
        bits.only(symbol.into());
    }
    for _ in 0..groups {
        bits.large();
        (0..4).for_each(|_| bits.only(0));
    }
    // A word of eleven zeros for each pixel: a green of 0.
    (0..16).for_each(|_| bits.put(0, 11));
    let length = |bytes: &[u8]| (bytes.len() as u32).to_le_bytes();
    let padding = vec![0; bits.bytes.len() % 2];
    let chunk = [b"VP8L", &length(&bits.bytes)[..], &bits.bytes, &padding].concat();
    let content = [b"WEBP", &chunk[..]].concat();
    [b"RIFF", &length(&content)[..], &content].concat()
}

#[test]
fn a_small_picture_of_many_prefix_codes_is_counted_and_refused_before_they_are_built() {
    let _turn = TURN.lock().unwrap();
    // 280 MB of tables in 55 KB.
    keeps_its_promise("WebP of many groups", &webp_of_groups(4_000));
    let bomb = webp_of_groups(65_536);
    assert!(bomb.len() < 2 * MEGABYTE);
    let (refused, peak) = peak_of(|| process(&bomb, &Limits::default()).unwrap_err());
    assert_eq!(refused.code(), "unsupported_image");
    assert!(peak < MEGABYTE, "{peak}");
}

#[test]
fn what_a_picture_says_of_its_camera_is_counted_and_bounded() {
    let _turn = TURN.lock().unwrap();
    let png = |exif: &[u8]| {
        let mut bytes = Vec::new();
        let mut writer = png::Encoder::new(&mut bytes, 8, 8).write_header().unwrap();
        let kind = png::chunk::ChunkType(*b"eXIf");
        writer.write_chunk(kind, exif).unwrap();
        writer.write_image_data(&[0; 64]).unwrap();
        drop(writer);
        bytes
    };
    let webp = |exif: &[u8]| {
        let mut bytes = Vec::new();
        let mut encoder = image_webp::WebPEncoder::new(&mut bytes);
        encoder.set_exif_metadata(exif.to_vec());
        let color = image_webp::ColorType::L8;
        encoder.encode(&[0; 64], 8, 8, color).unwrap();
        bytes
    };
    for (name, long, too_long) in [
        ("PNG", png(&[7; 500_000]), png(&[7; 9_000_000])),
        ("WebP", webp(&[7; 500_000]), webp(&[7; 9_000_000])),
    ] {
        keeps_its_promise(name, &long);
        let (refused, peak) = peak_of(|| process(&too_long, &Limits::default()).unwrap_err());
        assert_eq!(refused.code(), "unsupported_image", "{name}");
        assert!(peak < 4 * MEGABYTE, "{name}: {peak}");
    }
}

#[test]
fn the_largest_picture_keeps_to_its_promise() {
    let _turn = TURN.lock().unwrap();
    let large = blank_png(7_000, 7_000, png::ColorType::Rgba);
    keeps_its_promise("blank PNG of 49 megapixels", &large);
    let limits = Limits {
        memory_bytes: 100_000_000,
        ..Limits::default()
    };
    let (refused, peak) = peak_of(|| process(&large, &limits).unwrap_err());
    assert!(
        matches!(refused, Refusal::TooManyPixels { megapixels: 25, .. }),
        "{refused:?}"
    );
    assert!(peak < MEGABYTE, "{peak}");
}

#[test]
fn every_kind_of_picture_keeps_to_its_promise() {
    let _turn = TURN.lock().unwrap();
    for (name, bytes) in kinds(1_600, 1_200) {
        keeps_its_promise(name, &bytes);
    }
}

#[test]
fn what_becomes_too_large_is_given_up_before_it_is_held() {
    let _turn = TURN.lock().unwrap();
    let (width, height) = (3_000, 2_000);
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let rgb: Vec<u8> = (0..width * height * 3).map(|_| noise()).collect();
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&rgb).unwrap();
    drop(writer);
    let mut webp = Vec::new();
    image_webp::WebPEncoder::new(&mut webp)
        .encode(&rgb, width, height, image_webp::ColorType::Rgb8)
        .unwrap();
    let limits = Limits {
        encoded_bytes: 2 << 20,
        ..Limits::default()
    };
    for (name, bytes) in [("PNG", png), ("WebP", webp)] {
        let promised = usize::try_from(inspect(&bytes, &limits).unwrap().memory_bytes).unwrap();
        let (refused, peak) = peak_of(|| process(&bytes, &limits).unwrap_err());
        assert_eq!(refused.code(), "image_too_large", "{name}");
        let allowed = promised + 3 * (2 << 20);
        assert!(peak <= allowed, "{name}: {peak} of {allowed}");
    }
}

/// The header's figure holds, beside the encoded copy.
fn keeps_its_promise(name: &str, bytes: &[u8]) {
    let limits = Limits::default();
    let promised = usize::try_from(inspect(bytes, &limits).unwrap().memory_bytes).unwrap();
    let (processed, peak) = peak_of(|| process(bytes, &limits).unwrap());
    // While it grows, a copy is moved to a place of twice its size.
    let allowed = promised + 3 * processed.bytes.len();
    assert!(
        peak <= allowed,
        "{name}: {peak} of {allowed}, promised {promised}"
    );
    drop(processed);
    let (_, peak) = peak_of(|| avatar(bytes, None, &limits).unwrap());
    assert!(peak <= promised, "{name} as avatar: {peak} of {promised}");
}

fn kinds(width: u16, height: u16) -> Vec<(&'static str, Vec<u8>)> {
    let count = usize::from(width) * usize::from(height);
    let rgb: Vec<u8> = (0..count * 3).map(|at| (at / 7 % 251) as u8).collect();
    let rgba: Vec<u8> = (0..count * 4).map(|at| (at / 9 % 251) as u8).collect();
    let jpeg = |set: fn(&mut jpeg_encoder::Encoder<&mut Vec<u8>>)| {
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 85);
        set(&mut encoder);
        let color = jpeg_encoder::ColorType::Rgb;
        encoder.encode(&rgb, width, height, color).unwrap();
        bytes
    };
    let webp = |data: &[u8], color| {
        let mut bytes = Vec::new();
        image_webp::WebPEncoder::new(&mut bytes)
            .encode(data, width.into(), height.into(), color)
            .unwrap();
        bytes
    };
    let turned = |encoder: &mut jpeg_encoder::Encoder<&mut Vec<u8>>| {
        let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0";
        encoder.add_exif_metadata(exif).unwrap();
    };
    vec![
        ("JPEG", jpeg(|_| {})),
        ("JPEG on its side", jpeg(turned)),
        (
            "progressive JPEG",
            jpeg(|encoder| encoder.set_progressive(true)),
        ),
        (
            "progressive JPEG with whole colours",
            jpeg(|encoder| {
                encoder.set_progressive(true);
                encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_1_1);
            }),
        ),
        (
            "PNG",
            blank_png(width.into(), height.into(), png::ColorType::Rgba),
        ),
        ("WebP", webp(&rgb, image_webp::ColorType::Rgb8)),
        ("WebP with alpha", webp(&rgba, image_webp::ColorType::Rgba8)),
        ("GIF", gif(width, height)),
    ]
}

fn gif(width: u16, height: u16) -> Vec<u8> {
    let mut encoder = gif::Encoder::new(Vec::new(), width, height, &[0, 0, 0, 9, 9, 9]).unwrap();
    let numbers = vec![1; usize::from(width) * usize::from(height)];
    for _ in 0..3 {
        let mut frame = gif::Frame::from_indexed_pixels(width, height, numbers.clone(), None);
        frame.palette = None;
        encoder.write_frame(&frame).unwrap();
    }
    encoder.into_inner().unwrap()
}
