//! A file in front of somebody who may have it: as it is, a part of it, or the word that it has not changed.

use std::ops::Range;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::problem::Code;
use domain::{FileId, RoomId, file::FileKind};
use entities::file;
use futures_util::StreamExt;
use sea_orm::Select;
use storage::Key;

use super::{
    links::{Part, Signature},
    range::{Wanted, is_known, wanted},
};
use crate::{
    auth::{authenticate, bearer},
    chat::room_view::member_room,
    error::ApiError,
    state::AppState,
};

/// It runs nothing, loads nothing, and is nobody's frame.
pub const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";
/// Only whoever asked keeps it, and not for longer than a link is good.
const CACHE: &str = "private, max-age=600";

/// A part of a file, found for somebody who may have it.
#[derive(Debug)]
pub struct Found {
    id: FileId,
    part: Part,
    name: String,
    content_type: String,
    size_bytes: u64,
    is_shown: bool,
}

/// The file, for whoever has a good link to it, and for the members of its room.
///
/// # Errors
/// 404 where it is not there or not for this user; 401 without a good link and a token; 503 where the database or the broker
/// is away.
pub async fn find(
    state: &AppState,
    headers: &HeaderMap,
    id: FileId,
    part: Part,
    link: &Signature,
) -> Result<Found, ApiError> {
    let reader = match state.links.is_good(id, part, link, state.now()) {
        true => None,
        false => {
            let token = bearer(headers).ok_or_else(ApiError::not_authenticated)?;
            Some(authenticate(state, token)?.user_id)
        }
    };
    let row = Select::one(file::Entity::present(id.0), &state.db.read).await?;
    let row = row.ok_or_else(not_found)?;
    if let Some(reader) = reader {
        let room = member_room(state, RoomId(row.room_id), reader).await;
        room.map_err(|error| match error.code {
            Code::RoomNotFound => not_found(),
            _ => error,
        })?;
    }
    part_of(row, part).ok_or_else(not_found)
}

/// The answer to a request for it. Of one that asks what there is to say of it (`HEAD`), nothing is read, and no part is meant.
///
/// # Errors
/// 416 where the range is beyond its end; 503 where the storage is away.
pub async fn give(
    state: &AppState,
    method: &Method,
    headers: &HeaderMap,
    found: &Found,
) -> Result<Response, ApiError> {
    let etag = found.etag();
    if is_known(headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, found.caching()?).into_response());
    }
    let size = found.size_bytes;
    if *method == Method::HEAD {
        let described = found.described(StatusCode::OK, &(0..size))?;
        return Ok((StatusCode::OK, described).into_response());
    }
    match wanted(headers, size, &etag) {
        Wanted::Whole => found.bytes(state, StatusCode::OK, 0..size).await,
        Wanted::Bytes(range) => found.bytes(state, StatusCode::PARTIAL_CONTENT, range).await,
        Wanted::Nothing => {
            let detail = format!("The file has {size} bytes; ask for some of them.");
            let mut refusal = ApiError::new(Code::RangeNotSatisfiable, detail).into_response();
            let range = value(&format!("bytes */{size}"))?;
            refusal.headers_mut().insert(header::CONTENT_RANGE, range);
            Ok(refusal)
        }
    }
}

fn part_of(row: file::Model, part: Part) -> Option<Found> {
    let (content_type, size_bytes) = match part {
        Part::Whole => (row.content_type, row.size_bytes),
        Part::Thumbnail => (row.thumbnail_type?, row.thumbnail_bytes?),
    };
    Some(Found {
        id: FileId(row.id),
        part,
        name: row.name,
        content_type,
        size_bytes: size_bytes.unsigned_abs(),
        is_shown: row.kind == FileKind::Image.as_str(),
    })
}

impl Found {
    /// What is under an id never changes.
    fn etag(&self) -> String {
        match self.part {
            Part::Whole => format!("\"{}\"", self.id),
            Part::Thumbnail => format!("\"{}-thumbnail\"", self.id),
        }
    }

