use super::*;

fn code(fault: Option<FieldError>) -> Option<String> {
    fault.map(|fault| fault.code)
}

/// A client id made at an instant.
fn made_at(millis: u64) -> ClientId {
    let random = 0x0000_0000_0000_7cc0_9c5a_6f1d_2f3a_4b5c;
    ClientId(uuid::Uuid::from_u128((u128::from(millis) << 80) | random))
}

#[test]
fn a_text_is_measured_in_characters_not_bytes() {
    assert_eq!(validate_text("a", false), None);
    assert_eq!(validate_text(&"🦀".repeat(4_000), false), None);
    let long = code(validate_text(&"a".repeat(4_001), false));
    assert_eq!(long.as_deref(), Some("too_long"));
}

#[test]
fn a_text_is_empty_only_beside_an_attachment() {
    assert_eq!(validate_text("", true), None);
    assert_eq!(code(validate_text("", false)).as_deref(), Some("too_short"));
}

#[test]
fn a_text_of_white_space_says_nothing() {
    for blank in [
        " ",
        "\n\t",
        "\u{2003}\u{00a0}",
        "\u{200b}\u{feff}",
        "\u{202e}\u{2066}",
    ] {
        assert_eq!(code(validate_text(blank, false)).as_deref(), Some("blank"));
        assert_eq!(code(validate_text(blank, true)).as_deref(), Some("blank"));
    }
    assert_eq!(validate_text(" two\nlines ", false), None);
}

#[test]
fn u0000_is_refused() {
    let fault = code(validate_text("a\0b", false));
    assert_eq!(fault.as_deref(), Some("invalid_characters"));
}

#[test]
fn a_client_id_is_a_uuid_of_version_7() {
    assert_eq!(validate_client_id(made_at(1_795_000_000_000)), None);
    for other in [
        uuid::Uuid::nil(),
        uuid::Uuid::max(),
        uuid::Uuid::from_u128(0x4000 << 64),
    ] {
        assert!(validate_client_id(ClientId(other)).is_some(), "{other}");
    }
}

#[test]
fn only_a_fresh_message_is_published_without_a_look() {
    let now = Timestamp(1_795_000_000_000);
    assert!(!needs_lookup(made_at(1_795_000_000_000), false, now));
    assert!(!needs_lookup(made_at(1_794_999_940_000), false, now));
    assert!(needs_lookup(made_at(1_794_999_939_999), false, now));
    assert!(needs_lookup(made_at(1_795_000_000_000), true, now));
    assert!(!needs_lookup(made_at(1_795_000_030_000), false, now));
    assert!(
        needs_lookup(made_at(1_795_000_030_001), false, now),
        "an age from the future says nothing"
    );
}

#[test]
fn a_page_of_history_has_1_to_100_messages_and_50_by_itself() {
    assert_eq!(history_limit(None), Ok(50));
    assert_eq!(history_limit(Some(1)), Ok(1));
    assert_eq!(history_limit(Some(100)), Ok(100));
    for wrong in [0, 101, u32::MAX] {
        assert_eq!(history_limit(Some(wrong)).unwrap_err().code, "out_of_range");
    }
}

#[test]
fn a_message_has_at_most_ten_attachments() {
    assert_eq!(validate_attachment_count(10), None);
    assert_eq!(
        code(validate_attachment_count(11)).as_deref(),
        Some("too_many")
    );
}
