//! How every WebChat process starts, tells how it is, and stops.
//!
//! A `main` is one call of [`role::main`]: it reads the settings, opens the logs, the metrics and the
//! private server, and runs the role until it ends or a signal asks it to. A failure is one line on
//! stderr and exit code 1.

pub mod admin;
pub mod archive;
pub mod bounded;
mod broker;
mod consumers;
pub mod database;
pub mod metrics;
mod open_files;
mod patience;
mod postgres;
pub mod readiness;
pub mod role;
pub mod shutdown;
mod storage_owner;
pub mod telemetry;
mod tls;

pub use self::broker::{connect_broker, report_broker_readiness, takes_messages};
pub use bounded::{Connection, Transaction};
pub use consumers::{CONSUMERS, watch_consumers};
pub use database::Database;
pub use patience::patiently;
pub use readiness::{CheckStatus, Readiness, ReadinessCheck, ReadinessReport};
pub use role::{Process, Role};
pub use shutdown::Shutdown;
pub use storage_owner::{OwnStorage, OwnershipError};
pub use tls::install_crypto_provider;