    /// Also where it has not changed: a cache puts these in the place of what it kept.
    fn caching(&self) -> Result<HeaderMap, ApiError> {
        let mut headers = HeaderMap::new();
        let policy = HeaderValue::from_static(POLICY);
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        headers.insert(header::ETAG, value(&self.etag())?);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHE));
        Ok(headers)
    }

    async fn bytes(
        &self,
        state: &AppState,
        status: StatusCode,
        range: Range<u64>,
    ) -> Result<Response, ApiError> {
        let key = match self.part {
            Part::Whole => Key::file(self.id),
            Part::Thumbnail => Key::thumbnail(self.id),
        };
        let place = state.downloads.take()?;
        let Some(stream) = state.storage.read(&key, range.clone()).await? else {
            tracing::error!(file_id = %self.id, "a file has no object");
            return Err(not_found());
        };
        let headers = self.described(status, &range)?;
        let held = stream.map(move |piece| {
            // Until all of it has been taken, or the connection ends.
            let _place = &place;
            piece
        });
        Ok((status, headers, Body::from_stream(held)).into_response())
    }

    fn described(&self, status: StatusCode, range: &Range<u64>) -> Result<HeaderMap, ApiError> {
        let mut headers = self.caching()?;
        let size = self.size_bytes;
        let plain: [(HeaderName, &'static str); 2] = [
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::ACCEPT_RANGES, "bytes"),
        ];
        for (name, text) in plain {
            headers.insert(name, HeaderValue::from_static(text));
        }
        headers.insert(header::CONTENT_TYPE, value(&self.content_type)?);
        headers.insert(header::CONTENT_DISPOSITION, value(&self.disposition())?);
        headers.insert(header::CONTENT_LENGTH, (range.end - range.start).into());
        if status == StatusCode::PARTIAL_CONTENT {
            let text = format!("bytes {}-{}/{size}", range.start, range.end - 1);
            headers.insert(header::CONTENT_RANGE, value(&text)?);
        }
        Ok(headers)
    }

    /// RFC 6266: the name in letters that every client reads, and as it is.
    fn disposition(&self) -> String {
        let how = if self.is_shown {
            "inline"
        } else {
            "attachment"
        };
        let plain = |c: char| match c {
            ' '..='~' if !matches!(c, '"' | '\\' | '%') => c,
            _ => '_',
        };
        let ascii: String = self.name.chars().map(plain).collect();
        let mut whole = String::new();
        for byte in self.name.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => {
                    whole.push(char::from(byte));
                }
                _ => whole.push_str(&format!("%{byte:02X}")),
            }
        }
        format!("{how}; filename=\"{ascii}\"; filename*=UTF-8''{whole}")
    }
}

/// Nobody learns whether a file that is not for them is there.
pub fn not_found() -> ApiError {
    ApiError::new(Code::FileNotFound, "There is no such file for you.")
}

fn value(text: &str) -> Result<HeaderValue, ApiError> {
    HeaderValue::from_str(text).map_err(ApiError::internal)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn only_pictures_are_shown_and_every_name_is_readable() {
        let found = |name: &str, is_shown| Found {
            id: FileId(Uuid::nil()),
            part: Part::Whole,
            name: name.to_owned(),
            content_type: "image/png".to_owned(),
            size_bytes: 1,
            is_shown,
        };
        for (name, is_shown, expected) in [
            (
                "notes.txt",
                false,
                "attachment; filename=\"notes.txt\"; filename*=UTF-8''notes.txt",
            ),
            (
                "Meer \"50%\".png",
                true,
                "inline; filename=\"Meer _50__.png\"; filename*=UTF-8''Meer%20%2250%25%22.png",
            ),
            (
                "ä.pdf",
                false,
                "attachment; filename=\"_.pdf\"; filename*=UTF-8''%C3%A4.pdf",
            ),
        ] {
            assert_eq!(found(name, is_shown).disposition(), expected);
        }
    }
}
