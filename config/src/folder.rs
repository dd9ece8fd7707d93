//! Folders of what is nobody else's business: files of people, their messages.

use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::Path,
};

/// For the user of the process alone.
const PRIVATE: u32 = 0o700;
/// Whether everybody may go into a folder.
const OTHERS_ENTER: u32 = 0o001;

/// Makes the folder where it is missing, with those above it, for the user of this process alone. One that is there stays as
/// it is.
///
/// # Errors
/// It cannot be made.
pub fn make_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(PRIVATE)
        .create(folder)
}

/// Whether every user of the machine gets into the folder: it and all folders above it let them.
///
/// # Errors
/// It cannot be read.
pub fn is_open_to_others(folder: &Path) -> io::Result<bool> {
    let folder = folder.canonicalize()?;
    for step in folder.ancestors() {
        if fs::metadata(step)?.permissions().mode() & OTHERS_ENTER == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;

    use super::*;

    #[test]
    fn what_is_made_is_for_this_user_alone() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("data/files");
        make_private(&folder).unwrap();
        for made in [&folder, &parent.path().join("data")] {
            let mode = fs::metadata(made).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, PRIVATE, "{}", made.display());
        }
        make_private(&folder).unwrap();
    }

    #[test]
    fn a_folder_is_open_where_each_one_on_the_way_is() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("files");
        fs::create_dir(&folder).unwrap();
        for (above, itself, is_open) in [
            (0o755, 0o755, true),
            (0o755, 0o750, false),
            (0o700, 0o755, false),
        ] {
            for (step, mode) in [(parent.path(), above), (&folder, itself)] {
                fs::set_permissions(step, Permissions::from_mode(mode)).unwrap();
            }
            let found = is_open_to_others(&folder).unwrap();
            assert_eq!(found, is_open, "{above:o}/{itself:o}");
        }
    }
}
