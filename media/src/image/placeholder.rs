//! What is shown until a picture is there.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    Refusal,
    pixels::{Pixels, index},
    resize::within,
};

/// `ThumbHash` takes no more than a hundred; its hash has some seven waves a side.
const LONGEST_SIDE: u32 = 64;

/// The picture's `ThumbHash` in Base64: some 25 bytes that say its colours, its rough shapes and the ratio of its sides.
pub(super) fn placeholder(pixels: Pixels) -> Result<String, Refusal> {
    let small = within(pixels, LONGEST_SIDE)?;
    let hash =
        thumbhash::rgba_to_thumb_hash(index(small.width), index(small.height), &small.to_rgba());
    Ok(BASE64_STANDARD.encode(hash))
}
