//! How large what is made of a picture may become.

use std::io::Cursor;

use webchat_media::image::{Limits, process};

use crate::made;

fn limits(encoded_bytes: u64) -> Limits {
    Limits {
        encoded_bytes,
        ..Limits::default()
    }
}

/// Bytes without any order.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let bytes = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    });
    bytes.take(length).collect()
}

fn png_of(width: u32, height: u32, data: &[u8], color: png::ColorType) -> Vec<u8> {
    made::png_with(width, height, data, color, |_| {})
}

fn pixels_of(png: &[u8]) -> Vec<u8> {
    let mut reader = png::Decoder::new(Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    pixels
}

#[test]
fn a_small_file_does_not_become_a_large_picture() {
    let (width, height) = (500, 4_000);
    let two_rows = noise(2 * width * 4);
    let pixels = two_rows.repeat(height / 2);
    let (wide, high) = (width as u32, height as u32);
    let file = png_of(wide, high, &pixels, png::ColorType::Rgba);
    assert!(file.len() < 1 << 18, "{} bytes", file.len());
    // Packed the fast way it would have as many bytes as the pixels are.
    let processed = process(&file, &limits(1 << 20)).unwrap();
    assert!(processed.bytes.len() < 1 << 18, "{}", processed.bytes.len());
    assert_eq!(processed.content_type, "image/png");
    assert!(pixels_of(&processed.bytes) == pixels, "nothing is lost");
}

/// As programs write what a screen shows: few colours, and the same letters again and again.
#[test]
fn what_had_a_palette_does_not_become_many_times_as_large() {
    let (width, height) = (800_usize, 600_usize);
    let (tiles, text) = (noise(16 * 64), noise(width * height));
    let of_letter = |x: usize, y: usize| {
        let letter = usize::from(text[y / 8 * width + x / 8] % 16);
        tiles[letter * 64 + y % 8 * 8 + x % 8] % 128
    };
    let pixels: Vec<u8> = (0..width * height)
        .map(|at| of_letter(at % width, at / width))
        .collect();
    let colours = noise(3 * 128);
    let (wide, high) = (width as u32, height as u32);
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, wide, high);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(colours.clone());
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    let processed = process(&file, &Limits::default()).unwrap();
    let (before, after) = (file.len(), processed.bytes.len());
    assert!(after < 2 * before, "{before} bytes become {after}");
    let rgb = pixels.iter().flat_map(|colour| {
        let at = 3 * usize::from(*colour);
        colours[at..at + 3].iter().copied()
    });
    assert!(
        pixels_of(&processed.bytes).into_iter().eq(rgb),
        "nothing is lost"
    );
}

#[test]
fn a_large_picture_without_loss_keeps_every_pixel() {
    let rgb = made::quarters(800, 600);
    for max_bytes in [rgb.len() as u64, rgb.len() as u64 - 1] {
        let file = made::png(800, 600);
        let processed = process(&file, &limits(max_bytes)).unwrap();
        assert!(pixels_of(&processed.bytes) == rgb, "PNG, {max_bytes}");
    }
    let file = made::webp(800, 600);
    let small = process(&file, &limits(rgb.len() as u64)).unwrap();
    assert_eq!(small.content_type, "image/webp");
    // Its encoder would need as much memory as the pixels have.
    let large = process(&file, &limits(rgb.len() as u64 - 1)).unwrap();
    assert_eq!(large.content_type, "image/png");
    assert!(pixels_of(&large.bytes) == rgb, "WebP");
}

#[test]
fn what_is_too_large_in_every_way_of_writing_is_refused() {
    let (width, height) = (400_u16, 300_u16);
    let (wide, high) = (u32::from(width), u32::from(height));
    let count = usize::from(width) * usize::from(height);
    let rgb = noise(3 * count);
    let mut jpeg = Vec::new();
    jpeg_encoder::Encoder::new(&mut jpeg, 85)
        .encode(&rgb, width, height, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    let mut webp = Vec::new();
    image_webp::WebPEncoder::new(&mut webp)
        .encode(&rgb, wide, high, image_webp::ColorType::Rgb8)
        .unwrap();
    let palette = noise(3 * 256);
    let mut gif = gif::Encoder::new(Vec::new(), width, height, &palette).unwrap();
    let frame = gif::Frame {
        width,
        height,
        buffer: noise(count).into(),
        ..gif::Frame::default()
    };
    gif.write_frame(&frame).unwrap();
    for (name, file) in [
        ("PNG", png_of(wide, high, &rgb, png::ColorType::Rgb)),
        ("JPEG", jpeg),
        ("WebP", webp),
        ("GIF", gif.into_inner().unwrap()),
    ] {
        let kept = process(&file, &Limits::default()).unwrap().bytes.len() as u64;
        assert!(
            process(&file, &limits(kept)).is_ok(),
            "{name}: the bound is exact"
        );
        for max_bytes in [kept - 1, kept / 2] {
            let refusal = process(&file, &limits(max_bytes)).unwrap_err();
            assert_eq!(refusal.code(), "image_too_large", "{name}");
        }
    }
    let refusal = process(
        &png_of(wide, high, &rgb, png::ColorType::Rgb),
        &limits(100_000),
    );
    let refusal = refusal.unwrap_err().to_string();
    assert!(
        refusal.ends_with("Send it with fewer pixels, or as a JPEG."),
        "{refusal}"
    );
}
