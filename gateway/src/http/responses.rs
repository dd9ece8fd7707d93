//! The problem answers that groups of routes share, for the OpenAPI document.

use std::collections::BTreeMap;

use contract::problem::PROBLEM_JSON;
use utoipa::{
    IntoResponses,
    openapi::{Content, Ref, RefOr, Response, ResponseBuilder},
};

macro_rules! problem_groups {
    ($($(#[$doc:meta])* $name:ident { $($status:literal: $description:literal,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub struct $name;

            impl IntoResponses for $name {
                fn responses() -> BTreeMap<String, RefOr<Response>> {
                    [$(($status, $description),)*].into_iter().map(problem).collect()
                }
            }
        )*
    };
}

problem_groups! {
    /// Of every route that reads or writes.
    Always {
        "503": "`unavailable`: the broker or the database is away; `Retry-After` says when to try again",
    }
    /// Of every route that needs a signed-in user.
    SignedInOnly {
        "401": "`not_authenticated`",
        "503": "`unavailable`: the broker or the database is away; `Retry-After` says when to try again",
    }
    /// Of every route that reads a JSON body.
    ReadsForm {
        "400": "`malformed_json`",
        "413": "`payload_too_large`",
        "415": "`unsupported_media_type`",
        "422": "`validation_failed`, with what is wrong with which field",
    }
    /// Of every route about one room.
    OfRoom {
        "401": "`not_authenticated`",
        "404": "`room_not_found`: it is not there, or not yours",
        "503": "`unavailable`: the broker or the database is away; `Retry-After` says when to try again",
    }
    /// Of every route about another user.
    OfUser {
        "401": "`not_authenticated`",
        "404": "`user_not_found`: there is no such user, or not for you",
        "503": "`unavailable`: the broker or the database is away; `Retry-After` says when to try again",
    }
    /// Of every route that gives a file.
    OfFile {
        "401": "`not_authenticated`: no good link, and no token",
        "404": "`file_not_found`: it is not there, not for you, or has no such part",
        "416": "`range_not_satisfiable`",
        "503": "`storage_unavailable`, `unavailable`; `Retry-After` says when to try again",
    }
    /// Of every route with a rate limit.
    Limited {
        "429": "`rate_limited`; `Retry-After` says when to try again",
    }
}

fn problem((status, description): (&str, &str)) -> (String, RefOr<Response>) {
    let schema = Ref::from_schema_name("Problem");
    let response = ResponseBuilder::new()
        .description(description)
        .content(PROBLEM_JSON, Content::new(Some(schema)))
        .build();
    (status.to_owned(), response.into())
}
