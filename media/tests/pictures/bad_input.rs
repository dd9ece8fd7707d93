//! What nobody should send, and what is said of it.

use webchat_media::{
    Kind,
    image::{Limits, Refusal, avatar, inspect, process},
    kind,
};

use crate::made::{self, holds};

fn code(bytes: &[u8]) -> &'static str {
    let refusal = process(bytes, &Limits::default()).unwrap_err();
    let of_avatar = avatar(bytes, None, &Limits::default()).unwrap_err();
    assert_eq!(refusal, of_avatar);
    assert!(refusal.to_string().contains("Send") || refusal.to_string().contains("send"));
    refusal.code()
}

#[test]
fn nothing_is_not_a_picture() {
    assert_eq!(code(b""), "not_an_image");
    assert_eq!(code(&[0; 4096]), "not_an_image");
}

#[test]
fn a_drawing_with_a_script_is_not_a_picture() {
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    assert_eq!(code(svg), "not_an_image");
    let Kind::File { content_type } = kind::of(svg) else {
        panic!("taken for a picture");
    };
    assert_eq!(content_type, "application/octet-stream");
}

#[test]
fn a_file_under_another_name_is_what_it_is() {
    // A program, an archive and a page, whatever their names say.
    for bytes in [
        b"MZ\x90\0\x03\0\0\0".as_slice(),
        b"PK\x03\x04\x14\0",
        b"<html><p>",
    ] {
        assert_eq!(code(bytes), "not_an_image");
    }
    // A PNG that is called .jpg is a PNG.
    let picture = process(&made::png(10, 10), &Limits::default()).unwrap();
    assert_eq!(picture.content_type, "image/png");
}

#[test]
fn of_a_file_that_is_two_things_only_the_picture_is_kept() {
    let page = b"<html><script>alert(document.domain)</script></html>";
    let archive = b"PK\x03\x04 an archive, PK\x05\x06";
    let photo = made::jpeg_with(96, 64, |encoder| {
        encoder.add_app_segment(9, page.to_vec()).unwrap();
    });
    let photo = [photo.as_slice(), page, archive].concat();
    for (name, picture) in [
        ("JPEG", photo),
        (
            "PNG",
            [made::png(96, 64).as_slice(), page, archive].concat(),
        ),
        (
            "GIF",
            [made::gif(96, 64, 2).as_slice(), page, archive].concat(),
        ),
        (
            "WebP",
            [made::webp(96, 64).as_slice(), page, archive].concat(),
        ),
    ] {
        let processed = process(&picture, &Limits::default()).unwrap();
        for bytes in [&processed.bytes, &processed.thumbnail] {
            assert!(
                !holds(bytes, b"script") && !holds(bytes, b"PK\x05\x06"),
                "{name}"
            );
        }
    }
}

#[test]
fn a_promise_of_too_many_pixels_is_refused_unread() {
    let sides = 50_000_u16.to_be_bytes();
    let mut jpeg = made::jpeg(16, 16);
    let frame = jpeg
        .windows(2)
        .position(|marker| marker == [0xFF, 0xC0])
        .unwrap();
    jpeg[frame + 5..frame + 7].copy_from_slice(&sides);
    jpeg[frame + 7..frame + 9].copy_from_slice(&sides);
    // The header ends where the first frame begins.
    let frame = [b',', 0, 0, 0, 0, 1, 0, 1, 0, 0];
    let gif = [b"GIF89a", sides.as_slice(), &sides, &[0, 0, 0], &frame].concat();
    for bytes in [jpeg, png_that_promises(50_000), gif] {
        assert_eq!(code(&bytes), "too_many_pixels");
    }
    let refusal = inspect(&png_that_promises(50_000), &Limits::default()).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "The picture has 50000 × 50000 pixels. Send one with at most 50 megapixels, and 65535 pixels a side."
    );
    // The bound is exact.
    assert!(inspect(&png_that_promises(7071), &Limits::default()).is_ok());
    assert_eq!(code(&png_that_promises(7072)), "too_many_pixels");
}

#[test]
fn a_line_without_end_is_refused() {
    assert_eq!(code(&png_of(65_536, 1)), "too_many_pixels");
    assert!(inspect(&png_of(65_535, 1), &Limits::default()).is_ok());
}

