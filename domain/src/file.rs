//! Files: how large they may be, how they are named, and who may still use them.

use std::time::Duration;

use crate::text::{shows_nothing, turns_the_line};

/// The longest name that is shown, in Unicode characters.
pub const NAME_MAX_CHARS: usize = 120;
/// What stands where nothing is left of a name.
pub const NAMELESS: &str = "file";
/// The longest ending that is kept of a name that is too long, in Unicode characters with its dot.
const ENDING_MAX_CHARS: usize = 16;
/// What names of pictures end in; the usual one first.
const PICTURE_ENDINGS: [(&str, &[&str]); 4] = [
    ("image/jpeg", &["jpg", "jpeg", "jpe", "jfif"]),
    ("image/png", &["png"]),
    ("image/webp", &["webp"]),
    ("image/gif", &["gif"]),
];
/// The largest image that is taken.
pub const IMAGE_MAX_BYTES: u64 = 10 * 1024 * 1024;
/// The largest file of any other kind.
pub const FILE_MAX_BYTES: u64 = 25 * 1024 * 1024;
/// For so long a link to a file is good without a sign-in.
pub const LINK_GOOD_FOR: Duration = Duration::from_secs(600);

/// What a file is to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// A picture that we have decoded and written anew, so it may be shown.
    Image,
    /// Anything else: it may only be downloaded.
    File,
}

impl FileKind {
    /// The most bytes that may be uploaded of it.
    pub fn max_bytes(self) -> u64 {
        match self {
            Self::Image => IMAGE_MAX_BYTES,
            Self::File => FILE_MAX_BYTES,
        }
    }

    /// The word for it, in frames and rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::File => "file",
        }
    }
}

/// The name to show of an uploaded file: its last part, without what steers a terminal, a path or the direction of the
/// text, at most 120 characters. What it ends in stays, as people read the kind from it; we never do.
pub fn safe_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |c: char| match c {
        _ if c.is_control() || turns_the_line(c) => None,
        // White space of every width, and line separators among it.
        _ if c.is_whitespace() => Some(' '),
        _ if shows_nothing(c) && c != '\u{200d}' => None,
        _ => Some(c),
    };
    let name: String = last.chars().filter_map(plain).collect();
    let name = name.trim_matches([' ', '.']);
    if name.chars().all(shows_nothing) {
        return NAMELESS.to_owned();
    }
    shortened(name)
}

/// The name to show of a picture that was encoded anew: what it ends in tells the format that it has now, where it told another
/// one. `name` is a safe one; without an ending of its own it gets one. Of a content type that is no picture's, it stays.
pub fn picture_name(name: &str, content_type: &str) -> String {
    let Some((_, endings)) = PICTURE_ENDINGS
        .iter()
        .find(|(known, _)| *known == content_type)
    else {
        return name.to_owned();
    };
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if is_ending(ending) => (stem, ending),
        _ => (name, ""),
    };
    let fits = endings.iter().any(|one| one.eq_ignore_ascii_case(ending));
    match endings.first() {
        Some(usual) if !fits => shortened(&format!("{stem}.{usual}")),
        _ => name.to_owned(),
    }
}

/// Not the last part of a date or of a sentence.
fn is_ending(text: &str) -> bool {
    text.len() < ENDING_MAX_CHARS
        && text.chars().all(|c| c.is_ascii_alphanumeric())
        && text.chars().any(|c| c.is_ascii_alphabetic())
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_MAX_CHARS {
        return name.to_owned();
    }
    let ending = name.rfind('.').map_or("", |dot| &name[dot..]);
    let length = ending.chars().count();
    let ending = if length <= ENDING_MAX_CHARS {
        ending
    } else {
        ""
    };
    let room = NAME_MAX_CHARS - ending.chars().count();
    let beginning: String = name.chars().take(room).collect();
    format!("{}{ending}", beginning.trim_end_matches([' ', '.']))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_what_people_would_call_the_file() {
        for (given, shown) in [
            ("holiday.jpg", "holiday.jpg"),
            ("Straße am Meer (2).png", "Straße am Meer (2).png"),
            ("/etc/passwd", "passwd"),
            (r"C:\Users\ann\photo.png", "photo.png"),
            ("../../secret.txt", "secret.txt"),
            ("..", NAMELESS),
            ("", NAMELESS),
            ("\u{200b}\u{feff}", NAMELESS),
            (".htaccess", "htaccess"),
            ("a\u{0}b\r\nc\u{1b}[31m.txt", "abc[31m.txt"),
            ("exe\u{202e}gpj.exe", "exegpj.exe"),
            ("one\u{2028}two\u{3000}three", "one two three"),
            ("👩\u{200d}👩.png", "👩\u{200d}👩.png"),
        ] {
            assert_eq!(safe_name(given), shown, "{given:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let long = format!("{}.tar.gz", "é".repeat(300));
        let shown = safe_name(&long);
        assert_eq!(shown.chars().count(), NAME_MAX_CHARS);
        assert!(shown.ends_with("é.gz"), "{shown}");
        let endless = format!("a.{}", "b".repeat(300));
        assert_eq!(safe_name(&endless).chars().count(), NAME_MAX_CHARS);
    }

    #[test]
    fn the_name_of_a_picture_tells_what_it_has_become() {
        let long = format!("{}.webp", "a".repeat(NAME_MAX_CHARS - 5));
        let cut = format!("{}.jpg", "a".repeat(NAME_MAX_CHARS - 5));
        for (name, content_type, shown) in [
            ("holiday.jpg", "image/jpeg", "holiday.jpg"),
            ("HOLIDAY.JPEG", "image/jpeg", "HOLIDAY.JPEG"),
            ("photo.webp", "image/jpeg", "photo.jpg"),
            ("p.html", "image/jpeg", "p.jpg"),
            ("drawing.png.exe", "image/png", "drawing.png.png"),
            ("2024.05.17", "image/png", "2024.05.17.png"),
            (
                "At the sea. With you",
                "image/gif",
                "At the sea. With you.gif",
            ),
            (NAMELESS, "image/webp", "file.webp"),
            (&long, "image/jpeg", &cut),
            ("notes.txt", "text/plain", "notes.txt"),
        ] {
            assert_eq!(picture_name(name, content_type), shown, "{name}");
        }
    }

    proptest! {
        #[test]
        fn whatever_was_given_the_name_is_short_shown_and_no_path(given in "\\PC{0,200}|.{0,200}") {
            let shown = safe_name(&given);
            prop_assert!((1..=NAME_MAX_CHARS).contains(&shown.chars().count()));
            prop_assert!(!shown.contains(['/', '\\']));
            prop_assert!(!shown.chars().any(|c| c.is_control() || turns_the_line(c)));
            prop_assert!(!shown.chars().all(shows_nothing));
            prop_assert_eq!(&safe_name(&shown), &shown);
            let picture = picture_name(&shown, "image/jpeg");
            prop_assert_eq!(&safe_name(&picture), &picture);
            prop_assert_eq!(picture_name(&picture, "image/jpeg"), picture);
        }
    }
}
