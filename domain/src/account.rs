//! Accounts: names, passwords, ages, and what a registration must look like.

use serde::{Deserialize, Serialize};
use time::{Date, macros::format_description};

use crate::{
    FieldError, Timestamp,
    text::{shows_nothing, turns_the_line},
};

/// Shortest and longest user name, in characters.
pub const USERNAME_CHARS: std::ops::RangeInclusive<usize> = 3..=32;
/// Shortest and longest password, in Unicode characters.
pub const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 8..=128;
/// Longest display name, in Unicode characters.
pub const DISPLAY_NAME_MAX_CHARS: usize = 40;
/// Nobody is older than this; an earlier date of birth is a typing error.
pub const AGE_MAX: u8 = 120;

/// A form that asks for an account, as it came in.
#[derive(Clone, Copy)]
pub struct RegistrationForm<'a> {
    /// The wished user name.
    pub username: &'a str,
    /// The password, as typed.
    pub password: &'a str,
    /// Date of birth, `YYYY-MM-DD`.
    pub date_of_birth: &'a str,
    /// The name that others see; the user name where it is not given.
    pub display_name: Option<&'a str>,
}

impl std::fmt::Debug for RegistrationForm<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // No password in a log line, and no personal data either.
        f.debug_struct("RegistrationForm").finish_non_exhaustive()
    }
}

/// A registration whose form is right. It does not hold the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The user name, as it was typed.
    pub username: String,
    /// What makes the user name unique, see [`username_key`].
    pub username_key: String,
    /// The name that others see, without white space around it.
    pub display_name: String,
    /// Date of birth.
    pub date_of_birth: Date,
}

/// Checks a whole registration form and names every fault at once.
///
/// The minimum age is not a fault of the form; ask [`too_young`].
///
/// # Errors
/// All faults, in the order of the fields.
pub fn check_registration(
    form: &RegistrationForm<'_>,
    today: Date,
) -> Result<Registration, Vec<FieldError>> {
    let mut faults = Vec::new();
    faults.extend(validate_username(form.username));
    faults.extend(validate_password(form.password));
    let date_of_birth = check_date_of_birth(form.date_of_birth, today)
        .map_err(|fault| faults.push(fault))
        .ok();
    faults.extend(form.display_name.and_then(validate_display_name));
    match date_of_birth {
        Some(date_of_birth) if faults.is_empty() => Ok(Registration {
            username: form.username.to_owned(),
            username_key: username_key(form.username),
            display_name: form.display_name.unwrap_or(form.username).trim().to_owned(),
            date_of_birth,
        }),
        _ => Err(faults),
    }
}

/// What is wrong with a user name: 3–32 of ASCII letters, digits, `.`, `_` and `-`, the first a letter or a digit.
pub fn validate_username(username: &str) -> Option<FieldError> {
    let fault = |code, detail: &str| Some(FieldError::new("username", code, detail));
    let length = username.chars().count();
    if length < *USERNAME_CHARS.start() {
        return fault("too_short", "Use at least 3 characters.");
    }
    if length > *USERNAME_CHARS.end() {
        return fault("too_long", "Use at most 32 characters.");
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if !username.chars().all(allowed) {
        return fault(
            "invalid_characters",
            "Use letters a–z, digits, dots, underscores and hyphens only.",
        );
    }
    if !username.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return fault("invalid_start", "Start with a letter or a digit.");
    }
    None
}

/// The form of a user name in which it is unique: `Ann` and `ann` are one name.
pub fn username_key(username: &str) -> String {
    username.to_ascii_lowercase()
}

/// What is wrong with a new password: 8–128 characters, any but U+0000.
pub fn validate_password(password: &str) -> Option<FieldError> {
    let fault = |code, detail: &str| Some(FieldError::new("password", code, detail));
    let length = password.chars().count();
    if length < *PASSWORD_CHARS.start() {
        return fault("too_short", "Use at least 8 characters.");
    }
    if length > *PASSWORD_CHARS.end() {
        return fault("too_long", "Use at most 128 characters.");
    }
    if password.contains('\0') {
        return fault("invalid_characters", "U+0000 is not allowed.");
    }
    None
}

/// What is wrong with a display name: 1–40 characters without white space around them, none of them a control
/// character.
pub fn validate_display_name(name: &str) -> Option<FieldError> {
    let fault = |code, detail: &str| Some(FieldError::new("display_name", code, detail));
    let name = name.trim();
    if name.chars().all(shows_nothing) {
        return fault("too_short", "Use at least 1 character.");
    }
    if name.chars().count() > DISPLAY_NAME_MAX_CHARS {
        return fault("too_long", "Use at most 40 characters.");
    }
    if name.chars().any(|c| c.is_control() || turns_the_line(c)) {
        return fault(
            "invalid_characters",
            "Control characters such as line breaks and marks of direction are not allowed.",
        );
    }
    None
}

/// A date in the form `YYYY-MM-DD`; `None` for any other form and for days that do not exist.
pub fn parse_date(text: &str) -> Option<Date> {
    // The parser would take a signed year; the ISO form of a date of birth has none.
    if text.len() != 10 || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
}

/// Full years of age on a day; 0 before the birth. Who was born on 29 February turns a year older on 1 March where the
/// year has no 29 February.
pub fn age_on(date_of_birth: Date, today: Date) -> u8 {
    let month_and_day = |date: Date| (u8::from(date.month()), date.day());
    let mut years = today.year() - date_of_birth.year();
    if month_and_day(today) < month_and_day(date_of_birth) {
        years -= 1;
    }
    u8::try_from(years.max(0)).unwrap_or(u8::MAX)
}

/// A day of birth where it is stored or sent; its JSON form is `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DateOfBirth(pub Date);

impl DateOfBirth {
    /// Full years of age at an instant, by the day in UTC.
    pub fn age_at(self, now: Timestamp) -> u8 {
        age_on(self.0, now.to_datetime().date())
    }
}

impl TryFrom<String> for DateOfBirth {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        parse_date(&text)
            .map(Self)
            .ok_or("no day in the form YYYY-MM-DD")
    }
}

impl From<DateOfBirth> for String {
    fn from(DateOfBirth(date): DateOfBirth) -> Self {
        let (month, day) = (u8::from(date.month()), date.day());
        format!("{:04}-{month:02}-{day:02}", date.year())
    }
}

/// Whether somebody has not reached the minimum age, in full years, on a day.
pub fn too_young(date_of_birth: Date, today: Date, minimum_age: u8) -> bool {
    age_on(date_of_birth, today) < minimum_age
}

fn check_date_of_birth(text: &str, today: Date) -> Result<Date, FieldError> {
    let fault = |code, detail: &str| FieldError::new("date_of_birth", code, detail);
    let date = parse_date(text).ok_or_else(|| {
        fault(
            "invalid_date",
            "Give an existing day in the form YYYY-MM-DD.",
        )
    })?;
    if date > today {
        return Err(fault("in_future", "The date of birth lies in the future."));
    }
    if age_on(date, today) > AGE_MAX {
        return Err(fault(
            "too_long_ago",
            "The date of birth lies too long ago.",
        ));
    }
    Ok(date)
}

#[cfg(test)]
mod tests;