#[test]
fn a_frame_that_is_larger_than_its_picture_is_damage() {
    // The container speaks of one point, the frame in it of 16,383 a side: 400 MB.
    let mut frame = made::LOSSY_WEBP[12..].to_vec();
    let sides = 8 + 6;
    frame[sides..sides + 4].copy_from_slice(&[0xFF, 0x3F, 0xFF, 0x3F]);
    let canvas = b"VP8X\x0A\0\0\0\0\0\0\0\0\0\0\0\0\0";
    let length = u32::try_from(4 + canvas.len() + frame.len()).unwrap();
    let bytes = [b"RIFF", &length.to_le_bytes()[..], b"WEBP", canvas, &frame].concat();
    assert_eq!(code(&bytes), "damaged_image");
}

#[test]
fn a_promise_that_is_not_kept_is_damage() {
    assert_eq!(code(&png_that_promises(200)), "damaged_image");
    assert_eq!(code(&png_that_promises(0)), "damaged_image");
}

#[test]
fn a_picture_that_ends_early_is_refused_wherever_it_ends() {
    for (name, bytes) in made::one_of_each() {
        assert!(process(&bytes, &Limits::default()).is_ok(), "{name}");
        for tenths in 1..9 {
            let cut = &bytes[..bytes.len() * tenths / 10];
            let Err(refusal) = process(cut, &Limits::default()) else {
                panic!("{name}, {tenths} tenths");
            };
            assert_eq!(refusal.code(), "damaged_image", "{name}, {tenths} tenths");
        }
        assert_eq!(code(&bytes[..12]), "damaged_image", "{name}");
    }
}

#[test]
fn a_progressive_photo_that_ends_early_is_refused() {
    let whole = made::jpeg_with(96, 64, |encoder| encoder.set_progressive(true));
    assert!(process(&whole, &Limits::default()).is_ok());
    assert_eq!(code(&whole[..whole.len() / 2]), "damaged_image");
}

#[test]
fn an_animation_without_end_is_refused() {
    let limits = Limits {
        frames: 4,
        ..Limits::default()
    };
    assert!(process(&made::gif(16, 16, 4), &limits).is_ok());
    let refusal = process(&made::gif(16, 16, 5), &limits).unwrap_err();
    assert_eq!(refusal.code(), "animation_too_long");
    let limits = Limits {
        animation_pixels: 4 * 16 * 16,
        ..Limits::default()
    };
    assert!(process(&made::gif(16, 16, 4), &limits).is_ok());
    let refusal = process(&made::gif(16, 16, 5), &limits).unwrap_err();
    assert!(matches!(refusal, Refusal::AnimationTooLong { .. }));
    // An avatar takes the first frame and does not look at the others.
    assert!(avatar(&made::gif(16, 16, 5), None, &limits).is_ok());
}

#[test]
fn a_photo_of_endless_scans_is_refused() {
    // Each scan of a progressive picture is work for the whole picture, and costs its sender some bytes.
    let whole = made::jpeg_with(96, 64, |encoder| encoder.set_progressive(true));
    let starts: Vec<usize> = whole
        .windows(2)
        .enumerate()
        .filter(|(_, marker)| *marker == [0xFF, 0xDA])
        .map(|(at, _)| at)
        .collect();
    let last = *starts.last().unwrap();
    let (before, scan) = whole.split_at(last);
    let scan = &scan[..scan.len() - 2];
    let with = |scans: usize| [before, &scan.repeat(scans), &[0xFF, 0xD9]].concat();
    assert!(process(&with(2), &Limits::default()).is_ok());
    assert_eq!(code(&with(40)), "unsupported_image");
}

/// A scan of eleven bytes is a whole row of blocks where nothing follows it: 20,000 of them were nine seconds of work.
#[test]
fn a_photo_of_endless_scans_in_one_go_is_refused() {
    assert!(process(&of_separate_scans(0), &Limits::default()).is_ok());
    assert_eq!(code(&of_separate_scans(1)), "unsupported_image");
    assert_eq!(code(&of_separate_scans(20_000)), "unsupported_image");
}

