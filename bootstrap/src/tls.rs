//! The one TLS provider.

/// Selects aws-lc-rs for every TLS connection of this process. Later calls change nothing.
pub fn install_crypto_provider() {
    // The error says that a provider is installed already, and nobody here installs another one.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
}
