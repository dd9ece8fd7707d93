//! The segments of a picture, walked through before the decoder sees them. It goes over all parts of an extended XMP packet
//! again after every marker before the first scan, so that many short segments would keep it busy for minutes; and over a row
//! of the picture for every scan of some bytes, as it takes what is missing of one for zeros.

use super::super::super::Refusal;

/// Cameras write some ten, with a depth map or a long profile some hundred, as each segment holds 64 KB.
const MOST_SEGMENTS: usize = 1_000;
/// Every scan of a progressive picture passes over all of it. Encoders make about ten.
const MOST_PROGRESSIVE_SCANS: usize = 32;

const APP0: u8 = 0xE0;
const PROGRESSIVE: u8 = 0xC2;
const END_OF_IMAGE: u8 = 0xD9;
const START_OF_SCAN: u8 = 0xDA;
/// Markers with no length behind them; none belongs where a segment begins.
const BARE: [std::ops::RangeInclusive<u8>; 2] = [0x00..=0x01, 0xD0..=0xD9];

/// What the segments say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Segments {
    is_progressive: bool,
    components: u8,
    scans: usize,
    /// Components in the first scan.
    scanned: u8,
    /// What the decoder keeps of them: a copy of each application's data, and the whole that it makes of the copies.
    pub kept_bytes: u64,
}

impl Segments {
    /// # Errors
    /// `damaged_image` where a marker does not follow at once upon a segment before the first scan, or the decoder would see
    /// other segments than are seen here; `unsupported_image` where there are too many of them, or too many scans.
    pub fn of(bytes: &[u8]) -> Result<Self, Refusal> {
        let mut segments = Self::default();
        let mut rest = bytes.get(2..).unwrap_or_default();
        for _ in 0..MOST_SEGMENTS {
            let (marker, content, following) = first(rest).ok_or_else(astray)?;
            segments.add(marker, content)?;
            rest = match segments.scans {
                0 => following,
                _ => match after_scan(following) {
                    Some(next) => next,
                    None => return Ok(segments),
                },
            };
        }
        Err(Refusal::unsupported("too many segments"))
    }

    fn add(&mut self, marker: u8, content: &[u8]) -> Result<(), Refusal> {
        match marker {
            0xC0..=PROGRESSIVE => {
                self.is_progressive |= marker == PROGRESSIVE;
                self.components = *content.get(5).ok_or_else(astray)?;
            }
            START_OF_SCAN => return self.add_scan(content),
            // The decoder takes five bytes of it where there are four.
            APP0 if content.len() == 4 => return Err(astray()),
            0xE0..=0xEF => self.kept_bytes += 2 * content.len() as u64,
            _ => {}
        }
        Ok(())
    }

    fn add_scan(&mut self, content: &[u8]) -> Result<(), Refusal> {
        if self.scans == 0 {
            self.scanned = *content.first().ok_or_else(astray)?;
        }
        self.scans += 1;
        let most = match self.is_progressive {
            true => MOST_PROGRESSIVE_SCANS,
            // Each component is in one of them.
            false => self.components.into(),
        };
        match self.scans <= most {
            true => Ok(()),
            false => Err(Refusal::unsupported("too many scans")),
        }
    }

