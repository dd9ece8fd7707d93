//! What is stored is nobody else's on the same machine.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::{opened, trouble::a_key};

#[tokio::test]
async fn a_folder_that_is_made_is_for_the_user_of_the_process_alone() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("files");
    let storage = opened(&[("STORAGE_URL", format!("file://{}", folder.display()))]);
    storage.put(&a_key(), "words".into()).await.unwrap();
    let mode = fs::metadata(folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "{mode:o}");
}
