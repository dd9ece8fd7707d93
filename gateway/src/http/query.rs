//! Query strings, read strictly: a wrong value is 422 and names its field.

use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{FieldError, message::history_limit};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::error::ApiError;

/// Which page of a list.
#[derive(Debug, Clone, Copy, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    pub cursor: Option<Uuid>,
    /// 1 to 100; 50 where it is absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    pub limit: u32,
}

/// Which part of a room's history.
#[derive(Debug, Clone, Copy, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// Only messages before this sequence.
    pub before: Option<u64>,
    /// Only messages after this sequence; the page then begins at the oldest of them.
    pub after: Option<u64>,
    /// 1 to 100; 50 where it is absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    pub limit: u32,
}

impl PageQuery {
    /// The first page of so many.
    pub fn first(limit: u32) -> Self {
        Self {
            cursor: None,
            limit,
        }
    }

    /// How many rows to read: one more than the page has, which tells whether there is another page.
    pub fn rows(&self) -> u64 {
        u64::from(self.limit) + 1
    }

    /// Takes what is beyond the page off its rows: where the next page begins, as clients pass it around without looking
    /// inside. `None` on the last one.
    pub fn cut<T>(&self, rows: &mut Vec<T>, id: impl Fn(&T) -> Uuid) -> Option<String> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let last = rows.last().filter(|_| has_more)?;
        Some(URL_SAFE_NO_PAD.encode(id(last).as_bytes()))
    }
}

fn parse_cursor(text: &str) -> Option<Uuid> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Uuid::from_slice(&bytes).ok()
}

impl<S: Send + Sync> FromRequestParts<S> for PageQuery {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut fields = Fields::of(parts)?;
        let cursor = fields.read(
            "cursor",
            "Pass the next_cursor of the page before.",
            parse_cursor,
        );
        let limit = fields.limit();
        fields.finish(Self { cursor, limit })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for HistoryQuery {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut fields = Fields::of(parts)?;
        let before = fields.read("before", SEQUENCE, sequence);
        let after = fields.read("after", SEQUENCE, sequence);
        let limit = fields.limit();
        fields.finish(Self {
            before,
            after,
            limit,
        })
    }
}

const SEQUENCE: &str = "Give a whole number, 0 or larger.";

/// Sequences beyond what any stream can reach mean the end of it.
fn sequence(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| {
        text.parse()
            .unwrap_or(u64::MAX)
            .min(i64::MAX.unsigned_abs())
    })
}

/// The fields of a query string and what is wrong with them so far.
struct Fields {
    pairs: Vec<(String, String)>,
    faults: Vec<FieldError>,
}

impl Fields {
    fn of(parts: &Parts) -> Result<Self, ApiError> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_err(|error| {
            let fault = FieldError::new(
                "",
                "invalid_value",
                format!("The query cannot be read: {error}."),
            );
            ApiError::validation(vec![fault])
        })?;
        Ok(Self {
            pairs: pairs.0,
            faults: Vec::new(),
        })
    }

    fn read<T>(
        &mut self,
        field: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let mut values = self
            .pairs
            .iter()
            .filter(|(name, _)| name == field)
            .map(|(_, value)| value);
        let (value, again) = (values.next()?, values.next());
        let parsed = parse(value).filter(|_| again.is_none());
        if parsed.is_none() {
            self.faults
                .push(FieldError::new(field, "invalid_value", expected));
        }
        parsed
    }

    fn limit(&mut self) -> u32 {
        let asked = self.read("limit", "Give a number from 1 to 100.", |text| {
            text.parse().ok()
        });
        history_limit(asked).unwrap_or_else(|fault| {
            self.faults.push(fault);
            0
        })
    }

    fn finish<T>(self, query: T) -> Result<T, ApiError> {
        if self.faults.is_empty() {
            Ok(query)
        } else {
            Err(ApiError::validation(self.faults))
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    async fn page(query: &str) -> Result<PageQuery, ApiError> {
        let request = Request::get(format!("/list?{query}")).body(()).unwrap();
        PageQuery::from_request_parts(&mut request.into_parts().0, &()).await
    }

    #[tokio::test]
    async fn a_cursor_leads_to_where_it_was_made() {
        let mut rooms: Vec<Uuid> = (0..3).map(|_| Uuid::now_v7()).collect();
        let first = page("limit=2").await.unwrap();
        let cursor = first.cut(&mut rooms, |room| *room).unwrap();
        assert_eq!(rooms.len(), 2);
        let next = page(&format!("cursor={cursor}&limit=7")).await.unwrap();
        assert_eq!((next.cursor, next.limit), (Some(rooms[1]), 7));
        assert_eq!(next.cut(&mut rooms, |room| *room), None, "the last page");
    }

    #[tokio::test]
    async fn wrong_values_are_named_together() {
        let error = page("cursor=%00&limit=101").await.unwrap_err();
        let fields: Vec<_> = error
            .errors
            .iter()
            .map(|error| error.field.as_str())
            .collect();
        assert_eq!(fields, ["cursor", "limit"]);
        for query in [
            "limit=0",
            "limit=x",
            "limit=-1",
            "limit=1&limit=2",
            "limit=",
        ] {
            assert!(page(query).await.is_err(), "{query}");
        }
    }
}
