//! What becomes of each format.

use base64::{Engine, prelude::BASE64_STANDARD};
use gif::{ColorOutput, DecodeOptions, Repeat};
use webchat_media::image::{Limits, Processed, process};

use crate::made;

fn processed(bytes: &[u8]) -> Processed {
    process(bytes, &Limits::default()).unwrap()
}

#[test]
fn jpeg_stays_jpeg() {
    let photo = processed(&made::jpeg(1000, 600));
    assert_eq!(photo.content_type, "image/jpeg");
    assert_eq!((photo.width, photo.height), (1000, 600));
    let (pixels, width) = made::jpeg_pixels(&photo.bytes);
    assert_eq!(pixels.len(), 1000 * 600 * 3);
    assert_eq!(made::strongest(&pixels, width, 100, 100), 0);
    assert_eq!(made::strongest(&pixels, width, 900, 100), 1);
    assert_eq!(photo.thumbnail_type, "image/jpeg");
    let (thumbnail, width) = made::jpeg_pixels(&photo.thumbnail);
    assert_eq!((width, thumbnail.len()), (480, 480 * 288 * 3));
}

#[test]
fn a_progressive_and_a_grey_jpeg_are_read() {
    let progressive = made::jpeg_with(96, 64, |encoder| encoder.set_progressive(true));
    let (pixels, width) = made::jpeg_pixels(&processed(&progressive).bytes);
    assert_eq!(made::strongest(&pixels, width, 10, 54), 2);
    let mut grey = Vec::new();
    jpeg_encoder::Encoder::new(&mut grey, 90)
        .encode(&[90; 40 * 30], 40, 30, jpeg_encoder::ColorType::Luma)
        .unwrap();
    assert_eq!(processed(&grey).width, 40);
}

#[test]
fn png_stays_png_without_loss_and_keeps_what_shines_through() {
    let rgb = made::quarters(96, 64);
    let rgba = made::with_alpha(&rgb, |at| (at % 256) as u8);
    let picture = made::png_with(96, 64, &rgba, png::ColorType::Rgba, |_| {});
    let kept = processed(&picture);
    assert_eq!(kept.content_type, "image/png");
    assert_eq!(png_pixels(&kept.bytes), (png::ColorType::Rgba, rgba));
    assert_eq!(kept.thumbnail_type, "image/webp");
}

#[test]
fn alpha_that_hides_nothing_is_dropped() {
    let rgb = made::quarters(96, 64);
    let rgba = made::with_alpha(&rgb, |_| 255);
    let picture = made::png_with(96, 64, &rgba, png::ColorType::Rgba, |_| {});
    let kept = processed(&picture);
    assert_eq!(png_pixels(&kept.bytes), (png::ColorType::Rgb, rgb));
    assert_eq!(kept.thumbnail_type, "image/jpeg");
}

#[test]
fn a_png_of_sixteen_bits_is_shown_with_eight() {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 2, 1);
    encoder.set_depth(png::BitDepth::Sixteen);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[0x12, 0x34, 0xAB, 0xCD]).unwrap();
    drop(writer);
    let (color, pixels) = png_pixels(&processed(&bytes).bytes);
    assert_eq!(
        (color, pixels),
        (png::ColorType::Grayscale, vec![0x12, 0xAB])
    );
}

#[test]
fn webp_without_loss_stays_so_and_a_photo_becomes_a_jpeg() {
    let kept = processed(&made::webp(96, 64));
    assert_eq!(kept.content_type, "image/webp");
    let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(&kept.bytes)).unwrap();
    let mut pixels = vec![0; 96 * 64 * 3];
    decoder.read_image(&mut pixels).unwrap();
    assert_eq!(pixels, made::quarters(96, 64));
    let photo = processed(made::LOSSY_WEBP);
    assert_eq!((photo.content_type, photo.width), ("image/jpeg", 1));
}

