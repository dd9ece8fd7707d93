//! GIF, by the crate of that name. Frames are copied by their palette's numbers, so nothing is lost of them.

use std::{borrow::Cow, num::NonZeroU64};

use gif::{DecodeOptions, Decoder, Encoder, Frame, MemoryLimit};

use super::super::{
    Limits, Refusal,
    bounded::Bounded,
    header::Promise,
    pixels::{Layout, Pixels, index},
};

/// The whole picture with red, green, blue and alpha, the numbers of one frame, and the frame packed anew.
const BYTES_PER_PIXEL: u64 = 6;
/// The format knows no more, and the promise has been checked.
const LARGEST_FRAME: NonZeroU64 = NonZeroU64::MIN.saturating_add(65_535 * 65_535);

type Opened<'a> = Decoder<&'a [u8]>;

pub fn promise(bytes: &[u8]) -> Result<Promise, Refusal> {
    let decoder = opened(bytes)?;
    Ok(Promise {
        width: decoder.width().into(),
        height: decoder.height().into(),
        bytes_per_pixel: BYTES_PER_PIXEL,
    })
}

/// What is seen first.
pub fn first_frame(bytes: &[u8]) -> Result<Pixels, Refusal> {
    let mut decoder = opened(bytes)?;
    let mut numbers = Vec::new();
    let frame =
        next_frame(&mut decoder, &mut numbers)?.ok_or_else(|| Refusal::damaged("no frame"))?;
    Ok(drawn(&decoder, &frame))
}

/// The animation with all its frames and nothing else, and what is seen first.
pub fn copied(bytes: &[u8], limits: &Limits) -> Result<(Vec<u8>, Pixels), Refusal> {
    let decoder = opened(bytes)?;
    Bounded::fill(limits, |copy| copy_frames(decoder, copy, limits))
}

fn copy_frames(
    mut decoder: Opened<'_>,
    copy: &mut Bounded,
    limits: &Limits,
) -> Result<Pixels, Refusal> {
    let palette = decoder.global_palette().unwrap_or_default().to_vec();
    let mut encoder = Encoder::new(copy, decoder.width(), decoder.height(), &palette)
        .map_err(Refusal::unsupported)?;
    let mut first = None;
    let (mut frames, mut pixels) = (0, 0);
    let mut numbers = Vec::new();
    while let Some(frame) = next_frame(&mut decoder, &mut numbers)? {
        frames += 1;
        pixels += u64::from(frame.width) * u64::from(frame.height);
        if frames > limits.frames || pixels > limits.animation_pixels {
            return Err(Refusal::animation_too_long(limits));
        }
        if first.is_none() {
            encoder
                .set_repeat(decoder.repeat())
                .map_err(Refusal::unsupported)?;
            first = Some(drawn(&decoder, &frame));
        }
        encoder.write_frame(&frame).map_err(Refusal::unsupported)?;
    }
    let first = first.ok_or_else(|| Refusal::damaged("no frame"))?;
    encoder.into_inner().map_err(Refusal::unsupported)?;
    Ok(first)
}

fn opened(bytes: &[u8]) -> Result<Opened<'_>, Refusal> {
    let mut options = DecodeOptions::new();
    options.set_memory_limit(MemoryLimit::Bytes(LARGEST_FRAME));
    // A frame that reaches beyond the picture could be larger than what was promised.
    options.check_frame_consistency(true);
    options.read_info(bytes).map_err(Refusal::damaged)
}

/// The next frame with its palette's numbers in `numbers`.
fn next_frame<'n>(
    decoder: &mut Opened<'_>,
    numbers: &'n mut Vec<u8>,
) -> Result<Option<Frame<'n>>, Refusal> {
    let Some(frame) = decoder.next_frame_info().map_err(Refusal::damaged)? else {
        return Ok(None);
    };
    let mut frame: Frame<'n> = frame.clone();
    if frame.width == 0 || frame.height == 0 {
        return Err(Refusal::damaged("a frame without pixels"));
    }
    numbers.resize(decoder.buffer_size(), 0);
    decoder
        .read_into_buffer(numbers)
        .map_err(Refusal::damaged)?;
    // The decoder has put the rows into their order.
    frame.interlaced = false;
    frame.buffer = Cow::Borrowed(numbers);
    Ok(Some(frame))
}

/// A frame where it belongs in the picture; around it nothing.
fn drawn(decoder: &Opened<'_>, frame: &Frame<'_>) -> Pixels {
    let mut picture = Pixels::empty(
        decoder.width().into(),
        decoder.height().into(),
        Layout::Rgba,
    );
    let palette = frame
        .palette
        .as_deref()
        .or(decoder.global_palette())
        .unwrap_or_default();
    let (colours, _) = palette.as_chunks::<3>();
    let row_bytes = index(picture.width) * Layout::Rgba.bytes();
    let left = usize::from(frame.left) * Layout::Rgba.bytes();
    let rows = picture
        .data
        .chunks_exact_mut(row_bytes)
        .skip(frame.top.into());
    for (row, numbers) in rows.zip(frame.buffer.chunks_exact(frame.width.into())) {
        for (pixel, number) in row[left..].chunks_exact_mut(4).zip(numbers) {
            match colours.get(usize::from(*number)) {
                Some([red, green, blue]) if frame.transparent != Some(*number) => {
                    pixel.copy_from_slice(&[*red, *green, *blue, u8::MAX]);
                }
                _ => {}
            }
        }
    }
    picture
}
