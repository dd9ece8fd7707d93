//! The values that profile forms accept. Removing one is a breaking change; adding one is not.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What people like. Each has its questions in `matching/icebreaker.rs`.
pub const INTERESTS: &[&str] = &[
    "anime",
    "architecture",
    "art",
    "astronomy",
    "baking",
    "board_games",
    "books",
    "chess",
    "climbing",
    "coffee",
    "comedy",
    "cooking",
    "cycling",
    "dancing",
    "design",
    "fashion",
    "fitness",
    "football",
    "gaming",
    "gardening",
    "hiking",
    "history",
    "languages",
    "meditation",
    "movies",
    "museums",
    "music",
    "nature",
    "painting",
    "pets",
    "philosophy",
    "photography",
    "podcasts",
    "poetry",
    "programming",
    "psychology",
    "running",
    "science",
    "series",
    "singing",
    "swimming",
    "theatre",
    "travel",
    "volunteering",
    "writing",
    "yoga",
];

/// What people look for.
pub const LOOKING_FOR: &[&str] = &[
    "friendship",
    "dating",
    "conversation",
    "language_exchange",
    "networking",
    "advice",
];

/// Languages: their ISO 639-1 code and their English name.
pub const LANGUAGES: &[(&str, &str)] = &[
    ("ar", "Arabic"),
    ("bn", "Bengali"),
    ("cs", "Czech"),
    ("da", "Danish"),
    ("de", "German"),
    ("el", "Greek"),
    ("en", "English"),
    ("es", "Spanish"),
    ("fa", "Persian"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("hu", "Hungarian"),
    ("id", "Indonesian"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("nb", "Norwegian"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("ro", "Romanian"),
    ("ru", "Russian"),
    ("sv", "Swedish"),
    ("th", "Thai"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
    ("vi", "Vietnamese"),
    ("zh", "Chinese"),
];

/// Genders that people can name as their own or as the ones they want to meet.
pub const GENDERS: &[&str] = &["woman", "man", "non_binary", "other"];

/// Why somebody can be reported.
pub const REPORT_REASONS: &[&str] = &[
    "spam",
    "harassment",
    "hate",
    "sexual_content",
    "violence",
    "scam",
    "underage",
    "impersonation",
    "other",
];

/// The values that profile and report forms accept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProfileOptions {
    /// Values for `interests`.
    pub interests: Vec<String>,
    /// Values for `looking_for`.
    pub looking_for: Vec<String>,
    /// Values for `languages`: ISO 639-1 codes.
    pub languages: Vec<String>,
    /// Values for `gender` and `preferred_genders`.
    pub genders: Vec<String>,
    /// Values for a report's `reason`.
    pub report_reasons: Vec<String>,
}

/// All options, in the order in which a form shows them.
pub fn options() -> ProfileOptions {
    let owned = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    ProfileOptions {
        interests: owned(INTERESTS),
        looking_for: owned(LOOKING_FOR),
        languages: LANGUAGES
            .iter()
            .map(|(code, _)| (*code).to_owned())
            .collect(),
        genders: owned(GENDERS),
        report_reasons: owned(REPORT_REASONS),
    }
}

/// Whether a report may name this reason.
pub fn is_report_reason(reason: &str) -> bool {
    REPORT_REASONS.contains(&reason)
}

/// The English name of a language; the code itself where it is not one of ours.
pub fn language_name(code: &str) -> &str {
    let known = LANGUAGES.iter().find(|(known, _)| *known == code);
    known.map_or(code, |(_, name)| name)
}