/// A wide, grey picture of three components with a scan each, after so many scans of the first one that end early.
fn of_separate_scans(idle: usize) -> Vec<u8> {
    const BLOCKS: u16 = 8_191;
    let [width_high, width_low] = (BLOCKS * 8).to_be_bytes();
    let frame = [
        &[8, 0, 8, width_high, width_low, 3][..],
        &[1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0],
    ]
    .concat();
    // One word of one bit: nothing.
    let codes = |table: u8| {
        let mut content = [0; 18];
        content[..2].copy_from_slice(&[table, 1]);
        segment(0xC4, &content)
    };
    let scan = |component: u8, bits: usize| {
        let mut scan = segment(0xDA, &[1, component, 0, 0, 63, 0]);
        scan.resize(scan.len() + bits.div_ceil(8), 0);
        scan
    };
    [
        vec![0xFF, 0xD8],
        segment(0xDB, &[&[0][..], &[1; 64]].concat()),
        segment(0xC0, &frame),
        codes(0x00),
        codes(0x10),
        scan(1, 8).repeat(idle),
        [1, 2, 3]
            .map(|component| scan(component, 2 * usize::from(BLOCKS)))
            .concat(),
        vec![0xFF, 0xD9],
    ]
    .concat()
}

/// Each part of an extended XMP packet was compared again after each comment: 39,000 by 1,700,000 fit into 10 MB.
#[test]
fn a_photo_of_endless_segments_is_refused() {
    let photo = made::jpeg(16, 16);
    let (start, rest) = photo.split_at(2);
    let part = xmp_part();
    let with = |parts: usize, comments: usize| {
        let comments = [0xFF, 0xFE, 0, 2].repeat(comments);
        [start, &part.repeat(parts), &comments, rest].concat()
    };
    assert!(process(&with(100, 100), &Limits::default()).is_ok());
    assert_eq!(code(&with(50_000, 1_400_000)), "unsupported_image");
    // What is between them is not skipped in search of more.
    let lost = [start, &part, &[0], rest].concat();
    assert_eq!(code(&lost), "damaged_image");
}

/// One that never becomes whole.
fn xmp_part() -> Vec<u8> {
    let name = b"http://ns.adobe.com/xmp/extension/\0";
    let which = [b'A'; 32];
    let (total, offset) = (1_u32 << 30, 0_u32);
    let content = [
        &name[..],
        &which,
        &total.to_be_bytes(),
        &offset.to_be_bytes(),
    ]
    .concat();
    segment(0xE1, &content)
}

/// A segment of a JPEG.
fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap();
    [&[0xFF, marker][..], &length.to_be_bytes(), content].concat()
}

#[test]
fn frames_within_frames_without_end_are_harmless() {
    const DEPTH: usize = 400_000;
    let head = [2, 0, 0, 0, 15, 0, 0, 15, 0, 0];
    let mut bytes = made::chunk(b"VP8X", &head);
    bytes.extend(made::chunk(b"ANIM", &[0; 6]));
    let whole = |depth: usize| u32::try_from(24 * depth - 8).unwrap().to_le_bytes();
    for depth in (1..=DEPTH).rev() {
        bytes.extend([&b"ANMF"[..], &whole(depth), &[0; 16]].concat());
    }
    let file = made::chunk(b"RIFF", &[b"WEBP", &bytes[..]].concat());
    assert!(file.len() < 10 << 20);
    assert_eq!(code(&file), "damaged_image");
}

#[test]
fn a_frame_beyond_its_picture_is_damage() {
    let mut encoder = gif::Encoder::new(Vec::new(), 4, 4, &[0, 0, 0]).unwrap();
    let frame = gif::Frame {
        width: 6000,
        height: 6000,
        buffer: vec![0; 6000 * 6000].into(),
        ..gif::Frame::default()
    };
    encoder.write_frame(&frame).unwrap();
    assert_eq!(code(&encoder.into_inner().unwrap()), "damaged_image");
}

/// A PNG whose header speaks of a square, with hardly any pixels behind it.
fn png_that_promises(side: u32) -> Vec<u8> {
    png_of(side, side)
}

fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1A\n".to_vec();
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let header = [sides.as_slice(), &[8, 2, 0, 0, 0]].concat();
    for (kind, data) in [
        (b"IHDR", header.as_slice()),
        (b"IDAT", &[0x78, 1, 0, 0, 0]),
        (b"IEND", &[]),
    ] {
        bytes.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        let checked = [kind, data].concat();
        bytes.extend(&checked);
        bytes.extend(checksum(&checked).to_be_bytes());
    }
    bytes
}

/// The CRC of PNG (RFC 2083, appendix 15).
fn checksum(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                0xEDB8_8320 ^ (crc >> 1)
            } else {
                crc >> 1
            }
        })
    };
    !bytes.iter().fold(u32::MAX, step)
}
