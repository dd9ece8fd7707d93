//! Under which names objects are stored.

use std::fmt::{self, Display, Formatter};

use domain::{FileId, UserId, avatar::AvatarLevel};
use object_store::path::Path;
use uuid::Uuid;

/// Where uploaded files are.
pub(crate) const FILES: &str = "files";
const THUMBNAIL: &str = ".thumbnail";
/// Where avatars are.
pub(crate) const AVATARS: &str = "avatars";

/// The name of an object, as a log may have it. It is made of an id of ours and never of what somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(Path);

impl Display for Key {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, f)
    }
}

impl Key {
    /// An uploaded file.
    pub fn file(id: FileId) -> Self {
        Self(Path::from_iter([FILES, &id.to_string()]))
    }

    /// The small picture of an uploaded image.
    pub fn thumbnail(id: FileId) -> Self {
        Self(Path::from_iter([FILES, &format!("{id}{THUMBNAIL}")]))
    }

    /// One picture of one version of a user's avatar.
    pub fn avatar(user: UserId, version: Uuid, level: AvatarLevel) -> Self {
        let (user, version) = (user.to_string(), version.to_string());
        Self(Path::from_iter([AVATARS, &user, &version, level.as_str()]))
    }

    /// What all pictures of a user's avatars begin with.
    pub(crate) fn avatars_of(user: UserId) -> Path {
        Path::from_iter([AVATARS, &user.to_string()])
    }

    /// The uploaded file that the object belongs to; `None` for any other object.
    pub fn file_id(&self) -> Option<FileId> {
        let name = self.0.as_ref().strip_prefix(FILES)?.strip_prefix('/')?;
        name.strip_suffix(THUMBNAIL).unwrap_or(name).parse().ok()
    }

    /// The version of an avatar that the object belongs to; `None` for any other object.
    pub fn avatar_version(&self) -> Option<Uuid> {
        let name = self.0.as_ref().strip_prefix(AVATARS)?.strip_prefix('/')?;
        let (user, rest) = name.split_once('/')?;
        let (version, level) = rest.split_once('/')?;
        let is_ours = user.parse::<UserId>().is_ok()
            && AvatarLevel::ALL.iter().any(|known| known.as_str() == level);
        is_ours.then(|| version.parse().ok())?
    }

    /// The key of an object that was found; `None` where it is not one of ours.
    pub(crate) fn read(path: Path) -> Option<Self> {
        let key = Self(path);
        let is_ours = key.file_id().is_some() || key.avatar_version().is_some();
        is_ours.then_some(key)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_and_its_thumbnail_lead_back_to_the_file_and_nothing_else_does() {
        let id: FileId = "01938f6e-2f6a-7cc0-9c5a-6f1d2f3a4b5c".parse().unwrap();
        for key in [Key::file(id), Key::thumbnail(id)] {
            assert_eq!(Key::read(key.path().clone()), Some(key.clone()));
            assert_eq!(key.file_id(), Some(id));
            assert_eq!(key.avatar_version(), None);
        }
        for foreign in ["probe", "files", "files/notes.txt", "avatars/x"] {
            assert_eq!(Key::read(Path::from(foreign)), None, "{foreign}");
        }
    }

    #[test]
    fn each_picture_of_an_avatar_leads_back_to_its_version_and_nothing_else_does() {
        let user: UserId = "01938f6e-2f6a-7cc0-9c5a-6f1d2f3a4b5c".parse().unwrap();
        let version = Uuid::from_u128(7);
        for level in AvatarLevel::ALL {
            let key = Key::avatar(user, version, level);
            assert_eq!(Key::read(key.path().clone()), Some(key.clone()));
            assert_eq!(key.avatar_version(), Some(version));
            assert_eq!(key.file_id(), None);
        }
        for foreign in [
            format!("avatars/{user}/{version}"),
            format!("avatars/{user}/{version}/other"),
            format!("avatars/{user}/{version}/clear/more"),
            format!("avatars/{user}/notes/clear"),
            format!("avatars/somebody/{version}/clear"),
            format!("files/{user}/{version}/clear"),
        ] {
            assert_eq!(Key::read(Path::from(foreign.as_str())), None, "{foreign}");
        }
    }
}
