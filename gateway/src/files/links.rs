//! Links to files that are good for ten minutes without a sign-in, so that a page can show a picture.
//!
//! A link tells the file, which part of it, and until when; a keyed hash over these shows that a gateway has made it. Every
//! gateway of an installation has the same key.

use std::fmt;

use contract::message::{Attachment, Message};
use domain::{FileId, Timestamp, file::LINK_GOOD_FOR};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// What a link leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The file itself.
    Whole,
    /// Its small picture.
    Thumbnail,
}

/// The end of a link: what its query says.
#[derive(Debug, Clone, Default)]
pub struct Signature {
    /// Until when it is good, in epoch seconds.
    pub expires: Option<String>,
    /// The keyed hash, in hexadecimal.
    pub signature: Option<String>,
}

/// Makes links and knows its own again.
#[derive(Clone)]
pub struct Links(Hmac<Sha256>);

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Links")
    }
}

/// The file as it is stored with a message: a link is good for a while only, and for whom it was given to.
pub fn unsigned(mut file: Attachment) -> Attachment {
    file.url = Part::Whole.path(file.id);
    if file.thumbnail_url.is_some() {
        file.thumbnail_url = Some(Part::Thumbnail.path(file.id));
    }
    file
}

impl Signature {
    /// What a query says of it. Of what is there twice, the last counts.
    pub fn read(query: Option<&str>) -> Self {
        let pairs = query.unwrap_or_default().split('&');
        let mut read = Self::default();
        for (name, value) in pairs.filter_map(|pair| pair.split_once('=')) {
            match name {
                "expires" => read.expires = Some(value.to_owned()),
                "signature" => read.signature = Some(value.to_owned()),
                _ => {}
            }
        }
        read
    }
}

impl Part {
    /// Where it is, without a signature: what is stored with a message.
    pub fn path(self, id: FileId) -> String {
        match self {
            Self::Whole => format!("/files/{id}"),
            Self::Thumbnail => format!("/files/{id}/thumbnail"),
        }
    }

    fn name(self) -> &'static [u8] {
        match self {
            Self::Whole => b"whole",
            Self::Thumbnail => b"thumbnail",
        }
    }
}

impl Links {
    /// The key that follows from the installation's secret.
    pub fn new(secret: &[u8]) -> Self {
        let key = Sha256::new()
            .chain_update(b"webchat file links")
            .chain_update(secret)
            .finalize();
        // A key of a hash's length is never refused, nor hashed once more.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&key);
        Self(Hmac::new(&block.into()))
    }

    /// The message with links that are good from now on.
    pub fn sign(&self, mut message: Message, now: Timestamp) -> Message {
        for file in &mut message.attachments {
            self.sign_file(file, now);
        }
        message
    }

    /// The same for one file.
    pub fn sign_file(&self, file: &mut Attachment, now: Timestamp) {
        file.url = self.link(file.id, Part::Whole, now);
        if file.thumbnail_url.is_some() {
            file.thumbnail_url = Some(self.link(file.id, Part::Thumbnail, now));
        }
    }

    /// Whether the link was made here and is still good.
    pub fn is_good(&self, id: FileId, part: Part, link: &Signature, now: Timestamp) -> bool {
        let (Some(expires), Some(signature)) = (&link.expires, &link.signature) else {
            return false;
        };
        let (Ok(expires), Ok(signature)) = (expires.parse::<i64>(), hex::decode(signature)) else {
            return false;
        };
        // The comparison takes the same time wherever they differ.
        let is_ours = self.mac(id, part, expires).verify_slice(&signature).is_ok();
        is_ours && now.0 < expires.saturating_mul(1_000)
    }

    fn link(&self, id: FileId, part: Part, now: Timestamp) -> String {
        let good_for = i64::try_from(LINK_GOOD_FOR.as_secs()).unwrap_or(i64::MAX);
        // A second that has begun counts as a whole one.
        let expires = (now.0 + 999).div_euclid(1_000) + good_for;
        let signature = self.mac(id, part, expires).finalize().into_bytes();
        let (path, signature) = (part.path(id), hex::encode(signature));
        format!("{path}?expires={expires}&signature={signature}")
    }

    fn mac(&self, id: FileId, part: Part, expires: i64) -> Hmac<Sha256> {
        self.0
            .clone()
            .chain_update(part.name())
            .chain_update(id.0.as_bytes())
            .chain_update(expires.to_be_bytes())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = Timestamp(1_795_460_400_123);
    const ID: FileId = FileId(Uuid::from_u128(7));

    fn signature(link: &str) -> Signature {
        let (_, query) = link.split_once("?expires=").unwrap();
        let (expires, signature) = query.split_once("&signature=").unwrap();
        Signature {
            expires: Some(expires.to_owned()),
            signature: Some(signature.to_owned()),
        }
    }

    fn links() -> Links {
        Links::new(b"a secret of the tests")
    }

    #[test]
    fn a_link_is_good_for_ten_minutes_at_every_gateway() {
        let link = signature(&links().link(ID, Part::Whole, NOW));
        let later = |ms| Timestamp(NOW.0 + ms);
        assert!(links().is_good(ID, Part::Whole, &link, NOW));
        assert!(links().is_good(ID, Part::Whole, &link, later(600_000)));
        assert!(!links().is_good(ID, Part::Whole, &link, later(601_000)));
    }

    #[test]
    fn nothing_of_a_link_can_be_changed() {
        let good = signature(&links().link(ID, Part::Whole, NOW));
        let is_good = |id, part, link: &Signature| links().is_good(id, part, link, NOW);
        assert!(!is_good(FileId(Uuid::from_u128(8)), Part::Whole, &good));
        assert!(!is_good(ID, Part::Thumbnail, &good));
        let later = good.expires.as_ref().unwrap().replace('1', "2");
        for bad in [
            Signature {
                expires: Some(later),
                ..good.clone()
            },
            Signature {
                expires: None,
                ..good.clone()
            },
            Signature {
                signature: None,
                ..good.clone()
            },
            Signature {
                signature: Some(String::new()),
                ..good.clone()
            },
            Signature {
                signature: Some("00".repeat(32)),
                ..good.clone()
            },
            Signature {
                signature: good.signature.as_ref().map(|all| all[..62].to_owned()),
                ..good.clone()
            },
            Signature {
                expires: Some("-1".to_owned()),
                ..good.clone()
            },
        ] {
            assert!(!is_good(ID, Part::Whole, &bad), "{bad:?}");
        }
        let other = Links::new(b"another secret");
        assert!(!other.is_good(ID, Part::Whole, &good, NOW));
    }
}
