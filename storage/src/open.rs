//! The storage that the settings name.

use std::{fmt::Display, path::Path as FolderPath, sync::Arc, time::Duration};

use object_store::{
    BackoffConfig, ClientOptions, ObjectStore, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    local::LocalFileSystem,
    prefix::PrefixStore,
};
use settings::{Settings, SettingsError, StorageLocation, folder};

use super::{Storage, space::Space, unfinished::Folder};

/// A bucket that is away is told as such soon: somebody waits for an answer.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
const RETRY_WITHIN: Duration = Duration::from_secs(5);
const RETRIES: usize = 2;

const URL: &str = "storage.url";

impl Storage {
    /// Opens the storage that the settings name; a folder is made if it is missing. Credentials of a bucket are those of the
    /// process's environment, under the names of the AWS tools (`AWS_ACCESS_KEY_ID`, …).
    ///
    /// # Errors
    /// It cannot be used; the error names the setting. Whether a bucket answers, [`Storage::probe`] tells.
    pub fn open(settings: &Settings) -> Result<Self, SettingsError> {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self::open_with(settings, variables)
    }

    /// The same with these environment variables.
    ///
    /// # Errors
    /// As [`Storage::open`].
    pub fn open_with(
        settings: &Settings,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        match settings.storage_location()? {
            StorageLocation::Folder(folder) => {
                let space = Space::new(&folder, settings.storage.keep_free_bytes);
                open_folder(&folder, space)
            }
            StorageLocation::S3 { bucket, prefix } => {
                let store = open_bucket(settings, &bucket, variables)?;
                let store: Arc<dyn ObjectStore> = match prefix.is_empty() {
                    true => Arc::new(store),
                    false => Arc::new(PrefixStore::new(store, prefix)),
                };
                Ok(Self::new(store, None, None))
            }
        }
    }
}

fn open_folder(folder: &FolderPath, space: Option<Space>) -> Result<Storage, SettingsError> {
    let failed = |error: &dyn Display| {
        SettingsError::about(URL, format!("cannot use {}: {error}", folder.display()))
    };
    folder::make_private(folder).map_err(|error| failed(&error))?;
    if folder::is_open_to_others(folder).map_err(|error| failed(&error))? {
        tracing::warn!(folder = %folder.display(), "every user of this machine can read the uploaded files: take the rights of others from the folder (chmod o-rwx)");
    }
    let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| failed(&error))?;
    // An answered upload survives the machine.
    let store = Arc::new(store.with_fsync(true));
    Ok(Storage::new(store, Some(Folder::new(folder)), space))
}

fn open_bucket(
    settings: &Settings,
    bucket: &str,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<impl ObjectStore, SettingsError> {
    let storage = &settings.storage;
    let mut builder = AmazonS3Builder::new();
    for (name, value) in variables {
        let key = name.starts_with("AWS_") && !value.is_empty();
        let key = key.then(|| name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>());
        if let Some(Ok(key)) = key {
            builder = builder.with_config(key, value);
        }
    }
    builder = builder
        .with_bucket_name(bucket)
        .with_virtual_hosted_style_request(storage.virtual_hosted_style)
        // Not every service that speaks S3 removes several objects at once, and here it is one at a time.
        .with_disable_bulk_delete(true)
        .with_retry(RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: RETRIES,
            retry_timeout: RETRY_WITHIN,
        });
    if !storage.region.is_empty() {
        builder = builder.with_region(&storage.region);
    }
    if !storage.endpoint.is_empty() {
        builder = builder.with_endpoint(endpoint(storage, bucket));
    }
    let client = ClientOptions::new()
        .with_connect_timeout(CONNECT_WITHIN)
        // A download takes as long as its reader does; everything else is waited for with patience of our own.
        .with_timeout_disabled()
        .with_allow_http(storage.endpoint.starts_with("http://"));
    let opened = builder.with_client_options(client).build();
    opened.map_err(|error| SettingsError::about(URL, format!("cannot use s3://{bucket}: {error}")))
}

/// Where requests for the bucket go. The client takes an endpoint as it is: where the bucket is to be part of the host's name,
/// it has to be there already.
fn endpoint(storage: &settings::Storage, bucket: &str) -> String {
    let Some((scheme, host)) = storage.endpoint.split_once("://") else {
        return storage.endpoint.clone();
    };
    match storage.virtual_hosted_style && !host.starts_with(&format!("{bucket}.")) {
        true => format!("{scheme}://{bucket}.{host}"),
        false => storage.endpoint.clone(),
    }
}
