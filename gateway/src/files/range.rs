//! Which bytes of a file a request wants, and whether it has them already. RFC 9110, sections 13 and 14.

use std::ops::Range;

use axum::http::{HeaderMap, header};

/// What to answer with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All of it.
    Whole,
    /// These bytes.
    Bytes(Range<u64>),
    /// Nothing: they are beyond its end.
    Nothing,
}

/// What the request wants of a file of `size` bytes, of which this is the entity tag. Several ranges at once are answered with
/// the whole file, and so is what is no range.
pub fn wanted(headers: &HeaderMap, size: u64, etag: &str) -> Wanted {
    let range = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok());
    let Some(range) = range.filter(|_| is_of(headers, etag)) else {
        return Wanted::Whole;
    };
    read(range, size).unwrap_or(Wanted::Whole)
}

/// Whether the client has the file already.
pub fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let known = known.filter_map(|value| value.to_str().ok());
    let mut tags = known.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// The rest of a file that has changed meanwhile is of no use.
fn is_of(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get(header::IF_RANGE)
        .is_none_or(|tag| tag.as_bytes() == etag.as_bytes())
}

/// What stands behind the unit, whose case does not matter.
fn bytes_of(range: &str) -> Option<&str> {
    let (unit, range) = range.split_once('=')?;
    unit.eq_ignore_ascii_case("bytes").then_some(range)
}

fn read(range: &str, size: u64) -> Option<Wanted> {
    let (first, last) = bytes_of(range)?.trim().split_once('-')?;
    let (start, end) = match (first.is_empty(), last.is_empty()) {
        (true, true) => return None,
        (true, false) => (size.saturating_sub(number(last)?), size),
        (false, true) => (number(first)?, size),
        (false, false) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return None;
            }
            (first, last.saturating_add(1).min(size))
        }
    };
    Some(match start < end {
        true => Wanted::Bytes(start..end),
        false => Wanted::Nothing,
    })
}

fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const ETAG: &str = "\"one\"";

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().cloned();
        pairs
            .map(|(name, value)| (name, HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_range_is_what_the_standard_says() {
        for (range, expected) in [
            ("bytes=0-9", Wanted::Bytes(0..10)),
            ("Bytes=0-9", Wanted::Bytes(0..10)),
            ("bytes=10-", Wanted::Bytes(10..100)),
            ("bytes=-10", Wanted::Bytes(90..100)),
            ("bytes=-1000", Wanted::Bytes(0..100)),
            ("bytes=90-1000", Wanted::Bytes(90..100)),
            ("bytes=0-99999999999999999999999", Wanted::Bytes(0..100)),
            ("bytes=99-99", Wanted::Bytes(99..100)),
            ("bytes=100-", Wanted::Nothing),
            ("bytes=100-200", Wanted::Nothing),
            ("bytes=99999999999999999999999-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=9-0", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("bytes=+1-2", Wanted::Whole),
            ("bytes=0-1,5-6", Wanted::Whole),
            ("lines=0-1", Wanted::Whole),
            ("", Wanted::Whole),
        ] {
            let asked = headers(&[(header::RANGE, range)]);
            assert_eq!(wanted(&asked, 100, ETAG), expected, "{range}");
        }
        assert_eq!(wanted(&HeaderMap::new(), 100, ETAG), Wanted::Whole);
    }

    #[test]
    fn the_rest_of_another_file_is_not_given() {
        for (tag, expected) in [
            (ETAG, Wanted::Bytes(10..100)),
            ("\"other\"", Wanted::Whole),
            ("W/\"one\"", Wanted::Whole),
            ("Sat, 28 Nov 2026 00:00:00 GMT", Wanted::Whole),
        ] {
            let asked = headers(&[(header::RANGE, "bytes=10-"), (header::IF_RANGE, tag)]);
            assert_eq!(wanted(&asked, 100, ETAG), expected, "{tag}");
        }
    }

    #[test]
    fn a_known_file_is_recognised_in_a_list_and_whether_weak_or_not() {
        for (tags, expected) in [
            ("\"one\"", true),
            ("W/\"one\"", true),
            ("\"other\", \"one\"", true),
            ("*", true),
            ("\"other\"", false),
            ("one", false),
            ("", false),
        ] {
            let asked = headers(&[(header::IF_NONE_MATCH, tags)]);
            assert_eq!(is_known(&asked, ETAG), expected, "{tags}");
        }
    }
}
