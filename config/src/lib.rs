//! How every WebChat process is configured.
//!
//! `default.toml` is compiled in and is also the schema: it names every key and its kind. A file, a
//! `.env` and the environment lie over it in this order. Whatever is wrong with a setting is one
//! line that names the key as the operator wrote it.

mod checks;
mod error;
pub mod folder;
mod layers;
mod locations;
mod names;
mod sections;
mod sources;
mod weights;

pub use error::SettingsError;
pub use locations::{DatabaseLocation, StorageLocation};
pub use secrecy::{ExposeSecret, SecretString};
pub use sections::{
    Account, Admin, Auth, Database, Files, Http, JwtAlgorithm, Limits, Log, LogFormat, Matching,
    Nats, Persistence, Realtime, Room, Settings, Storage,
};
pub use weights::matching_prior;
