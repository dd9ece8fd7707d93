//! A picture of a person, in the three levels in which it is revealed.

use fast_image_resize::FilterType;

use super::{
    Limits, Refusal,
    format::{Format, jpeg},
    inspect,
    pixels::Pixels,
    resize::{Part, resized},
};
use crate::kind::ImageFormat;

/// Sides in pixels. The blurred levels are made of so few points that nothing finer is in them.
const CLEAR_SIDE: u32 = 512;
const BLURRED_SIDE: u32 = 256;
const SOFT_POINTS: u32 = 32;
const BLURRED_POINTS: u32 = 12;

/// The square of a picture that becomes an avatar, in pixels of the upright picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crop {
    pub x: u32,
    pub y: u32,
    pub size: u32,
}

/// Three files, all square. Neither blurred one holds what the blur hides.
#[derive(Clone, Debug)]
pub struct Avatar {
    /// Of all three.
    pub content_type: &'static str,
    /// For reveal level 2 and for oneself: 512 pixels a side.
    pub clear: Vec<u8>,
    /// For reveal level 1: 32 points a side, drawn soft.
    pub soft: Vec<u8>,
    /// For reveal level 0: 12 points a side, drawn soft.
    pub blurred: Vec<u8>,
}

/// Makes an avatar of a picture, of its middle square unless `crop` names another one.
///
/// What is transparent becomes white. Of an animation the first frame is taken.
///
/// # Errors
/// The picture or the square is refused, see [`Refusal`].
pub fn avatar(bytes: &[u8], crop: Option<Crop>, limits: &Limits) -> Result<Avatar, Refusal> {
    let header = inspect(bytes, limits)?;
    let pixels = Format::of(header.format).read(bytes)?;
    let part = square(&pixels, crop)?;
    let write = |pixels: &Pixels| jpeg::write(pixels, jpeg::QUALITY, limits);
    let clear = resized(pixels, part, CLEAR_SIDE, CLEAR_SIDE, FilterType::CatmullRom)?.on_white();
    Ok(Avatar {
        content_type: ImageFormat::Jpeg.content_type(),
        clear: write(&clear)?,
        soft: write(&blurred(clear.clone(), SOFT_POINTS)?)?,
        blurred: write(&blurred(clear, BLURRED_POINTS)?)?,
    })
}

fn square(pixels: &Pixels, crop: Option<Crop>) -> Result<Part, Refusal> {
    let (width, height) = (pixels.width, pixels.height);
    let side = width.min(height);
    let crop = crop.unwrap_or(Crop {
        x: (width - side) / 2,
        y: (height - side) / 2,
        size: side,
    });
    let ends_within =
        |start: u32, end: u32| start.checked_add(crop.size).is_some_and(|last| last <= end);
    if crop.size == 0 || !ends_within(crop.x, width) || !ends_within(crop.y, height) {
        return Err(Refusal::CropOutside { width, height });
    }
    Ok(Part {
        left: crop.x,
        top: crop.y,
        width: crop.size,
        height: crop.size,
    })
}

/// The average colours of a grid of `points` by `points`, drawn large with soft edges.
fn blurred(clear: Pixels, points: u32) -> Result<Pixels, Refusal> {
    let whole = Part::whole(&clear);
    let grid = resized(clear, whole, points, points, FilterType::Box)?;
    let whole = Part::whole(&grid);
    resized(
        grid,
        whole,
        BLURRED_SIDE,
        BLURRED_SIDE,
        FilterType::Gaussian,
    )
}
