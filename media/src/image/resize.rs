//! Pictures in other sizes.

use fast_image_resize::{
    FilterType, MulDiv, PixelType, ResizeAlg, ResizeOptions, Resizer, images::Image,
};

use super::{
    Refusal,
    pixels::{Layout, Pixels},
};

/// A part of a picture, in its pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub left: u32,
    pub top: u32,
    pub width: u32,
    pub height: u32,
}

impl Part {
    pub fn whole(pixels: &Pixels) -> Self {
        Self {
            left: 0,
            top: 0,
            width: pixels.width,
            height: pixels.height,
        }
    }
}

/// The picture with its longer side at most `longest`; smaller ones stay as they are.
pub(super) fn within(pixels: Pixels, longest: u32) -> Result<Pixels, Refusal> {
    let longer = pixels.width.max(pixels.height);
    if longer <= longest {
        return Ok(pixels);
    }
    let reduced = |side: u32| {
        let exact = u64::from(side) * u64::from(longest);
        let rounded = (exact + u64::from(longer) / 2) / u64::from(longer);
        u32::try_from(rounded).unwrap_or(longest).max(1)
    };
    let (width, height) = (reduced(pixels.width), reduced(pixels.height));
    let part = Part::whole(&pixels);
    resized(pixels, part, width, height, FilterType::CatmullRom)
}

/// A part of the picture in another size. The picture itself is used up: what is transparent is weighed in place, so that
/// nothing of its size is allocated.
pub(super) fn resized(
    pixels: Pixels,
    part: Part,
    width: u32,
    height: u32,
    filter: FilterType,
) -> Result<Pixels, Refusal> {
    let layout = pixels.layout;
    let kind = match layout {
        Layout::Gray => PixelType::U8,
        Layout::GrayAlpha => PixelType::U8x2,
        Layout::Rgb => PixelType::U8x3,
        Layout::Rgba => PixelType::U8x4,
    };
    let mut from = Image::from_vec_u8(pixels.width, pixels.height, pixels.data, kind)
        .map_err(Refusal::damaged)?;
    let mut to = Image::new(width, height, kind);
    let weigh = MulDiv::new();
    if layout.has_alpha() {
        weigh
            .multiply_alpha_inplace(&mut from)
            .map_err(Refusal::damaged)?;
    }
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(filter))
        .crop(
            f64::from(part.left),
            f64::from(part.top),
            f64::from(part.width),
            f64::from(part.height),
        )
        .use_alpha(false);
    Resizer::new()
        .resize(&from, &mut to, &options)
        .map_err(Refusal::damaged)?;
    if layout.has_alpha() {
        weigh
            .divide_alpha_inplace(&mut to)
            .map_err(Refusal::damaged)?;
    }
    Ok(Pixels {
        width,
        height,
        layout,
        data: to.into_vec(),
    })
}
