//! What a file is, by its content. Its name and the type that the sender claims say nothing.

use infer::MatcherType;

/// So many first bytes of a file are enough for [`of`].
pub const HEAD_BYTES: usize = 8192;

/// What is served of a file whose type is not known, or had better not be told to a browser.
const OPAQUE: &str = "application/octet-stream";

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A picture in a format that is shown, once it has been encoded anew.
    Image(ImageFormat),
    /// A picture or a raw photo in another format of cameras and editors, which may say where it was taken. Nothing here can
    /// take that out of it.
    ForeignImage,
    /// Anything else: only ever a download.
    File {
        /// Never a type that a browser runs or renders as a document.
        content_type: &'static str,
    },
}

/// The formats of pictures that are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageFormat {
    Jpeg,
    Png,
    WebP,
    Gif,
}

impl ImageFormat {
    /// The media type.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
        }
    }

    fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some(Self::Png),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Some(Self::WebP),
            _ => None,
        }
    }
}

/// What the file that begins with `head` is.
///
/// A file that begins as a picture counts as one, whatever follows: only a decoder can tell, and what it makes of the file
/// is all that is kept. Text of every sort (HTML, SVG, XML, scripts) and programs are `application/octet-stream`, and so is
/// what is not known: plain text looks like a script.
#[must_use]
pub fn of(head: &[u8]) -> Kind {
    if let Some(format) = ImageFormat::of(head) {
        return Kind::Image(format);
    }
    if is_foreign_image(head) {
        return Kind::ForeignImage;
    }
    let content_type = match infer::get(head) {
        Some(known) if is_harmless(known.matcher_type()) => known.mime_type(),
        _ => OPAQUE,
    };
    Kind::File { content_type }
}

/// TIFF and the raw formats that are made of it (DNG, CR2, NEF, ARW and others), HEIF and AVIF, JPEG XL, JPEG 2000, JPEG XR,
/// Photoshop; raw formats of their own (CRW, X3F, MRW, ORF of the other byte order), OpenEXR, GIMP. BMP and icons have no place for a place.
fn is_foreign_image(head: &[u8]) -> bool {
    const BEGINNINGS: &[&[u8]] = &[
        b"II*\0",
        b"MM\0*",
        b"II+\0",
        b"MM\0+",
        b"IIRO",
        b"IIRS",
        b"IIU\0",
        b"FUJIFILMCCD-RAW",
        b"II\xBC\x01",
        b"\xFF\x0A",
        b"\0\0\0\x0CJXL \r\n\x87\n",
        b"\0\0\0\x0CjP  \r\n\x87\n",
        b"\xFF\x4F\xFF\x51",
        b"8BPS",
        b"II\x1A\0\0\0HEAPCCDR",
        b"FOVb",
        b"\0MRM",
        b"MMOR\0\0",
        b"\x76\x2F\x31\x01",
        b"gimp xcf file\0",
        b"gimp xcf v0",
    ];
    BEGINNINGS.iter().any(|begin| head.starts_with(begin)) || has_brand_of_pictures(head)
}

/// Whether a file of boxes (ISO/IEC 14496-12) calls itself one of pictures, first or among other things.
fn has_brand_of_pictures(head: &[u8]) -> bool {
    const BRANDS: &[&[u8; 4]] = &[
        b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2",
        b"msf1", b"miaf", b"avif", b"avis", b"avci", b"avcs", b"crx ",
    ];
    let Some((length, rest)) = head.split_first_chunk::<4>() else {
        return false;
    };
    let Some(brands) = rest.strip_prefix(b"ftyp") else {
        return false;
    };
    // The second word is a version.
    let words = (u32::from_be_bytes(*length) as usize / 4).saturating_sub(2);
    let (brands, _) = brands.as_chunks::<4>();
    let brands = brands.iter().take(words.max(1));
    brands.into_iter().any(|brand| BRANDS.contains(&brand))
}

fn is_harmless(sort: MatcherType) -> bool {
    match sort {
        MatcherType::Archive
        | MatcherType::Audio
        | MatcherType::Book
        | MatcherType::Doc
        | MatcherType::Font
        | MatcherType::Image
        | MatcherType::Video => true,
        MatcherType::App | MatcherType::Text | MatcherType::Custom => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content_type: &'static str) -> Kind {
        Kind::File { content_type }
    }

    #[test]
    fn the_content_decides() {
        assert_eq!(of(b"\xFF\xD8\xFF\xE0 JFIF"), Kind::Image(ImageFormat::Jpeg));
        assert_eq!(of(b"\x89PNG\r\n\x1A\n...."), Kind::Image(ImageFormat::Png));
        assert_eq!(of(b"GIF89a...."), Kind::Image(ImageFormat::Gif));
        assert_eq!(
            of(b"RIFF\x01\0\0\0WEBPVP8 "),
            Kind::Image(ImageFormat::WebP)
        );
        assert_eq!(of(b"%PDF-1.7 ...."), file("application/pdf"));
        assert_eq!(of(b"PK\x03\x04 ....."), file("application/zip"));
        assert_eq!(of(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"), file("video/mp4"));
    }

    #[test]
    fn pictures_that_may_say_where_they_were_taken_are_told_from_films_and_words() {
        for head in [
            &b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..],
            b"\0\0\0\x18ftypXXXX\0\0\0\0isomavif",
            b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom",
            b"II*\0\x08\0\0\0\x43\x52",
            b"MM\0*\0\0\0\x08",
            b"\xFF\x0A\0",
            b"8BPS\0\x01",
            b"II\x1A\0\0\0HEAPCCDR\x02\0",
            b"FOVb\0\0\x02\0",
            b"\0MRM\0\0\x40\0\0PRD",
            b"MMOR\0\0\0\x08",
            b"\x76\x2F\x31\x01\x02\0\0\0",
            b"gimp xcf v011\0",
        ] {
            assert_eq!(of(head), Kind::ForeignImage, "{head:?}");
        }
        let film = b"\0\0\0\x14ftypqt  \0\0\0\0qt  heic";
        assert_eq!(
            of(film),
            file("video/quicktime"),
            "what follows is no brand"
        );
        assert_eq!(of(b"BM, a firm in Ulm"), file("image/bmp"));
        for words in [&b"II and MM"[..], b"MMORPG: no", b"gimp is a word"] {
            assert_eq!(of(words), file(OPAQUE), "{words:?}");
        }
    }

    #[test]
    fn what_a_browser_could_run_has_no_type() {
        for text in [
            "<!DOCTYPE html><script>alert(1)</script>",
            "  <html><body>",
            "<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
            "\u{FEFF}<svg/>",
            "<!-- --><svg/>",
            "#!/bin/sh\nrm -r /",
            "alert(document.cookie)",
            "plain words",
            "",
        ] {
            assert_eq!(of(text.as_bytes()), file(OPAQUE), "{text}");
        }
        assert_eq!(of(b"\x7FELF\x02\x01\x01\0\0\0\0\0"), file(OPAQUE));
        assert_eq!(of(b"MZ\x90\0\x03\0\0\0"), file(OPAQUE));
    }
}
