//! A decoded picture.

/// The samples of a pixel, eight bits each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    Gray,
    GrayAlpha,
    Rgb,
    Rgba,
}

impl Layout {
    pub fn bytes(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::GrayAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }

    pub fn has_alpha(self) -> bool {
        matches!(self, Self::GrayAlpha | Self::Rgba)
    }

    fn without_alpha(self) -> Self {
        match self {
            Self::Gray | Self::GrayAlpha => Self::Gray,
            Self::Rgb | Self::Rgba => Self::Rgb,
        }
    }
}

/// A picture: rows from the top, without padding. `data` has `width * height * layout.bytes()` bytes.
#[derive(Clone, Debug)]
pub(super) struct Pixels {
    pub width: u32,
    pub height: u32,
    pub layout: Layout,
    pub data: Vec<u8>,
}

/// A dimension as an index.
pub(super) fn index(pixels: u32) -> usize {
    usize::try_from(pixels).unwrap_or(usize::MAX)
}

impl Pixels {
    /// All bytes zero.
    pub fn empty(width: u32, height: u32, layout: Layout) -> Self {
        let data = vec![0; index(width) * index(height) * layout.bytes()];
        Self {
            width,
            height,
            layout,
            data,
        }
    }

    /// Without its alpha channel where every pixel is opaque. Needs no second copy.
    pub fn without_idle_alpha(mut self) -> Self {
        let bytes = self.layout.bytes();
        let is_opaque = || {
            self.data
                .chunks_exact(bytes)
                .all(|pixel| pixel[bytes - 1] == u8::MAX)
        };
        if !self.layout.has_alpha() || !is_opaque() {
            return self;
        }
        let kept = bytes - 1;
        let count = self.data.len() / bytes;
        for pixel in 0..count {
            self.data
                .copy_within(pixel * bytes..pixel * bytes + kept, pixel * kept);
        }
        self.data.truncate(count * kept);
        self.layout = self.layout.without_alpha();
        self
    }

    /// The same picture with red, green, blue and alpha.
    pub fn to_rgba(&self) -> Vec<u8> {
        let rgba = |pixel: &[u8]| match *pixel {
            [gray] => [gray, gray, gray, u8::MAX],
            [gray, alpha] => [gray, gray, gray, alpha],
            [red, green, blue] => [red, green, blue, u8::MAX],
            [red, green, blue, alpha] => [red, green, blue, alpha],
            _ => [0; 4],
        };
        self.data
            .chunks_exact(self.layout.bytes())
            .flat_map(rgba)
            .collect()
    }

    /// The same picture on white ground, with red, green and blue.
    pub fn on_white(&self) -> Self {
        let over = |sample: u8, alpha: u8| {
            let (sample, alpha) = (u16::from(sample), u16::from(alpha));
            let mixed = (sample * alpha + 255 * (255 - alpha) + 127) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        let data = self
            .to_rgba()
            .chunks_exact(4)
            .flat_map(|pixel| [0, 1, 2].map(|sample| over(pixel[sample], pixel[3])))
            .collect();
        Self {
            width: self.width,
            height: self.height,
            layout: Layout::Rgb,
            data,
        }
    }
}
