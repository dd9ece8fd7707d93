//! What a picture tells beside what it shows stays with its sender.

use webchat_media::image::{Limits, process};

use crate::{
    exif::{CAMERA, MINUTES, with_place},
    made::{self, holds, jpeg_pixels, strongest},
};

const SECRET: &[u8] = b"taken at home";

fn tells_nothing(bytes: &[u8]) {
    for part in [
        b"Exif".as_slice(),
        b"exif",
        b"GPS",
        CAMERA,
        SECRET,
        &MINUTES.to_be_bytes(),
    ] {
        assert!(!holds(bytes, part), "{}", String::from_utf8_lossy(part));
    }
}

#[test]
fn a_photo_loses_its_place_and_stands_upright() {
    let photo = made::jpeg_with(96, 64, |encoder| {
        encoder.add_exif_metadata(&with_place(6)).unwrap();
    });
    assert!(holds(&photo, CAMERA) && holds(&photo, &MINUTES.to_be_bytes()));
    let processed = process(&photo, &Limits::default()).unwrap();
    tells_nothing(&processed.bytes);
    tells_nothing(&processed.thumbnail);
    // Orientation 6: what is stored on the left is seen above.
    assert_eq!((processed.width, processed.height), (64, 96));
    for bytes in [&processed.bytes, &processed.thumbnail] {
        let (pixels, width) = jpeg_pixels(bytes);
        assert_eq!(width, 64);
        assert_eq!(strongest(&pixels, width, 10, 10), 2, "blue above left");
        assert_eq!(strongest(&pixels, width, 54, 10), 0, "red above right");
        assert_eq!(strongest(&pixels, width, 54, 86), 1, "green below right");
    }
}

#[test]
fn of_a_jpeg_only_what_draws_it_is_kept() {
    let photo = made::jpeg_with(96, 64, |encoder| {
        encoder.add_exif_metadata(&with_place(1)).unwrap();
        let xmp = [b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>", SECRET].concat();
        encoder.add_app_segment(1, xmp).unwrap();
        encoder.add_icc_profile(SECRET).unwrap();
        encoder.add_app_segment(13, SECRET.to_vec()).unwrap();
    });
    let comment = [&[0xFF, 0xFE, 0, 15], SECRET].concat();
    let photo = [&photo[..2], comment.as_slice(), &photo[2..], SECRET].concat();
    let processed = process(&photo, &Limits::default()).unwrap();
    tells_nothing(&processed.bytes);
    for bytes in [&processed.bytes, &processed.thumbnail] {
        // JFIF, tables, the frame, the scan.
        let kept = [0xE0, 0xDB, 0xC0, 0xC4, 0xDA];
        let found = segments(bytes);
        assert!(
            found.iter().all(|marker| kept.contains(marker)),
            "{found:x?}"
        );
        assert!(bytes.ends_with(&[0xFF, 0xD9]));
    }
}

#[test]
fn of_a_png_only_what_draws_it_is_kept() {
    let rgb = made::quarters(96, 64);
    let picture = made::png_with(96, 64, &rgb, png::ColorType::Rgb, |writer| {
        let chunk = png::chunk::ChunkType;
        writer.write_chunk(chunk(*b"eXIf"), &with_place(8)).unwrap();
        let text = [b"Comment\0", SECRET].concat();
        writer.write_chunk(chunk(*b"tEXt"), &text).unwrap();
        writer.write_chunk(chunk(*b"prVt"), SECRET).unwrap();
    });
    assert!(holds(&picture, SECRET));
    let processed = process(&picture, &Limits::default()).unwrap();
    tells_nothing(&processed.bytes);
    assert_eq!((processed.width, processed.height), (64, 96));
    let mut rest = &processed.bytes[8..];
    while let Some((length, following)) = rest.split_first_chunk::<4>() {
        let kind = &following[..4];
        assert!([b"IHDR", b"IDAT", b"IEND"].iter().any(|kept| kept == &kind));
        rest = &following[4 + u32::from_be_bytes(*length) as usize + 4..];
    }
}

#[test]
fn of_a_webp_only_what_draws_it_is_kept() {
    let picture = made::webp_with(96, 64, |encoder| {
        encoder.set_exif_metadata(with_place(6));
        encoder.set_xmp_metadata(SECRET.to_vec());
        encoder.set_icc_profile(SECRET.to_vec());
    });
    assert!(holds(&picture, CAMERA) && holds(&picture, SECRET));
    let processed = process(&picture, &Limits::default()).unwrap();
    tells_nothing(&processed.bytes);
    assert_eq!((processed.width, processed.height), (64, 96));
    assert_eq!(&processed.bytes[8..16], b"WEBPVP8L");
    let length = u32::from_le_bytes(processed.bytes[4..8].try_into().unwrap());
    assert_eq!(length as usize + 8, processed.bytes.len());
}

#[test]
fn of_a_gif_only_its_frames_are_kept() {
    let animation = made::gif(96, 64, 3);
    let comment = [&[0x21, 0xFE, 13], SECRET, &[0]].concat();
    let application = [b"\x21\xFF\x0BXMP DataXMP\x0D", SECRET, &[0]].concat();
    // After the header and the palette of four colours.
    let (head, frames) = animation.split_at(13 + 12);
    let animation = [head, &comment, &application, frames].concat();
    assert!(holds(&animation, SECRET));
    let processed = process(&animation, &Limits::default()).unwrap();
    tells_nothing(&processed.bytes);
    assert!(!holds(&processed.bytes, b"XMP"));
}

/// The markers of a JPEG up to its scan.
fn segments(bytes: &[u8]) -> Vec<u8> {
    let mut markers = Vec::new();
    let mut rest = &bytes[2..];
    while let [0xFF, marker, high, low, ..] = rest {
        markers.push(*marker);
        if *marker == 0xDA {
            break;
        }
        rest = &rest[2 + usize::from(u16::from_be_bytes([*high, *low]))..];
    }
    markers
}
