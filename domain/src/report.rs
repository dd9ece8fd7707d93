//! Reports: what a form may say.

use crate::{FieldError, profile::is_report_reason, text::shows_nothing};

/// Longest explanation of a report, in Unicode characters.
pub const DETAIL_MAX_CHARS: usize = 1_000;
/// How many of a room's last messages are kept with a report.
pub const EVIDENCE_MESSAGES: usize = 100;

/// What is wrong with a report's reason: it must be one of the profile options' report reasons.
pub fn validate_reason(reason: &str) -> Option<FieldError> {
    let detail = "Choose from report_reasons of GET /profiles/options.";
    let fault = || FieldError::new("reason", "unknown_value", detail);
    (!is_report_reason(reason)).then(fault)
}

/// What is wrong with a report's explanation: at most 1,000 characters, no U+0000.
pub fn validate_detail(detail: &str) -> Option<FieldError> {
    let fault = |code, why: &str| Some(FieldError::new("detail", code, why));
    if detail.chars().count() > DETAIL_MAX_CHARS {
        return fault("too_long", "Write at most 1,000 characters.");
    }
    if detail.contains('\0') {
        return fault("invalid_characters", "U+0000 is not allowed.");
    }
    None
}

/// The explanation as it is kept; one that shows nothing is none.
pub fn kept_detail(detail: Option<String>) -> Option<String> {
    let detail = detail.map(|detail| detail.trim().to_owned());
    detail.filter(|detail| !detail.chars().all(shows_nothing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::REPORT_REASONS;

    #[test]
    fn only_the_reasons_of_the_options_are_reasons() {
        for reason in REPORT_REASONS {
            assert_eq!(validate_reason(reason), None);
        }
        for reason in ["", "Spam", "spam ", "nonsense"] {
            assert!(validate_reason(reason).is_some(), "{reason:?}");
        }
    }

    #[test]
    fn an_explanation_may_be_long_but_not_endless() {
        assert_eq!(validate_detail(&"ü".repeat(DETAIL_MAX_CHARS)), None);
        let code = |detail: &str| validate_detail(detail).map(|fault| fault.code);
        assert_eq!(
            code(&"ü".repeat(DETAIL_MAX_CHARS + 1)).as_deref(),
            Some("too_long")
        );
        assert_eq!(code("a\0").as_deref(), Some("invalid_characters"));
    }

    #[test]
    fn an_explanation_that_shows_nothing_is_none() {
        assert_eq!(kept_detail(None), None);
        assert_eq!(kept_detail(Some(" \n\u{200b}".to_owned())), None);
        assert_eq!(
            kept_detail(Some(" rude ".to_owned())).as_deref(),
            Some("rude")
        );
    }
}
