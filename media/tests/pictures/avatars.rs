//! Three levels of a face, none of which gives away more than its own.

use webchat_media::image::{Avatar, Crop, Limits, Refusal, avatar};

use crate::{
    exif::with_place,
    made::{self, jpeg_pixels, strongest},
};

fn made_of(bytes: &[u8], crop: Option<Crop>) -> Avatar {
    avatar(bytes, crop, &Limits::default()).unwrap()
}

#[test]
fn all_levels_are_squares_of_the_middle() {
    let avatar = made_of(&made::jpeg(900, 600), None);
    for (level, side) in [
        (&avatar.clear, 512),
        (&avatar.soft, 256),
        (&avatar.blurred, 256),
    ] {
        let (pixels, width) = jpeg_pixels(level);
        assert_eq!((width, pixels.len()), (side, side * side * 3));
        let far = side - side / 8;
        assert_eq!(strongest(&pixels, width, side / 8, side / 8), 0);
        assert_eq!(strongest(&pixels, width, far, side / 8), 1);
        assert_eq!(strongest(&pixels, width, side / 8, far), 2);
    }
}

#[test]
fn a_square_is_cut_from_the_upright_picture() {
    // Seen upright: 60 wide, 90 high; red is above right.
    let photo = made::jpeg_with(90, 60, |encoder| {
        encoder.add_exif_metadata(&with_place(6)).unwrap();
    });
    let crop = |x, y, size| Some(Crop { x, y, size });
    let (pixels, width) = jpeg_pixels(&made_of(&photo, crop(32, 2, 26)).clear);
    for (x, y) in [(10, 10), (500, 10), (10, 500), (500, 500)] {
        assert_eq!(strongest(&pixels, width, x, y), 0);
    }
    for outside in [
        crop(0, 0, 61),
        crop(50, 0, 11),
        crop(0, 80, 11),
        crop(0, 0, 0),
        crop(u32::MAX, 0, 2),
    ] {
        let refusal = avatar(&photo, outside, &Limits::default()).unwrap_err();
        assert_eq!(
            refusal,
            Refusal::CropOutside {
                width: 60,
                height: 90
            }
        );
    }
}

#[test]
fn what_the_blur_hides_is_not_in_the_file() {
    // Two pictures that are each other's negative in every detail, and alike on average.
    let fine = |phase: usize| {
        let grey: Vec<u8> = (0..768 * 768)
            .map(|at| {
                if (at % 768 / 2 + at / 768 / 2 + phase).is_multiple_of(2) {
                    250
                } else {
                    5
                }
            })
            .collect();
        made::png_with(768, 768, &grey, png::ColorType::Grayscale, |_| {})
    };
    let (one, other) = (made_of(&fine(0), None), made_of(&fine(1), None));
    let farthest = |one: &[u8], other: &[u8]| {
        let (one, other) = (jpeg_pixels(one).0, jpeg_pixels(other).0);
        let apart = one
            .iter()
            .zip(&other)
            .map(|(one, other)| one.abs_diff(*other));
        apart.max().unwrap()
    };
    assert!(farthest(&one.clear, &other.clear) > 100);
    assert!(farthest(&one.soft, &other.soft) <= 3);
    assert!(farthest(&one.blurred, &other.blurred) <= 3);
}

#[test]
fn a_blurred_level_has_no_edges() {
    let avatar = made_of(&made::png(600, 600), None);
    let steepest = |level: &[u8]| {
        let (pixels, width) = jpeg_pixels(level);
        let step = |at: usize| pixels[at * 3].abs_diff(pixels[at * 3 + 3]);
        (0..width - 1).map(|x| step(width * 40 + x)).max().unwrap()
    };
    assert!(steepest(&avatar.clear) > 50);
    assert!(steepest(&avatar.soft) < 40);
    assert!(steepest(&avatar.blurred) < 16);
}

#[test]
fn what_is_transparent_is_white() {
    let clear = made::png_with(40, 40, &[0; 40 * 40 * 4], png::ColorType::Rgba, |_| {});
    for level in [made_of(&clear, None).clear, made_of(&clear, None).blurred] {
        assert!(jpeg_pixels(&level).0.iter().all(|sample| *sample > 250));
    }
}

#[test]
fn every_format_can_be_an_avatar() {
    for (name, bytes) in made::one_of_each() {
        let avatar = made_of(&bytes, None);
        assert_eq!(jpeg_pixels(&avatar.clear).1, 512, "{name}");
    }
}
