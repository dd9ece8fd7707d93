use time::macros::date;

use super::*;

fn code(fault: Option<FieldError>) -> Option<String> {
    fault.map(|fault| fault.code)
}

#[test]
fn a_username_is_short_plain_and_starts_plainly() {
    for good in ["ann", "a.b", "0_0", "Ann-Marie.2", &"x".repeat(32)] {
        assert_eq!(validate_username(good), None, "{good}");
    }
    let bad = [
        ("", "too_short"),
        ("ab", "too_short"),
        (&*"x".repeat(33), "too_long"),
        ("ann marie", "invalid_characters"),
        ("änne", "invalid_characters"),
        ("ann\0", "invalid_characters"),
        (" ann", "invalid_characters"),
        (".ann", "invalid_start"),
        ("_ann", "invalid_start"),
        ("-ann", "invalid_start"),
    ];
    for (name, expected) in bad {
        assert_eq!(
            code(validate_username(name)).as_deref(),
            Some(expected),
            "{name}"
        );
    }
}

#[test]
fn names_that_differ_in_case_only_are_one_name() {
    assert_eq!(username_key("Ann.Marie"), username_key("aNN.mARIE"));
}

#[test]
fn a_password_is_measured_in_characters_not_bytes() {
    assert_eq!(validate_password(&"ü".repeat(8)), None);
    assert_eq!(validate_password(&"ü".repeat(128)), None);
    assert_eq!(
        code(validate_password(&"ü".repeat(7))).as_deref(),
        Some("too_short")
    );
    assert_eq!(
        code(validate_password(&"ü".repeat(129))).as_deref(),
        Some("too_long")
    );
    assert_eq!(validate_password("with spaces in it"), None);
    let with_nul = code(validate_password("1234567\0"));
    assert_eq!(with_nul.as_deref(), Some("invalid_characters"));
}

#[test]
fn a_display_name_is_seen_as_it_is_written() {
    let invisible = code(validate_display_name("\u{200b}\u{2060}"));
    assert_eq!(invisible.as_deref(), Some("too_short"));
    let turned = code(validate_display_name("Ann\u{202e}nimda"));
    assert_eq!(turned.as_deref(), Some("invalid_characters"));
    for name in ["👩‍🚀", "علي", "می‌خواهم"] {
        assert_eq!(validate_display_name(name), None, "{name}");
    }
}

#[test]
fn a_display_name_is_one_line_of_up_to_40_characters() {
    assert_eq!(
        validate_display_name(&format!("  {}  ", "é".repeat(40))),
        None
    );
    assert_eq!(
        code(validate_display_name(" \t ")).as_deref(),
        Some("too_short")
    );
    assert_eq!(
        code(validate_display_name(&"é".repeat(41))).as_deref(),
        Some("too_long")
    );
    let two_lines = code(validate_display_name("one\ntwo"));
    assert_eq!(two_lines.as_deref(), Some("invalid_characters"));
}

#[test]
fn only_iso_dates_of_existing_days_are_dates() {
    assert_eq!(parse_date("2000-02-29"), Some(date!(2000 - 02 - 29)));
    let bad = [
        "",
        "2001-02-29",
        "2000-2-29",
        "29.02.2000",
        "+200-02-29",
        "2000-02-29 ",
        "2000-02-29T00:00:00Z",
    ];
    for text in bad {
        assert_eq!(parse_date(text), None, "{text}");
    }
}

#[test]
fn a_birthday_makes_older_on_its_day() {
    let born = date!(2000 - 06 - 15);
    assert_eq!(age_on(born, date!(2018 - 06 - 14)), 17);
    assert_eq!(age_on(born, date!(2018 - 06 - 15)), 18);
    assert!(too_young(born, date!(2018 - 06 - 14), 18));
    assert!(!too_young(born, date!(2018 - 06 - 15), 18));
    assert_eq!(age_on(born, date!(1999 - 01 - 01)), 0);
}

#[test]
fn who_was_born_on_29_february_is_older_on_1_march_of_common_years() {
    let born = date!(2004 - 02 - 29);
    assert_eq!(age_on(born, date!(2022 - 02 - 28)), 17);
    assert_eq!(age_on(born, date!(2022 - 03 - 01)), 18);
    assert_eq!(age_on(born, date!(2024 - 02 - 28)), 19);
    assert_eq!(age_on(born, date!(2024 - 02 - 29)), 20);
}

fn form() -> RegistrationForm<'static> {
    RegistrationForm {
        username: "Ann",
        password: "correct horse",
        date_of_birth: "1990-01-31",
        display_name: None,
    }
}

#[test]
fn a_right_form_becomes_a_registration_named_after_the_user() {
    let registration = check_registration(&form(), date!(2026 - 11 - 22)).unwrap();
    assert_eq!(registration.username_key, "ann");
    assert_eq!(registration.display_name, "Ann");
    let named = RegistrationForm {
        display_name: Some("  Ann M. "),
        ..form()
    };
    let registration = check_registration(&named, date!(2026 - 11 - 22)).unwrap();
    assert_eq!(registration.display_name, "Ann M.");
}

#[test]
fn all_faults_of_a_form_are_named_at_once() {
    let form = RegistrationForm {
        username: "x",
        password: "short",
        date_of_birth: "yesterday",
        display_name: Some(""),
    };
    let faults = check_registration(&form, date!(2026 - 11 - 22)).unwrap_err();
    let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(
        fields,
        ["username", "password", "date_of_birth", "display_name"]
    );
}

#[test]
fn a_birth_in_the_future_or_centuries_ago_is_a_typing_error() {
    for (date_of_birth, expected) in [("2026-11-23", "in_future"), ("1890-01-01", "too_long_ago")] {
        let form = RegistrationForm {
            date_of_birth,
            ..form()
        };
        let faults = check_registration(&form, date!(2026 - 11 - 22)).unwrap_err();
        assert_eq!(faults[0].code, expected);
    }
}

#[test]
fn a_form_never_shows_its_password_when_it_is_logged() {
    assert!(!format!("{:?}", form()).contains("horse"));
}

#[test]
fn a_stored_day_of_birth_survives_json_and_no_other_text_is_one() {
    for text in ["1990-01-31", "2008-02-29", "0007-10-05"] {
        let json = format!("\"{text}\"");
        let day: DateOfBirth = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&day).unwrap(), json);
    }
    for text in ["2007-02-29", "1990-1-1", "", "+1990-01-01"] {
        assert!(serde_json::from_str::<DateOfBirth>(&format!("\"{text}\"")).is_err());
    }
}

#[test]
fn a_birthday_begins_with_its_day_in_utc() {
    let born = DateOfBirth(parse_date("2008-11-23").unwrap());
    let midnight = crate::Timestamp(1_795_392_000_000);
    assert_eq!(midnight.to_string(), "2026-11-23T00:00:00.000Z");
    assert_eq!(born.age_at(midnight), 18);
    assert_eq!(born.age_at(crate::Timestamp(midnight.0 - 1)), 17);
}
