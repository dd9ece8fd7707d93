//! What a storage promises, in a folder and behind the S3 API.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends where its ground is missing"
)]

mod asked;
mod front;
mod owner;
mod private;
mod promises;
mod trouble;

use std::path::PathBuf;

use settings::Settings;
use storage::Storage;
use tempfile::TempDir;
use webchat_storage as storage;
use webchat_tests::s3::{CREDENTIALS, S3};

/// A storage of one test, and how to look at it from outside.
#[derive(Debug)]
pub struct Ground {
    pub storage: Storage,
    pub place: Place,
}

#[derive(Debug)]
pub enum Place {
    Folder(TempDir),
    Bucket(String),
}

impl Ground {
    pub fn in_a_folder() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("file://{}", folder.path().display());
        Self {
            storage: opened(&[("STORAGE_URL", url)]),
            place: Place::Folder(folder),
        }
    }

    pub fn in_a_bucket() -> Self {
        bootstrap::install_crypto_provider();
        let bucket = S3::shared().fresh_bucket();
        Self {
            storage: opened(&S3::shared().settings(&bucket)),
            place: Place::Bucket(bucket),
        }
    }

    /// Everything that is stored, also what is not finished, in some form.
    pub fn everything(&self) -> Vec<String> {
        match &self.place {
            Place::Folder(folder) => files_below(folder.path().to_owned()),
            Place::Bucket(bucket) => {
                let keys = S3::shared().objects(bucket) + &S3::shared().unfinished(bucket);
                let keys = keys.split("<Key>").skip(1);
                keys.map(|key| key.split('<').next().unwrap().to_owned())
                    .collect()
            }
        }
    }
}

pub fn opened(variables: &[(&str, String)]) -> Storage {
    Storage::open_with(&settings_of(variables), credentials()).unwrap()
}

pub fn settings_of(variables: &[(&str, String)]) -> Settings {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    Settings::from_sources(None, variables).unwrap()
}

fn credentials() -> impl Iterator<Item = (String, String)> {
    CREDENTIALS
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
}

fn files_below(folder: PathBuf) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => files_below(path),
            false => vec![path.display().to_string()],
        })
        .collect()
}

/// Makes two tests of each body, `name::folder` and `name::bucket`.
macro_rules! in_both_places {
    ($($body:ident),+ $(,)?) => {$(
        mod $body {
            use crate::Ground;

            #[tokio::test(flavor = "multi_thread")]
            async fn folder() {
                super::$body(Ground::in_a_folder()).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn bucket() {
                super::$body(Ground::in_a_bucket()).await;
            }
        }
    )+};
}
pub(crate) use in_both_places;
