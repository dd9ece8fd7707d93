//! Errors as clients see them: RFC 9457 problem details with a stable code.

use domain::FieldError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The media type of an error body.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// An error body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Names the kind of error.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened and what to do.
    pub detail: String,
    /// Stable and for programs.
    pub code: String,
    /// What is wrong with which field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $title:literal;)*) => {
        /// Every error that can reach a client: its stable code, its HTTP status, its title.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable code.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// The kind of error in words.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    /// The body is not JSON.
    MalformedJson = "malformed_json", 400, "Malformed JSON";
    /// Something is wrong with the form.
    ValidationFailed = "validation_failed", 422, "Validation failed";
    /// The person is younger than the minimum age.
    TooYoung = "too_young", 422, "Too young";
    /// The profile lacks what matching needs.
    ProfileIncomplete = "profile_incomplete", 422, "Profile incomplete";
    /// No valid access token.
    NotAuthenticated = "not_authenticated", 401, "Not authenticated";
    /// Wrong username or password.
    BadCredentials = "bad_credentials", 401, "Wrong username or password";
    /// The password that confirms an act of a signed-in user is wrong.
    WrongPassword = "bad_credentials", 403, "Wrong password";
    /// The refresh token is missing, spent or its session is over.
    InvalidRefreshToken = "invalid_refresh_token", 401, "Not signed in any more";
    /// The request comes from a foreign origin.
    ForeignOrigin = "foreign_origin", 403, "Foreign origin";
    /// No such route or thing.
    NotFound = "not_found", 404, "Not found";
    /// No such room for this user.
    RoomNotFound = "room_not_found", 404, "Room not found";
    /// No such session of this user.
    SessionNotFound = "session_not_found", 404, "Session not found";
    /// No such user for this user.
    UserNotFound = "user_not_found", 404, "User not found";
    /// No such file for this user.
    FileNotFound = "file_not_found", 404, "File not found";
    /// The user has no avatar.
    AvatarNotFound = "avatar_not_found", 404, "Avatar not found";
    /// The route exists, the method does not.
    MethodNotAllowed = "method_not_allowed", 405, "Method not allowed";
    /// An upload came too slowly.
    UploadTimeout = "upload_timeout", 408, "Upload timeout";
    /// The username belongs to somebody.
    UsernameTaken = "username_taken", 409, "Username taken";
    /// The user is in a matched room that is not decided yet.
    AlreadyInRoom = "already_in_room", 409, "Already in a room";
    /// The room is over.
    RoomEnded = "room_ended", 409, "Room ended";
    /// The room is kept.
    RoomKept = "room_kept", 409, "Room kept";
    /// Votes count from the countdown on.
    CountdownNotStarted = "countdown_not_started", 409, "Countdown not started";
    /// A vote is cast once.
    AlreadyVoted = "already_voted", 409, "Already voted";
    /// More time can be had in the notification phase only.
    NotInNotification = "not_in_notification", 409, "Not in the decision";
    /// The member has asked for more time as often as is allowed.
    ExtensionLimit = "extension_limit", 409, "Extension limit";
    /// The file goes with its message, and not before.
    FileSent = "file_sent", 409, "File sent";
    /// Somebody else changed the same thing again and again; trying again helps.
    Contended = "contended", 409, "Contended";
    /// The body is too large.
    PayloadTooLarge = "payload_too_large", 413, "Payload too large";
    /// The user's files take all that they may.
    QuotaExceeded = "quota_exceeded", 413, "Quota exceeded";
    /// The media type is not understood.
    UnsupportedMediaType = "unsupported_media_type", 415, "Unsupported media type";
    /// The asked range is beyond the file's end.
    RangeNotSatisfiable = "range_not_satisfiable", 416, "Range not satisfiable";
    /// Too many requests.
    RateLimited = "rate_limited", 429, "Too many requests";
    /// A fault of the server.
    Internal = "internal_error", 500, "Internal error";
    /// The storage of files is down or full.
    StorageUnavailable = "storage_unavailable", 503, "Storage unavailable";
    /// The broker or the database is down.
    Unavailable = "unavailable", 503, "Unavailable";
}

impl Code {
    /// The error body of this code.
    pub fn problem(self, detail: impl Into<String>) -> Problem {
        Problem {
            kind: format!("urn:webchat:problem:{}", self.as_str()),
            title: self.title().to_owned(),
            status: self.status(),
            detail: detail.into(),
            code: self.as_str().to_owned(),
            errors: Vec::new(),
        }
    }
}

impl From<domain::room::Refused> for Code {
    fn from(refused: domain::room::Refused) -> Self {
        use domain::room::Refused;
        match refused {
            Refused::NotAMember => Self::RoomNotFound,
            Refused::CountdownNotStarted => Self::CountdownNotStarted,
            Refused::AlreadyVoted => Self::AlreadyVoted,
            Refused::NotInNotification => Self::NotInNotification,
            Refused::ExtensionLimit => Self::ExtensionLimit,
            Refused::RoomEnded => Self::RoomEnded,
            Refused::RoomKept => Self::RoomKept,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_code_is_its_own_in_its_status() {
        let codes: HashSet<_> = Code::ALL
            .iter()
            .map(|code| (code.as_str(), code.status()))
            .collect();
        assert_eq!(codes.len(), Code::ALL.len());
    }
}