#[test]
fn an_animation_keeps_every_frame_its_time_and_its_repeats() {
    let animation = made::gif(96, 64, 5);
    let copy = processed(&animation);
    assert_eq!(copy.content_type, "image/gif");
    assert_eq!((copy.width, copy.height), (96, 64));
    assert_eq!(frames(&copy.bytes), frames(&animation));
    assert_eq!(frames(&copy.bytes).0.len(), 5);
    assert_eq!(
        copy.thumbnail_type, "image/webp",
        "its first colour is transparent"
    );
}

#[test]
fn an_animation_that_becomes_still_says_so() {
    let png = [made::png(40, 30), made::moving_png(40, 30, 3)];
    let webp = [made::webp(40, 30), made::moving_webp(40, 30, 3)];
    for [still, moving] in [png, webp] {
        let (still, moving) = (processed(&still), processed(&moving));
        assert!(moving.first_frame_only && !still.first_frame_only);
        assert_eq!((moving.width, moving.height), (40, 30));
        let [moving, still] =
            [moving, still].map(|picture| made::jpeg_pixels(&picture.thumbnail).0);
        let apart = moving.iter().zip(&still);
        let farthest = apart.map(|(one, other)| one.abs_diff(*other)).max();
        // A frame that is drawn over nothing is rounded once more.
        assert!(farthest.unwrap() < 8, "its first frame: {farthest:?}");
    }
    for whole in [
        made::moving_png(40, 30, 1),
        made::moving_webp(40, 30, 1),
        made::gif(40, 30, 3),
    ] {
        assert!(!processed(&whole).first_frame_only);
    }
}

#[test]
fn an_interlaced_animation_is_put_in_order() {
    let mut encoder = gif::Encoder::new(Vec::new(), 4, 8, &[0, 0, 0, 255, 255, 255]).unwrap();
    // Rows in the order in which an interlaced frame has them: 0, 4, 2, 6, 1, 3, 5, 7.
    let rows = [0, 1, 0, 1, 0, 0, 1, 1];
    let frame = gif::Frame {
        width: 4,
        height: 8,
        interlaced: true,
        buffer: rows.iter().flat_map(|row| [*row; 4]).collect(),
        ..gif::Frame::default()
    };
    encoder.write_frame(&frame).unwrap();
    let animation = encoder.into_inner().unwrap();
    assert_eq!(frames(&processed(&animation).bytes), frames(&animation));
}

#[test]
fn a_placeholder_says_the_colours() {
    let mut encoder = Vec::new();
    jpeg_encoder::Encoder::new(&mut encoder, 90)
        .encode(
            &[200, 30, 30].repeat(300 * 200),
            300,
            200,
            jpeg_encoder::ColorType::Rgb,
        )
        .unwrap();
    let placeholder = processed(&encoder).placeholder;
    let hash = BASE64_STANDARD.decode(&placeholder).unwrap();
    assert!(hash.len() <= 32, "{placeholder}");
    let (red, green, blue, alpha) = thumbhash::thumb_hash_to_average_rgba(&hash).unwrap();
    assert!(red > 0.7 && green < 0.2 && blue < 0.2 && alpha == 1.0);
    let ratio = thumbhash::thumb_hash_to_approximate_aspect_ratio(&hash).unwrap();
    assert!((1.2..2.0).contains(&ratio));
}

#[test]
fn the_thinnest_pictures_have_a_thumbnail_too() {
    for (width, height) in [(1, 1), (20_000, 1), (1, 20_000)] {
        let picture = processed(&made::png(width, height));
        assert_eq!((picture.width, picture.height), (width, height));
        let (pixels, _) = made::jpeg_pixels(&picture.thumbnail);
        assert_eq!(pixels.len() / 3, width.max(height).min(480) as usize);
    }
}

fn png_pixels(bytes: &[u8]) -> (png::ColorType, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    (frame.color_type, pixels)
}

/// Each frame's time and pixels, and how often all is repeated.
fn frames(bytes: &[u8]) -> (Vec<(u16, Vec<u8>)>, Repeat) {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    let mut decoder = options.read_info(bytes).unwrap();
    let mut frames = Vec::new();
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        frames.push((frame.delay, frame.buffer.to_vec()));
    }
    (frames, decoder.repeat())
}
