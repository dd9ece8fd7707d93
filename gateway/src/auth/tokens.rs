//! Access tokens: JSON Web Tokens, RFC 7519, signed with the installation's secret and checked without I/O.

use std::{fmt, time::Duration};

use contract::api::AccessClaims;
use domain::{SessionId, Timestamp, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use settings::{ExposeSecret, JwtAlgorithm};

use crate::error::ApiError;

/// What a valid access token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// The user.
    pub user_id: UserId,
    /// The signed-in device.
    pub session_id: SessionId,
    /// When the token ends.
    pub expires_at: Timestamp,
    /// When it was made.
    pub issued_at: Timestamp,
}

/// A new access token.
#[derive(Clone)]
pub struct Issued {
    /// The token.
    pub token: String,
    /// Its life in seconds.
    pub expires_in: u64,
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// Makes and checks access tokens.
pub struct Tokens {
    header: Header,
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    life: Duration,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("life", &self.life)
            .finish_non_exhaustive()
    }
}

impl Tokens {
    /// Tokens as the settings ask for them.
    pub fn new(settings: &settings::Auth) -> Self {
        let secret = settings.jwt_secret_key.expose_secret().as_bytes();
        let algorithm = match settings.jwt_algorithm {
            JwtAlgorithm::HS256 => Algorithm::HS256,
            JwtAlgorithm::HS384 => Algorithm::HS384,
            JwtAlgorithm::HS512 => Algorithm::HS512,
        };
        let mut validation = Validation::new(algorithm);
        // Checked here instead, by the clock that all gateways share.
        validation.validate_exp = false;
        validation.validate_aud = false;
        Self {
            header: Header::new(algorithm),
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            validation,
            life: Duration::from_secs(settings.access_token_minutes * 60),
        }
    }

    /// How long a token lives.
    pub fn life(&self) -> Duration {
        self.life
    }

    /// A token for a session, made now.
    ///
    /// # Errors
    /// `internal_error` where it cannot be signed.
    pub fn issue(
        &self,
        user: UserId,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Issued, ApiError> {
        let claims = AccessClaims {
            sub: user,
            sid: session,
            iat: now.0.div_euclid(1000),
            iat_ms: now.0,
            exp: now.plus(self.life).0.div_euclid(1000),
        };
        let token = encode(&self.header, &claims, &self.encoding).map_err(ApiError::internal)?;
        Ok(Issued {
            token,
            expires_in: self.life.as_secs(),
        })
    }

    /// Reads a token; `None` where it is forged, damaged or past its end.
    pub fn verify(&self, token: &str, now: Timestamp) -> Option<Session> {
        let claims = decode::<AccessClaims>(token, &self.decoding, &self.validation)
            .ok()?
            .claims;
        let expires_at = Timestamp(claims.exp.checked_mul(1000)?);
        (now < expires_at).then_some(Session {
            user_id: claims.sub,
            session_id: claims.sid,
            expires_at,
            issued_at: Timestamp(claims.iat_ms),
        })
    }
}

#[cfg(test)]
mod tests {
    use settings::{SecretString, Settings};
    use uuid::Uuid;

    use super::*;

    fn tokens(secret: &str, algorithm: JwtAlgorithm) -> Tokens {
        let mut auth = Settings::from_sources(None, []).unwrap().auth;
        auth.jwt_secret_key = SecretString::from(secret.to_owned());
        auth.jwt_algorithm = algorithm;
        Tokens::new(&auth)
    }

    #[test]
    fn a_token_is_good_until_its_end_and_for_its_own_secret_and_algorithm_only() {
        bootstrap::install_crypto_provider();
        let secret = "0123456789abcdef0123456789abcdef";
        let ours = tokens(secret, JwtAlgorithm::HS256);
        let (user, session) = (UserId(Uuid::now_v7()), SessionId(Uuid::now_v7()));
        let now = Timestamp(1_795_460_400_123);
        let token = ours.issue(user, session, now).unwrap().token;
        let read = ours.verify(&token, now).unwrap();
        assert_eq!(
            (read.user_id, read.session_id, read.issued_at),
            (user, session, now)
        );
        assert_eq!(ours.verify(&token, read.expires_at), None);
        let other_secret = tokens("another secret of thirty-two chars", JwtAlgorithm::HS256);
        assert_eq!(other_secret.verify(&token, now), None);
        assert_eq!(
            tokens(secret, JwtAlgorithm::HS512).verify(&token, now),
            None
        );
        assert_eq!(ours.verify(&format!("{token}x"), now), None);
    }
}
