//! What decoding lossless data (RFC 9649, section 3) takes beside the pixels. A single pixel of a small picture may call for
//! 65,536 groups of prefix codes, with seventy kilobytes of tables in each, and the decoder has no bound of its own. So they
//! are counted first: everything up to the last code is read, and the pixels are not.

use super::{
    super::super::Refusal,
    prefix::{Bits, Code},
};

/// The decoder's structure for a group of five codes: three of them while their list grows.
const GROUP_BYTES: u64 = 3 * 5 * 56;
const LITERALS: usize = 256;
const LENGTHS: usize = 24;
const DISTANCES: usize = 40;

/// Where a copied pixel is: how many rows above, in the upper four bits; in the lower ones how far left of what is eight pixels
/// to the right.
#[rustfmt::skip]
const NEAR: [u8; 120] = [
    0x18, 0x07, 0x17, 0x19, 0x28, 0x06, 0x27, 0x29, 0x16, 0x1A, 0x26, 0x2A, 0x38, 0x05, 0x37, 0x39, 0x15, 0x1B, 0x36, 0x3A,
    0x25, 0x2B, 0x48, 0x04, 0x47, 0x49, 0x14, 0x1C, 0x35, 0x3B, 0x46, 0x4A, 0x24, 0x2C, 0x58, 0x45, 0x4B, 0x34, 0x3C, 0x03,
    0x57, 0x59, 0x13, 0x1D, 0x56, 0x5A, 0x23, 0x2D, 0x44, 0x4C, 0x55, 0x5B, 0x33, 0x3D, 0x68, 0x02, 0x67, 0x69, 0x12, 0x1E,
    0x66, 0x6A, 0x22, 0x2E, 0x54, 0x5C, 0x43, 0x4D, 0x65, 0x6B, 0x32, 0x3E, 0x78, 0x01, 0x77, 0x79, 0x53, 0x5D, 0x11, 0x1F,
    0x64, 0x6C, 0x42, 0x4E, 0x76, 0x7A, 0x21, 0x2F, 0x75, 0x7B, 0x31, 0x3F, 0x63, 0x6D, 0x52, 0x5E, 0x00, 0x74, 0x7C, 0x41,
    0x4F, 0x10, 0x20, 0x62, 0x6E, 0x30, 0x73, 0x7D, 0x51, 0x5F, 0x40, 0x72, 0x7E, 0x61, 0x6F, 0x50, 0x71, 0x7F, 0x60, 0x70,
];

type Pixel = [u8; 4];

/// The bytes that the decoder holds beside the pixels of a frame; refused where they are more than `most`. Nothing here takes
/// more memory than a fourth of a byte for each pixel.
///
/// # Errors
/// `unsupported_image` beyond `most`, `damaged_image` where the data cannot be read so far.
pub(super) fn beside_pixels(
    data: &[u8],
    (width, height): (usize, usize),
    most: u64,
) -> Result<u64, Refusal> {
    let bits = Bits::of(data);
    let mut reader = Reader {
        bits,
        held: 0,
        most,
    };
    let width = reader.transforms(width, height)?;
    reader.codes_of_picture(width, height)?;
    Ok(reader.held)
}

/// As [`beside_pixels`], of data that begin with their own width and height, which have to be within `most_sides`.
pub(super) fn beside_pixels_with_sides(
    data: &[u8],
    most_sides: (usize, usize),
    most: u64,
) -> Result<u64, Refusal> {
    const HEADER_BYTES: usize = 5;
    let mut bits = Bits::of(data.get(1..).unwrap_or_default());
    let (width, height) = (bits.number(14)? + 1, bits.number(14)? + 1);
    if width > most_sides.0 || height > most_sides.1 {
        return Err(Refusal::damaged("a frame is larger than the picture"));
    }
    let data = data.get(HEADER_BYTES..).unwrap_or_default();
    beside_pixels(data, (width, height), most)
}

struct Reader<'a> {
    bits: Bits<'a>,
    held: u64,
    most: u64,
}

