//! The text model's two files, as `scripts/fetch-text-model` sets them up.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

const FOLDER: &str = "WEBCHAT_TEST_TEXT_MODEL";

/// The folder with the files.
///
/// # Panics
/// Where there is none; the message says what to do.
pub fn folder() -> PathBuf {
    let set = env::var_os(FOLDER).map(PathBuf::from);
    let folder = set.or_else(fetched);
    folder.unwrap_or_else(|| panic!("run scripts/fetch-text-model, or set {FOLDER}"))
}

fn fetched() -> Option<PathBuf> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools");
    let folders = fs::read_dir(tools)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()));
    let mut models = folders.filter(|folder| {
        let name = folder.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with("wordllama-"))
    });
    models.next()
}