    /// Whether the decoder keeps all coefficients until the last scan, two bytes for each sample. It does where a scan is not
    /// the whole picture: in progressive ones, and where each component has a scan of its own.
    pub fn keep_coefficients(&self) -> bool {
        self.is_progressive || self.scanned < self.components
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

/// From the next segment on after the packed data of a scan; `None` where the picture ends.
fn after_scan(mut bytes: &[u8]) -> Option<&[u8]> {
    loop {
        bytes = &bytes[bytes.iter().position(|byte| *byte == 0xFF)?..];
        let filled = bytes.iter().position(|byte| *byte != 0xFF)?;
        match bytes[filled] {
            // A byte of the data that looks like a marker, and a place to begin anew.
            0x00 | 0xD0..=0xD7 => bytes = &bytes[filled + 1..],
            END_OF_IMAGE => return None,
            _ => return Some(bytes),
        }
    }
}

fn astray() -> Refusal {
    Refusal::damaged("its segments cannot be told apart")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCAN: &[u8] = &[0xFF, START_OF_SCAN, 0, 8, 1, 1, 0, 0, 63, 0];
    const APPLICATION: &[u8] = &[0xFF, 0xE1, 0, 6, 1, 2, 3, 4];

    fn frame(marker: u8, components: u8) -> [u8; 10] {
        [0xFF, marker, 0, 8, 8, 0, 8, 0, 8, components]
    }

    /// Of one component.
    fn picture(segments: &[&[u8]]) -> Vec<u8> {
        let frame = frame(0xC0, 1);
        [&[0xFF, 0xD8], frame.as_slice(), &segments.concat(), SCAN].concat()
    }

    /// These scans, and what is between them.
    fn scanned(frame: [u8; 10], parts: &[&[u8]]) -> Result<Segments, Refusal> {
        Segments::of(&[&[0xFF, 0xD8], frame.as_slice(), &parts.concat()].concat())
    }

    #[test]
    fn the_walk_counts_what_is_kept() {
        let comment = [0xFF, 0xFE, 0, 3, 9];
        let walked = Segments::of(&picture(&[APPLICATION, &comment])).unwrap();
        assert_eq!(walked.kept_bytes, 8);
        assert!(!walked.keep_coefficients());
        let walked = scanned(frame(0xC0, 3), &[SCAN]).unwrap();
        assert!(walked.keep_coefficients(), "one scan for each component");
        let filled = [&[0xFF, 0xFF], SCAN].concat();
        let walked = scanned(frame(0xC2, 1), &[&filled]).unwrap();
        assert!(walked.keep_coefficients(), "progressive");
    }

    #[test]
    fn what_is_between_scans_is_counted_as_well() {
        let packed = [1, 0xFF, 0, 0xFF, 0xFF, 0, 0xFF, 0xD3, 2, 0xFF];
        let end = [0xFF, 0xD9];
        let beyond = [APPLICATION, &[0xFF, 0x00], SCAN, SCAN, SCAN].concat();
        let parts = [
            SCAN,
            &packed,
            APPLICATION,
            &packed,
            SCAN,
            &packed,
            &end,
            &beyond,
        ];
        let walked = scanned(frame(0xC0, 3), &parts).unwrap();
        assert_eq!((walked.scans, walked.kept_bytes), (2, 8));
        let cut_off = scanned(frame(0xC0, 3), &parts[..6]).unwrap();
        assert_eq!(cut_off, walked, "no end");
        let astray = [SCAN, &[7, 0xFF, 0xE1, 0xFF, 0xFF]];
        let refused = scanned(frame(0xC0, 3), &astray).unwrap_err();
        assert_eq!(refused.code(), "damaged_image");
    }

    #[test]
    fn no_more_scans_are_walked_than_a_picture_needs() {
        for (frame, most) in [
            (frame(0xC0, 1), 1),
            (frame(0xC1, 3), 3),
            (frame(0xC2, 3), MOST_PROGRESSIVE_SCANS),
        ] {
            let walked = scanned(frame, &vec![SCAN; most]).unwrap();
            assert_eq!(walked.scans, most);
            let refused = scanned(frame, &vec![SCAN; most + 1]).unwrap_err();
            assert_eq!(refused.code(), "unsupported_image");
        }
    }

    #[test]
    fn no_more_than_so_many_segments_are_walked() {
        let comment: &[u8] = &[0xFF, 0xFE, 0, 2];
        let most = vec![comment; MOST_SEGMENTS - 2];
        assert!(Segments::of(&picture(&most)).is_ok());
        let more = vec![comment; MOST_SEGMENTS - 1];
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
