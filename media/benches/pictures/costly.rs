//! Pictures that are made to keep a processor busy: within every limit, and as far from a photo as may be.

use std::io::Write;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// What is uploaded at the most.
const FILE_BYTES: usize = 10 << 20;
/// Two rows together are just what a packer looks back at.
const WIDTH: u32 = 4_000;
const ROW_BYTES: usize = WIDTH as usize * 4;
/// Of the PNGs: with it they have 49 megapixels.
const HEIGHT: u32 = 12_250;

/// Some of each kind, under a name.
pub fn pictures() -> Vec<(&'static str, Vec<u8>)> {
    let all = vec![
        ("PNG of repeated noise", repeated_noise()),
        ("PNG of letters before noise", letters_before_noise()),
        ("PNG of two letters", letters(3_900, 7)),
        ("PNG of rare letters", rare_letters()),
        ("PNG of short repetitions", short_repetitions(9_600)),
        ("progressive JPEG", progressive(6_900, 5_000)),
        ("WebP without loss", webp(8_000, 5_000)),
        ("GIF of three frames", gif(7_000, 7_100, 3)),
    ];
    for (name, picture) in &all {
        assert!(picture.len() <= FILE_BYTES, "{name}: {}", picture.len());
    }
    all
}

struct Noise(u32);

impl Noise {
    fn next(&mut self) -> u8 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0.to_be_bytes()[0]
    }

    /// One of a few values, far from each other.
    fn letter(&mut self, shift: u8) -> u8 {
        (self.next() >> shift) * 51
    }
}

/// As small as an encoder makes it.
fn png(height: u32, mut draw: impl FnMut(u32, &mut [u8])) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, WIDTH, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_compression(png::Compression::Balanced);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().unwrap();
    let mut rows = writer.stream_writer().unwrap();
    let mut row = vec![0; ROW_BYTES];
    for y in 0..height {
        draw(y, &mut row);
        rows.write_all(&row).unwrap();
    }
    rows.finish().unwrap();
    writer.finish().unwrap();
    bytes
}

fn two_rows_of_noise() -> [Vec<u8>; 2] {
    let mut noise = Noise(1);
    [(); 2].map(|()| (0..ROW_BYTES).map(|_| noise.next()).collect())
}

fn repeated_noise() -> Vec<u8> {
    let rows = two_rows_of_noise();
    png(HEIGHT, |y, row| row.copy_from_slice(&rows[y as usize % 2]))
}

fn letters(height: u32, shift: u8) -> Vec<u8> {
    let mut noise = Noise(1);
    png(height, |_, row| {
        row.fill_with(|| noise.letter(shift));
    })
}

fn letters_before_noise() -> Vec<u8> {
    let (mut noise, rows) = (Noise(1), two_rows_of_noise());
    png(HEIGHT, |y, row| match y < 1_500 {
        true => row.fill_with(|| noise.letter(6)),
        false => row.copy_from_slice(&rows[y as usize % 2]),
    })
}

/// Mostly the same, and another one now and then.
fn rare_letters() -> Vec<u8> {
    let mut noise = Noise(1);
    png(HEIGHT, |_, row| {
        row.fill_with(|| if noise.next() < 8 { 51 } else { 0 });
    })
}

/// Words of 64, in no order.
fn short_repetitions(height: u32) -> Vec<u8> {
    const WORD_BYTES: usize = 60;
    let mut noise = Noise(1);
    let words: Vec<u8> = (0..64 * WORD_BYTES).map(|_| noise.letter(6)).collect();
    png(height, |_, row| {
        for piece in row.chunks_mut(WORD_BYTES) {
            let word = usize::from(noise.next() >> 2) * WORD_BYTES;
            piece.copy_from_slice(&words[word..word + piece.len()]);
        }
    })
}

/// Nearly as many pixels as the coefficients leave memory for.
fn progressive(width: u16, height: u16) -> Vec<u8> {
    let mut noise = Noise(1);
    let samples = usize::from(width) * usize::from(height) * 3;
    let slope = |at: usize| u8::try_from(at / 4_000 % 200).unwrap();
    let rgb: Vec<u8> = (0..samples)
        .map(|at| slope(at) + (noise.next() >> 6))
        .collect();
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 85);
    encoder.set_progressive(true);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    encoder.encode(&rgb, width, height, ColorType::Rgb).unwrap();
    bytes
}

fn webp(width: u32, height: u32) -> Vec<u8> {
    let mut noise = Noise(1);
    let row: Vec<u8> = (0..width * 3).map(|_| noise.next()).collect();
    let mut bytes = Vec::new();
    image_webp::WebPEncoder::new(&mut bytes)
        .encode(
            &row.repeat(height as usize),
            width,
            height,
            image_webp::ColorType::Rgb8,
        )
        .unwrap();
    bytes
}

/// As many pixels as the frames of an animation may have together.
fn gif(width: u16, height: u16, frames: usize) -> Vec<u8> {
    let mut noise = Noise(1);
    let palette: Vec<u8> = (0..6).map(|_| noise.next()).collect();
    let mut encoder = gif::Encoder::new(Vec::new(), width, height, &palette).unwrap();
    let piece: Vec<u8> = (0..61).map(|_| noise.next() >> 7).collect();
    let pixels = usize::from(width) * usize::from(height);
    let numbers: Vec<u8> = piece.into_iter().cycle().take(pixels).collect();
    for _ in 0..frames {
        let frame = gif::Frame {
            width,
            height,
            buffer: (&numbers[..]).into(),
            ..gif::Frame::default()
        };
        encoder.write_frame(&frame).unwrap();
    }
    encoder.into_inner().unwrap()
}
