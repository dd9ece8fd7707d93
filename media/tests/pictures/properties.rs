//! Whatever the bytes are: an answer, never a panic, and never more than was allowed.

use proptest::{collection::vec, prelude::*, sample::select};
use webchat_media::{
    image::{Limits, Refusal, avatar, process},
    kind,
};

use crate::{exif::with_place, made};

/// So few pixels bound the time of each case, too.
fn small() -> Limits {
    Limits {
        pixels: 100_000,
        animation_pixels: 1_000_000,
        ..Limits::default()
    }
}

fn beginnings() -> Vec<Vec<u8>> {
    let mut beginnings = vec![
        b"\xFF\xD8\xFF".to_vec(),
        b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR".to_vec(),
        b"RIFF\xFF\0\0\0WEBPVP8 ".to_vec(),
        b"RIFF\xFF\0\0\0WEBPVP8L".to_vec(),
        b"RIFF\xFF\0\0\0WEBPVP8X\x0A\0\0\0".to_vec(),
        b"GIF89a".to_vec(),
        Vec::new(),
    ];
    beginnings.extend(
        pictures()
            .iter()
            .map(|picture| picture[..60.min(picture.len())].to_vec()),
    );
    beginnings
}

fn pictures() -> Vec<Vec<u8>> {
    let mut pictures: Vec<_> = made::one_of_each()
        .into_iter()
        .map(|(_, bytes)| bytes)
        .collect();
    pictures.push(made::LOSSY_WEBP.to_vec());
    pictures.push(made::moving_png(40, 30, 3));
    pictures.push(made::moving_webp(40, 30, 3));
    pictures.push(made::jpeg_with(40, 30, |encoder| {
        encoder.set_progressive(true);
    }));
    pictures.push(made::jpeg_with(40, 30, |encoder| {
        encoder.add_exif_metadata(&with_place(7)).unwrap();
    }));
    let rgba = made::with_alpha(&made::quarters(40, 30), |at| (at % 256) as u8);
    pictures.push(made::png_with(40, 30, &rgba, png::ColorType::Rgba, |_| {}));
    pictures
}

/// An answer of either function, with everything that it promises.
fn is_answered(bytes: &[u8]) {
    let limits = small();
    let _ = kind::of(bytes);
    if let Ok(picture) = process(bytes, &limits) {
        assert!(u64::from(picture.width) * u64::from(picture.height) <= limits.pixels);
        assert!(!picture.bytes.is_empty() && !picture.thumbnail.is_empty());
        // What was made can be read again.
        let again = process(&picture.bytes, &limits).unwrap();
        assert_eq!((again.width, again.height), (picture.width, picture.height));
        assert!(avatar(bytes, None, &limits).is_ok());
    } else if let Err(refusal) = avatar(bytes, None, &limits) {
        assert!(!matches!(refusal, Refusal::CropOutside { .. }));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn anything_has_an_answer(beginning in select(beginnings()), rest in vec(any::<u8>(), 0..400)) {
        is_answered(&[beginning, rest].concat());
    }

    #[test]
    fn every_damaged_picture_has_an_answer(
        mut picture in select(pictures()),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in prop::option::of(any::<prop::sample::Index>()),
        inserted in prop::option::of((any::<prop::sample::Index>(), vec(any::<u8>(), 1..20))),
    ) {
        for (at, byte) in changes {
            let at = at.index(picture.len());
            picture[at] = byte;
        }
        if let Some((at, bytes)) = inserted {
            let at = at.index(picture.len());
            picture.splice(at..at, bytes);
        }
        if let Some(cut) = cut {
            picture.truncate(cut.index(picture.len()));
        }
        is_answered(&picture);
    }
}
