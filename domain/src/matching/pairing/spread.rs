//! Even samples of a range, the same for the same arguments.

/// `count` of the numbers below `len`, evenly spread and each once; all of them where there are no more. `seed` moves
/// the start, so that not everybody looks at the same ones.
pub(super) fn spread(len: usize, count: usize, seed: u64) -> impl Iterator<Item = u32> {
    let (len, count) = (len as u64, count.min(len) as u64);
    let start = if len == 0 { 0 } else { mixed(seed) % len };
    // Steps in fixed point with 24 bits of fraction: a pool of 2^40 people is far.
    let stride = (len << 24).checked_div(count).unwrap_or(0);
    (0..count).filter_map(move |step| {
        let position = start + ((step * stride) >> 24);
        u32::try_from(if position < len {
            position
        } else {
            position - len
        })
        .ok()
    })
}

/// A number that looks random (SplitMix64's finaliser, Steele, Lea and Flood 2014).
pub(super) fn mixed(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
