//! The wire as it stands, word for word, in `golden/`. A change here is a change for every client, integrator and older
//! process: additions are fine, anything else needs a new version. The client's tests read the same files.
//!
//! `UPDATE_GOLDEN=1 cargo test -p webchat-contract` writes the files anew, to be read in review.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends where its ground is missing"
)]

mod broker;
mod last_release;
mod samples;
mod sockets;
mod unknown_fields;

use std::{env, fs, path::Path};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Each value is written as the file says, and what the file says is read back as the value.
fn holds<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(name: &str, values: &[T]) {
    let file = written(name, values);
    let read: Vec<T> =
        serde_json::from_value(file).expect("an older process's words are understood");
    assert_eq!(read, values, "{name}");
}

fn written<T: Serialize>(name: &str, values: &[T]) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(format!("{name}.json"));
    let now = serde_json::to_value(values).unwrap();
    if env::var_os("UPDATE_GOLDEN").is_some() {
        let mut text = serde_json::to_string_pretty(&now).unwrap();
        text.push('\n');
        fs::write(&path, text).unwrap();
    }
    let text = fs::read_to_string(&path).unwrap_or_default();
    let file: Value = serde_json::from_str(&text).expect("a golden file");
    assert_eq!(file, now, "{name} changed on the wire");
    file
}
