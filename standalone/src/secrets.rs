//! The secrets that `webchat serve` makes for itself: random, kept in the data folder, readable by their owner only.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
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
    let path = folder.join(&file_name(name));
    let cannot = || format!("the secret {} cannot be used", path.display());
    match read(&path) {
        Ok(text) => Ok(text),
        Err(error) if is_missing(&error) => {
            let text = random_text();
            // Written whole under another name first: a crash leaves no half secret.
            let draft = folder.join(&format!("{}.new", file_name(name)));
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
        Err(error) => Err(error),
    }
}

/// The secret of this name in a data folder that another process has.
///
/// # Errors
/// There is none, it cannot be read, or others may read it.
pub fn existing(data_folder: &Path, name: &str) -> anyhow::Result<String> {
    read(&data_folder.join(file_name(name)))
}

fn file_name(name: &str) -> String {
    format!("{name}.secret")
}

fn read(path: &Path) -> anyhow::Result<String> {
    let cannot = || format!("the secret {} cannot be used", path.display());
    let text = fs::read_to_string(path).with_context(cannot)?;
    let metadata = fs::metadata(path).with_context(cannot)?;
    anyhow::ensure!(
        metadata.permissions().mode() & 0o077 == 0,
        "the secret {} can be read by others: chmod 600 it, and replace it if they may have read it",
        path.display()
    );
    Ok(text.trim().to_owned())
}

fn is_missing(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|error| error.kind() == ErrorKind::NotFound)
}

fn random_text() -> String {
    let mut bytes = [0_u8; BYTES];
    rand::rng().fill_bytes(&mut bytes);
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    std::iter::once("k".to_owned()).chain(digits).collect()
}

#[cfg(test)]
mod tests {
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
