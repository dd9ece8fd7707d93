//! Passwords, hashed with Argon2id off the async threads, a few at a time.

use std::{fmt, sync::Arc};

use anyhow::Context;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{error::ApiError, places::Places};

/// How many may wait for their hash; more than that would wait too long and are told to come back.
const MAX_WAITING: usize = 128;

/// Hashes and checks passwords.
pub struct Passwords {
    argon2: Argon2<'static>,
    permits: Arc<Semaphore>,
    places: Places,
    /// The hash of nobody's password: what an unknown name is checked against, so that it takes as long.
    nobody: String,
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").finish_non_exhaustive()
    }
}

impl Passwords {
    /// A hasher with the cost that the settings ask for.
    ///
    /// # Errors
    /// Argon2 refuses the cost.
    pub fn new(settings: &settings::Auth) -> anyhow::Result<Self> {
        let params = Params::new(settings.hash_memory_kib, settings.hash_iterations, 1, None)
            .context("auth.hash_memory_kib and auth.hash_iterations do not fit together")?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, &uuid::Uuid::new_v4().to_string())
            .map_err(|error| anyhow::anyhow!("passwords cannot be hashed: {error}"))?;
        Ok(Self {
            argon2,
            permits: Arc::new(Semaphore::new(settings.hash_concurrency)),
            places: Places::new(MAX_WAITING),
            nobody,
        })
    }

    /// The hash of a new password, as a PHC string.
    ///
    /// # Errors
    /// `unavailable` where too many wait.
    pub async fn hash(&self, password: String) -> Result<String, ApiError> {
        let argon2 = self.argon2.clone();
        self.off_the_async_threads(move || hash(&argon2, &password))
            .await?
            .map_err(ApiError::internal)
    }

    /// Whether the password is the one of the hash. Without a hash it is not, and takes as long to say.
    ///
    /// # Errors
    /// `unavailable` where too many wait.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool, ApiError> {
        let argon2 = self.argon2.clone();
        let is_known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.clone());
        let is_right = self
            .off_the_async_threads(move || {
                let stored = PasswordHash::new(&stored).map_err(|error| error.to_string())?;
                Ok::<_, String>(argon2.verify_password(password.as_bytes(), &stored).is_ok())
            })
            .await?
            .map_err(ApiError::internal)?;
        Ok(is_right && is_known)
    }

    async fn off_the_async_threads<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let permit = self.permit().await?;
        let work = move || {
            let _permit = permit;
            work()
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(ApiError::internal)
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        let _place = self.places.take()?;
        Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(ApiError::internal)
    }
}

fn hash(argon2: &Argon2<'_>, password: &str) -> Result<String, String> {
    let hash = argon2.hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string())
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use settings::Settings;

    use super::*;

    #[tokio::test]
    async fn only_the_right_password_is_right_and_nobodys_never_is() {
        let mut auth = Settings::from_sources(None, []).unwrap().auth;
        (auth.hash_memory_kib, auth.hash_iterations) = (64, 1);
        let passwords = Passwords::new(&auth).unwrap();
        let hash = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        let verify = async |password: &str, hash: Option<&String>| {
            passwords
                .verify(password.to_owned(), hash.cloned())
                .await
                .unwrap()
        };
        assert!(verify("correct horse", Some(&hash)).await);
        assert!(!verify("wrong horse", Some(&hash)).await);
        assert!(!verify("correct horse", None).await);
    }
}
