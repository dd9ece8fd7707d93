//! Pictures, made by hand, so that what is wrong with one is known.

/// What must not be in anything that is given out of [`jpeg_with_gps`].
pub const SECRET_PLACE: &[u8] = b"52.5200N 13.4050E";

/// A grey PNG of this size, or, with fewer rows than it is high, one that only claims to have it. It is not compressed.
///
/// # Panics
/// It would be larger than memory.
pub fn png(width: u32, height: u32, rows: u32) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 0, 0, 0, 0]);
    let row = usize::try_from(width).expect("a width") + 1;
    let pixels = vec![0; row * usize::try_from(rows).expect("a number of rows")];
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(*b"IHDR", &header),
        chunk(*b"IDAT", &stored(&pixels)),
        chunk(*b"IEND", &[]),
    ]
    .concat()
}

/// A JPEG of this size in colours, all of it the same grey: a small file with many pixels.
pub fn jpeg(width: u16, height: u16) -> Vec<u8> {
    jpeg_after(&[], width, height)
}

/// A JPEG of one pixel that tells where it was taken.
pub fn jpeg_with_gps() -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0".to_vec();
    // One entry, which is where the place's own directory is; and that one with the hemisphere.
    exif.extend(b"\x01\0\x25\x88\x04\0\x01\0\0\0\x1a\0\0\0\0\0\0\0");
    exif.extend(b"\x01\0\x01\0\x02\0\x02\0\0\0N\0\0\0\0\0\0\0");
    exif.extend(SECRET_PLACE);
    jpeg_after(&segment(0xe1, &exif), 8, 8)
}

/// Each of the three colours is whole in every block of 8 by 8 pixels, and each of their blocks is two bits: no difference to
/// the one before, and the end.
fn jpeg_after(first: &[u8], width: u16, height: u16) -> Vec<u8> {
    let quantities = [&[0][..], &[1; 64]].concat();
    let ([high, low], [wide, narrow]) = (height.to_be_bytes(), width.to_be_bytes());
    let frame = [
        8, high, low, wide, narrow, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0,
    ];
    let counts = [&[1][..], &[0; 15]].concat();
    let table = |class: u8| [&[class][..], &counts, &[0]].concat();
    let scan = [3, 1, 0, 2, 0, 3, 0, 0, 63, 0];
    let blocks = usize::from(width.div_ceil(8)) * usize::from(height.div_ceil(8));
    let bits = blocks * 3 * 2;
    let mut data = vec![0; bits / 8];
    if bits % 8 > 0 {
        data.push(0xff >> (bits % 8));
    }
    [
        b"\xff\xd8".to_vec(),
        first.to_vec(),
        segment(0xdb, &quantities),
        segment(0xc0, &frame),
        segment(0xc4, &table(0x00)),
        segment(0xc4, &table(0x10)),
        segment(0xda, &scan),
        data,
        b"\xff\xd9".to_vec(),
    ]
    .concat()
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).expect("a short segment");
    [&[0xff, marker][..], &length.to_be_bytes(), content].concat()
}

fn chunk(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("a chunk");
    let named = [&kind[..], content].concat();
    let sum = crc(&named).to_be_bytes();
    [&length.to_be_bytes()[..], &named, &sum].concat()
}

/// Zlib without compression.
fn stored(content: &[u8]) -> Vec<u8> {
    let mut packed = vec![0x78, 0x01];
    let blocks = content.chunks(65_535);
    let last = blocks.len() - 1;
    for (number, block) in blocks.enumerate() {
        let length = u16::try_from(block.len()).expect("a block");
        packed.push(u8::from(number == last));
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend(block);
    }
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in content {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    packed.extend(((high << 16) | low).to_be_bytes());
    packed
}

fn crc(content: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in content {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg());
        }
    }
    !sum
}
