//! The segments before the first scan, walked through before the decoder sees them. It goes over all parts of an extended XMP
//! packet again after every marker, so that many short segments would keep it busy for minutes.

use super::super::super::Refusal;

/// Cameras write some ten, with a depth map or a long profile some hundred, as each segment holds 64 KB.
const MOST_SEGMENTS: usize = 1_000;

const APP0: u8 = 0xE0;
const PROGRESSIVE: u8 = 0xC2;
const START_OF_SCAN: u8 = 0xDA;
/// Markers with no length behind them; none belongs here.
const BARE: [std::ops::RangeInclusive<u8>; 2] = [0x00..=0x01, 0xD0..=0xD9];

/// What the segments before the first scan say.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Segments {
    is_progressive: bool,
    /// Components in the first scan.
    scanned: u8,
    /// What the decoder keeps of them: a copy of each application's data, and the whole that it makes of the copies.
    pub kept_bytes: u64,
}

impl Segments {
    /// # Errors
    /// `damaged_image` where a marker does not follow at once upon a segment, or the decoder would see other segments than
    /// are seen here; `unsupported_image` where there are too many.
    pub fn of(bytes: &[u8]) -> Result<Self, Refusal> {
        let mut segments = Self {
            is_progressive: false,
            scanned: 0,
            kept_bytes: 0,
        };
        let mut rest = bytes.get(2..).unwrap_or_default();
        for _ in 0..MOST_SEGMENTS {
            let (marker, content, following) = first(rest).ok_or_else(astray)?;
            match marker {
                START_OF_SCAN => {
                    segments.scanned = *content.first().ok_or_else(astray)?;
                    return Ok(segments);
                }
                PROGRESSIVE => segments.is_progressive = true,
                // The decoder takes five bytes of it where there are four.
                APP0 if content.len() == 4 => return Err(astray()),
                0xE0..=0xEF => segments.kept_bytes += 2 * content.len() as u64,
                _ => {}
            }
            rest = following;
        }
        Err(Refusal::unsupported("too many segments before its picture"))
    }

    /// Whether the decoder keeps all coefficients until the last scan, two bytes for each sample. It does where a scan is not
    /// the whole picture: in progressive ones, and where each component has a scan of its own.
    pub fn keep_coefficients(&self, components: u8) -> bool {
        self.is_progressive || self.scanned < components
    }
}

/// The first segment: its marker, its content, and what follows.
fn first(mut bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    // A marker may be filled up in front.
    while let [0xFF, 0xFF, ..] = bytes {
        bytes = &bytes[1..];
    }
    let [0xFF, marker, high, low, rest @ ..] = bytes else {
        return None;
    };
    if BARE.iter().any(|bare| bare.contains(marker)) {
        return None;
    }
    let length = usize::from(u16::from_be_bytes([*high, *low])).checked_sub(2)?;
    let (content, following) = rest.split_at_checked(length)?;
    Some((*marker, content, following))
}

fn astray() -> Refusal {
    Refusal::damaged("its segments cannot be told apart")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCAN: &[u8] = &[0xFF, START_OF_SCAN, 0, 8, 1, 1, 0, 0, 63, 0];

    fn picture(segments: &[&[u8]]) -> Vec<u8> {
        [&[0xFF, 0xD8], segments.concat().as_slice(), SCAN].concat()
    }

    #[test]
    fn the_walk_ends_at_the_first_scan_and_counts_what_is_kept() {
        let exif = [0xFF, 0xE1, 0, 6, 1, 2, 3, 4];
        let comment = [0xFF, 0xFE, 0, 3, 9];
        let filled = [0xFF, 0xFF, 0xFF, 0xC2, 0, 2];
        let walked = Segments::of(&picture(&[&exif, &comment])).unwrap();
        assert_eq!(walked.kept_bytes, 8);
        assert!(!walked.keep_coefficients(1));
        assert!(walked.keep_coefficients(3), "one scan for each component");
        let walked = Segments::of(&picture(&[&filled])).unwrap();
        assert!(walked.keep_coefficients(1), "progressive");
    }

    #[test]
    fn no_more_than_so_many_segments_are_walked() {
        let comment: &[u8] = &[0xFF, 0xFE, 0, 2];
        let most = vec![comment; MOST_SEGMENTS - 1];
        assert!(Segments::of(&picture(&most)).is_ok());
        let more = vec![comment; MOST_SEGMENTS];
        let refused = Segments::of(&picture(&more)).unwrap_err();
        assert_eq!(refused.code(), "unsupported_image");
    }

    #[test]
    fn what_the_decoder_might_take_for_other_segments_is_damage() {
        for segment in [
            &[0xFF, 0xFE, 0, 2, 0][..],
            &[0xFF, 0x00, 0, 2],
            &[0xFF, 0xD8, 0, 2],
            &[0xFF, 0xFE, 0, 1],
            &[0xFF, 0xE0, 0, 6, 1, 2, 3, 4],
            &[0xFF, 0xFE, 0xFF, 0xFF],
        ] {
            let refused = Segments::of(&picture(&[segment])).unwrap_err();
            assert_eq!(refused.code(), "damaged_image", "{segment:?}");
        }
        assert!(Segments::of(&[0xFF, 0xD8]).is_err());
    }
}
