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
    let content_type = match infer::get(head) {
        Some(known) if is_harmless(known.matcher_type()) => known.mime_type(),
        _ => OPAQUE,
    };
    Kind::File { content_type }
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
