//! Refresh tokens: a chain, each made from the one before it, so that the same token always has the same successor
//! and the database needs hashes only.
//!
//! `<session id>.<nonce and tag>`; the tag shows that the token was made here. A made-up token is therefore never
//! taken for a spent one, and cannot end a session.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::SessionId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

const NONCE_BYTES: usize = 16;
const TAG_BYTES: usize = 16;

/// The secret of the chains.
#[derive(Clone)]
pub struct RefreshKey(Hmac<Sha256>);

impl fmt::Debug for RefreshKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshKey")
    }
}

/// A refresh token that was made here; whether it may still be used, the session's row says.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// The session that it belongs to.
    pub session_id: SessionId,
    nonce: [u8; NONCE_BYTES],
    tag: [u8; TAG_BYTES],
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshToken")
            .field("session_id", &self.session_id)
            .finish_non_exhaustive()
    }
}

impl RefreshKey {
    /// The key that follows from the installation's secret.
    pub fn new(secret: &[u8]) -> Self {
        let key = Sha256::new()
            .chain_update(b"webchat refresh tokens")
            .chain_update(secret)
            .finalize();
        // A key of a hash's length is never refused, nor hashed once more.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&key);
        Self(Hmac::new(&block.into()))
    }

    /// The first token of a session.
    pub fn first(&self, session_id: SessionId) -> RefreshToken {
        self.token(session_id, rand::random())
    }

    /// The token that follows; always the same one.
    pub fn successor(&self, token: &RefreshToken) -> RefreshToken {
        self.token(
            token.session_id,
            self.derive(b"next", token.session_id, &token.nonce),
        )
    }

    /// Reads a token; `None` where it was not made here.
    pub fn parse(&self, text: &str) -> Option<RefreshToken> {
        let (session_id, rest) = text.split_once('.')?;
        let session_id: SessionId = session_id.parse().ok()?;
        let bytes = URL_SAFE_NO_PAD.decode(rest).ok()?;
        let (nonce, tag) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        self.mac(b"tag", session_id, nonce)
            .verify_truncated_left(tag)
            .ok()?;
        Some(RefreshToken {
            session_id,
            nonce: *nonce,
            tag: tag.try_into().ok()?,
        })
    }

    fn token(&self, session_id: SessionId, nonce: [u8; NONCE_BYTES]) -> RefreshToken {
        RefreshToken {
            session_id,
            nonce,
            tag: self.derive(b"tag", session_id, &nonce),
        }
    }

    fn derive(&self, purpose: &[u8], session_id: SessionId, nonce: &[u8]) -> [u8; 16] {
        let full: [u8; 32] = self
            .mac(purpose, session_id, nonce)
            .finalize()
            .into_bytes()
            .into();
        let mut half = [0; 16];
        half.copy_from_slice(&full[..16]);
        half
    }

    fn mac(&self, purpose: &[u8], session_id: SessionId, nonce: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        for part in [purpose, session_id.0.as_bytes().as_slice(), nonce] {
            mac.update(part);
        }
        mac
    }
}

impl RefreshToken {
    /// The token as it stands in the cookie.
    pub fn text(&self) -> String {
        let secret = [self.nonce.as_slice(), &self.tag].concat();
        format!("{}.{}", self.session_id, URL_SAFE_NO_PAD.encode(secret))
    }

    /// What the database keeps of it.
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.text()))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_token_has_one_successor_and_a_made_up_one_is_recognised() {
        let key = RefreshKey::new(b"0123456789abcdef0123456789abcdef");
        let session = SessionId(Uuid::now_v7());
        let first = key.first(session);
        let read = key.parse(&first.text()).unwrap();
        assert_eq!(read, first);
        assert_eq!(key.successor(&first), key.successor(&read));
        assert_ne!(key.successor(&first), first);
        assert_ne!(key.first(session), first);
        let other_key = RefreshKey::new(b"another secret of thirty-two chars");
        assert_eq!(key.parse(&other_key.first(session).text()), None);
        let other_session = first
            .text()
            .replace(&session.to_string(), &Uuid::now_v7().to_string());
        for made_up in ["", ".", "x.y", other_session.as_str(), &first.text()[..50]] {
            assert_eq!(key.parse(made_up), None, "{made_up}");
        }
    }
}
