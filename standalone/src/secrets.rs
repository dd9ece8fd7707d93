//! The secrets that `webchat serve` makes for itself: random, kept in the data folder, readable by their owner only.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
};

use anyhow::Context;
use rand::Rng;

use crate::data_folder::DataFolder;

const BYTES: usize = 32;

/// The secret of this name; made at the first call. 64 hexadecimal digits behind the letter `k`, because nats-server
/// reads a password as configuration text, where it must begin with a letter.
///
/// # Errors
/// The file cannot be read or written, or others may read it.
pub fn secret(folder: &DataFolder, name: &str) -> anyhow::Result<String> {
    let path = folder.join(&format!("{name}.secret"));
    let cannot = || format!("the secret {} cannot be used", path.display());
    match fs::read_to_string(&path) {
        Ok(text) => {
            let mode = fs::metadata(&path)
                .with_context(cannot)?
                .permissions()
                .mode();
            anyhow::ensure!(
                mode & 0o077 == 0,
                "the secret {} can be read by others: chmod 600 it, and replace it if they may have read it",
                path.display()
            );
            Ok(text.trim().to_owned())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let text = random_text();
            // Written whole under another name first: a crash leaves no half secret.
            let draft = folder.join(&format!("{name}.secret.new"));
            let mut file = OpenOptions::new()
                .create(true)
                .truncate(true)
                .write(true)
                .mode(0o600)
                .open(&draft)
                .with_context(cannot)?;
            writeln!(file, "{text}").with_context(cannot)?;
            file.sync_all().with_context(cannot)?;
            fs::rename(&draft, &path).with_context(cannot)?;
            Ok(text)
        }
        Err(error) => Err(error).with_context(cannot),
    }
}

fn random_text() -> String {
    let mut bytes = [0_u8; BYTES];
    rand::rng().fill_bytes(&mut bytes);
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    std::iter::once("k".to_owned()).chain(digits).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn folder(path: &Path) -> DataFolder {
        DataFolder::take(path).unwrap()
    }

    #[test]
    fn a_secret_is_made_once_and_is_its_owners_alone() {
        let parent = tempfile::tempdir().unwrap();
        let folder = folder(parent.path());
        let made = secret(&folder, "jwt").unwrap();
        assert_eq!(made.len(), 65);
        assert_eq!(secret(&folder, "jwt").unwrap(), made);
        assert_ne!(secret(&folder, "other").unwrap(), made);
        let mode = fs::metadata(folder.join("jwt.secret"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_secret_that_others_may_read_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let folder = folder(parent.path());
        secret(&folder, "jwt").unwrap();
        let path = folder.join("jwt.secret");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(
            secret(&folder, "jwt")
                .unwrap_err()
                .to_string()
                .contains("chmod 600")
        );
    }
}