impl Reader<'_> {
    /// The width that is left of the picture's.
    fn transforms(&mut self, mut width: usize, height: usize) -> Result<usize, Refusal> {
        let mut seen = [false; 4];
        while self.bits.flag()? {
            let kind = self.bits.number(2)?;
            if std::mem::replace(&mut seen[kind], true) {
                return Err(Refusal::damaged("a transform occurs twice"));
            }
            match kind {
                0 | 1 => {
                    let block = 2 + self.bits.number(3)?;
                    self.image(blocks(width, block), blocks(height, block))?;
                }
                3 => {
                    let colours = 1 + self.bits.number(8)?;
                    self.image(colours, 1)?;
                    let packed = match colours {
                        ..=2 => 3,
                        3..=4 => 2,
                        5..=16 => 1,
                        _ => 0,
                    };
                    width = blocks(width, packed);
                }
                _ => {}
            }
        }
        Ok(width)
    }

    /// All codes of the picture itself.
    fn codes_of_picture(&mut self, width: usize, height: usize) -> Result<(), Refusal> {
        let cached = self.cached_colours()?;
        let mut last = 0;
        if self.bits.flag()? {
            let block = 2 + self.bits.number(3)?;
            let numbers = self.image(blocks(width, block), blocks(height, block))?;
            let number = |pixel: &Pixel| usize::from(u16::from_be_bytes([pixel[0], pixel[1]]));
            last = numbers.iter().map(number).max().unwrap_or_default();
        }
        for _ in 0..=last {
            self.group(cached)?;
        }
        Ok(())
    }

    /// A small picture that the large one is made with. Red, green, blue, alpha.
    fn image(&mut self, width: usize, height: usize) -> Result<Vec<Pixel>, Refusal> {
        // The decoder has a copy of some of them, of half the size.
        self.hold(6 * (width * height) as u64)?;
        let cached = self.cached_colours()?;
        let mut cache = vec![Pixel::default(); cached];
        let [green, red, blue, alpha, distance] = self.group(cached)?;
        let count = width * height;
        let mut pixels: Vec<Pixel> = Vec::with_capacity(count);
        while pixels.len() < count {
            let symbol = green.symbol(&mut self.bits)?;
            if let Some(colour) = symbol.checked_sub(LITERALS + LENGTHS) {
                pixels.push(*cache.get(colour).ok_or_else(astray)?);
            } else if let Some(length) = symbol.checked_sub(LITERALS) {
                let length = self.extended(length)?;
                let code = distance.symbol(&mut self.bits)?;
                let back = from_here(self.extended(code)?, width);
                if back > pixels.len() || length > count - pixels.len() {
                    return Err(astray());
                }
                for _ in 0..length {
                    let pixel = pixels[pixels.len() - back];
                    remember(&mut cache, pixel);
                    pixels.push(pixel);
                }
            } else {
                let mut sample = |code: &Code| code.symbol(&mut self.bits).map(low_byte);
                let pixel = [
                    sample(&red)?,
                    low_byte(symbol),
                    sample(&blue)?,
                    sample(&alpha)?,
                ];
                remember(&mut cache, pixel);
                pixels.push(pixel);
            }
        }
        Ok(pixels)
    }

    /// How many colours are kept for reuse.
    fn cached_colours(&mut self) -> Result<usize, Refusal> {
        if !self.bits.flag()? {
            return Ok(0);
        }
        match self.bits.number(4)? {
            bits @ 1..=11 => Ok(1 << bits),
            _ => Err(Refusal::damaged("a colour cache of no size")),
        }
    }

    fn group(&mut self, cached: usize) -> Result<[Code; 5], Refusal> {
        self.hold(GROUP_BYTES)?;
        Ok([
            self.code(LITERALS + LENGTHS + cached)?,
            self.code(LITERALS)?,
            self.code(LITERALS)?,
            self.code(LITERALS)?,
            self.code(DISTANCES)?,
        ])
    }

    fn code(&mut self, alphabet: usize) -> Result<Code, Refusal> {
        let code = Code::read(&mut self.bits, alphabet)?;
        self.hold(code.held_bytes())?;
        Ok(code)
    }

    fn hold(&mut self, bytes: u64) -> Result<(), Refusal> {
        self.held += bytes;
        match self.held <= self.most {
            true => Ok(()),
            false => Err(Refusal::unsupported(
                "its prefix codes take too much memory",
            )),
        }
    }

    /// A length or a distance, of which the symbol says the magnitude.
    fn extended(&mut self, symbol: usize) -> Result<usize, Refusal> {
        if symbol < 4 {
            return Ok(symbol + 1);
        }
        let bits = (symbol - 2) / 2;
        Ok(((2 + symbol % 2) << bits) + self.bits.number(bits)? + 1)
    }
}

fn blocks(side: usize, bits: usize) -> usize {
    side.div_ceil(1 << bits)
}

fn low_byte(symbol: usize) -> u8 {
    symbol.to_le_bytes()[0]
}

/// How many pixels back a distance leads.
fn from_here(distance: usize, width: usize) -> usize {
    match NEAR.get(distance - 1) {
        Some(near) => {
            let (above, left) = (usize::from(near >> 4), usize::from(near & 0xF));
            (above * width + 8).saturating_sub(left).max(1)
        }
        None => distance - NEAR.len(),
    }
}

fn remember(cache: &mut [Pixel], pixel: Pixel) {
    const MIX: u32 = 0x1E35_A7BD;
    if cache.is_empty() {
        return;
    }
    let [red, green, blue, alpha] = pixel;
    let mixed = MIX.wrapping_mul(u32::from_be_bytes([alpha, red, green, blue]));
    let place = mixed >> (32 - cache.len().trailing_zeros());
    if let Some(slot) = usize::try_from(place)
        .ok()
        .and_then(|place| cache.get_mut(place))
    {
        *slot = pixel;
    }
}

fn astray() -> Refusal {
    Refusal::damaged("a copy leads out of the lossless data")
}
