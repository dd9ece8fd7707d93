//! How texts are compared: by the text model, or without its files by their spelling.

use domain::matching::TextMode;
use settings::{Matching, SettingsError};
use text_model::Texts;

/// Opens the text model that the settings name, and says in the log which of both it is.
///
/// # Errors
/// Its files are damaged; or they are missing and required. The error names the setting.
pub fn open(matching: &Matching) -> Result<Texts, SettingsError> {
    let Matching {
        text_model_dir,
        require_text_model,
        ..
    } = matching;
    let texts = Texts::open(text_model_dir, *require_text_model)
        .map_err(|error| SettingsError::about("match.text_model_dir", error.to_string()))?;
    let mode = texts.mode();
    match mode {
        TextMode::WordLlama => tracing::info!(%mode, "texts are compared by the text model"),
        TextMode::HashedNgrams => tracing::warn!(
            %mode,
            folder = %text_model_dir.display(),
            "there is no text model, so texts are compared by their spelling only; scripts/fetch-text-model sets it up"
        ),
    }
    Ok(texts)
}
