//! Which way up a picture is: the one thing that is read of its Exif data, before all of it is dropped.

use super::pixels::{Pixels, index};

/// The tag `Orientation` of Exif, 1 to 8 (Exif 2.32, 4.6.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Orientation(u8);

impl Orientation {
    pub const UPRIGHT: Self = Self(1);

    /// Of a block of Exif data, which begins with its TIFF header. Whatever is not understood is upright.
    pub fn of_exif(exif: &[u8]) -> Self {
        Self::find(exif).unwrap_or(Self::UPRIGHT)
    }

    fn find(exif: &[u8]) -> Option<Self> {
        const ORIENTATION: u16 = 0x0112;
        const SHORT: u16 = 3;
        const ENTRY_BYTES: usize = 12;
        let little = match exif.get(..4)? {
            [b'I', b'I', 42, 0] => true,
            [b'M', b'M', 0, 42] => false,
            _ => return None,
        };
        let short = |at: usize| {
            let bytes = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
            Some(if little {
                u16::from_le_bytes(bytes)
            } else {
                u16::from_be_bytes(bytes)
            })
        };
        let long = |at: usize| {
            let bytes = exif.get(at..at + 4)?.try_into().ok()?;
            Some(if little {
                u32::from_le_bytes(bytes)
            } else {
                u32::from_be_bytes(bytes)
            })
        };
        let directory = usize::try_from(long(4)?).ok()?;
        let entries = usize::from(short(directory)?);
        let value = (0..entries)
            .map(|entry| directory + 2 + entry * ENTRY_BYTES)
            .find(|entry| short(*entry) == Some(ORIENTATION) && short(entry + 2) == Some(SHORT))
            .and_then(|entry| short(entry + 8))?;
        u8::try_from(value)
            .ok()
            .filter(|value| (1..=8).contains(value))
            .map(Self)
    }

    /// Whether width and height change places: the picture is then copied.
    pub fn turns(self) -> bool {
        self.0 >= 5
    }

    /// The picture as it is meant to be seen.
    pub fn applied(self, pixels: Pixels) -> Pixels {
        match pixels.layout.bytes() {
            1 => self.applied_to::<1>(pixels),
            2 => self.applied_to::<2>(pixels),
            3 => self.applied_to::<3>(pixels),
            _ => self.applied_to::<4>(pixels),
        }
    }

    fn applied_to<const BYTES: usize>(self, mut pixels: Pixels) -> Pixels {
        if self.turns() {
            return self.turned::<BYTES>(&pixels);
        }
        let width = index(pixels.width);
        let (data, _) = pixels.data.as_chunks_mut::<BYTES>();
        match self.0 {
            2 => data.chunks_exact_mut(width).for_each(<[_]>::reverse),
            3 => data.reverse(),
            4 => {
                data.reverse();
                data.chunks_exact_mut(width).for_each(<[_]>::reverse);
            }
            _ => {}
        }
        pixels
    }

    /// Columns become rows. Every pixel is moved once, to where it stays, and by tiles, so that neither side leaves the
    /// processor's cache at every pixel.
    fn turned<const BYTES: usize>(self, pixels: &Pixels) -> Pixels {
        const TILE: usize = 32;
        let upwards = matches!(self.0, 6 | 7);
        let last_column_first = matches!(self.0, 7 | 8);
        let (width, height) = (index(pixels.width), index(pixels.height));
        let mut turned = Pixels::empty(pixels.height, pixels.width, pixels.layout);
        let (from, _) = pixels.data.as_chunks::<BYTES>();
        let (to, _) = turned.data.as_chunks_mut::<BYTES>();
        for left in (0..width).step_by(TILE) {
            for top in (0..height).step_by(TILE) {
                let bottom = height.min(top + TILE);
                for x in left..width.min(left + TILE) {
                    let column = from[top * width + x..].iter().step_by(width);
                    let y = if last_column_first { width - 1 - x } else { x };
                    let row = &mut to[y * height..(y + 1) * height];
                    if upwards {
                        let part = &mut row[height - bottom..height - top];
                        copy(column, part.iter_mut().rev());
                    } else {
                        copy(column, row[top..bottom].iter_mut());
                    }
                }
            }
        }
        turned
    }
}

fn copy<'p, P: Copy + 'p>(from: impl Iterator<Item = &'p P>, to: impl Iterator<Item = &'p mut P>) {
    for (to, from) in to.zip(from) {
        *to = *from;
    }
}

#[cfg(test)]
mod tests {
    use super::{super::pixels::Layout, *};

    /// As Exif counts: the stored picture of each orientation, of a picture that is `ab` over `cd` over `ef`.
    const STORED: [(u8, u32, &[u8]); 8] = [
        (1, 2, b"abcdef"),
        (2, 2, b"badcfe"),
        (3, 2, b"fedcba"),
        (4, 2, b"efcdab"),
        (5, 3, b"acebdf"),
        (6, 3, b"bdface"),
        (7, 3, b"fdbeca"),
        (8, 3, b"ecafdb"),
    ];

    #[test]
    fn every_orientation_ends_upright() {
        for (orientation, width, stored) in STORED {
            let stored = Pixels {
                width,
                height: 6 / width,
                layout: Layout::Gray,
                data: stored.to_vec(),
            };
            let upright = Orientation(orientation).applied(stored);
            assert_eq!((upright.width, upright.height), (2, 3), "{orientation}");
            assert_eq!(upright.data, b"abcdef", "{orientation}");
        }
    }

    #[test]
    fn a_picture_larger_than_a_tile_turns_whole() {
        let (width, height) = (70_u32, 45_u32);
        let mut stored = Pixels::empty(width, height, Layout::Rgb);
        for (at, pixel) in stored.data.chunks_exact_mut(3).enumerate() {
            let at = u16::try_from(at).unwrap().to_be_bytes();
            pixel.copy_from_slice(&[at[0], at[1], 7]);
        }
        let after = |first: u8, then: u8| {
            let turned = Orientation(first).applied(stored.clone());
            Orientation(then).applied(turned).data
        };
        for (first, then, both) in [(6, 8, 1), (5, 5, 1), (7, 7, 1), (6, 6, 3), (5, 6, 2)] {
            let at_once = Orientation(both).applied(stored.clone());
            assert_eq!(after(first, then), at_once.data, "{first}, {then}");
        }
    }

    #[test]
    fn nonsense_is_upright() {
        let entry = b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0";
        let good = [b"II*\0\x08\0\0\0\x01\0".as_slice(), entry].concat();
        assert_eq!(Orientation::of_exif(&good), Orientation(6));
        for cut in 0..good.len() - 2 {
            assert_eq!(Orientation::of_exif(&good[..cut]), Orientation::UPRIGHT);
        }
        let far = b"II*\0\xFF\xFF\xFF\xFF\x01\0";
        assert_eq!(Orientation::of_exif(far), Orientation::UPRIGHT);
        let ninth = [&good[..18], b"\x09\0\0\0"].concat();
        assert_eq!(Orientation::of_exif(&ninth), Orientation::UPRIGHT);
    }
}
