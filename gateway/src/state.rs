//! What the handlers share.

use std::{ops::Deref, sync::Arc, time::Instant};

use anyhow::Context;
use bootstrap::{Database, Readiness, Shutdown};
use broker::Broker;
use domain::{Timestamp, matching::model::Prior, message::ATTACHMENTS_MAX};
use settings::{ExposeSecret, Settings};
use storage::Storage;
use text_model::Texts;
use uuid::Uuid;

use crate::{
    UPLOADS_WITHIN,
    auth::{Passwords, RefreshKey, Revocations, Tokens},
    chat::floors::Floors,
    files::{Downloads, Links},
    image_work::ImageWork,
    limits::Limits,
    places::SharedPlaces,
    realtime::{Hub, NotificationHub},
    stop_after,
    stream_ends::Seen,
};

/// The services of one gateway. Clones share them.
#[derive(Debug, Clone)]
pub struct AppState(Arc<Services>);

/// See [`AppState`].
#[derive(Debug)]
pub struct Services {
    /// The checked settings.
    pub settings: Settings,
    /// The broker.
    pub broker: Broker,
    /// SQL.
    pub db: Database,
    /// Uploaded files.
    pub storage: Storage,
    /// Access tokens.
    pub tokens: Tokens,
    /// Refresh tokens.
    pub refresh_key: RefreshKey,
    /// Which sessions were ended.
    pub revocations: Arc<Revocations>,
    /// Password hashes.
    pub passwords: Passwords,
    /// Pictures that are encoded anew.
    pub image_work: ImageWork,
    /// Links to files.
    pub links: Links,
    /// Files that may be given out now.
    pub downloads: Downloads,
    /// Uploads that may be read now.
    pub uploads: SharedPlaces,
    /// Whether uploads that are under way have to end, as the gateway does.
    pub uploads_end: Shutdown,
    /// How far `CHAT` was seen to reach.
    pub seen: Arc<Seen>,
    /// How far persistence is.
    pub floors: Arc<Floors>,
    /// The sockets of rooms.
    pub hub: Arc<Hub>,
    /// The sockets of notifications.
    pub notifications: Arc<NotificationHub>,
    /// Rate limits.
    pub limits: Arc<Limits>,
    /// Makes vectors of texts, by meaning or by spelling.
    pub texts: Texts,
    /// The shipped weights of matching.
    pub matching_prior: Prior,
    /// How the parts that this gateway needs are.
    pub readiness: Readiness,
    /// Whether it was asked to stop and should get nothing new.
    pub leaving: Shutdown,
    /// This gateway among all of them; another one after each start.
    pub gateway_id: Uuid,
    /// When it started.
    pub started: Instant,
}

/// What a gateway is made of, from outside.
#[derive(Debug)]
pub struct Parts {
    /// The checked settings.
    pub settings: Settings,
    /// The broker.
    pub broker: Broker,
    /// SQL.
    pub db: Database,
    /// Uploaded files.
    pub storage: Storage,
    /// How far `CHAT` was seen to reach.
    pub seen: Arc<Seen>,
    /// Makes vectors of texts.
    pub texts: Texts,
}

impl Deref for AppState {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

impl AppState {
    /// Starts the services, which end when `stop` is requested. Returns when all revocations are known.
    ///
    /// # Errors
    /// A setting cannot be used, or the broker does not answer.
    pub async fn start(parts: Parts, leaving: Shutdown, stop: &Shutdown) -> anyhow::Result<Self> {
        let Parts {
            settings,
            broker,
            db,
            storage,
            seen,
            texts,
        } = parts;
        let tokens = Tokens::new(&settings.auth);
        let revocations = Revocations::load(broker.clone(), &db, tokens.life(), stop)
            .await
            .context("the ended sessions could not be read")?;
        let gateway_id = Uuid::now_v7();
        let services = Services {
            refresh_key: RefreshKey::new(settings.auth.jwt_secret_key.expose_secret().as_bytes()),
            image_work: ImageWork::new()?,
            links: Links::new(settings.auth.jwt_secret_key.expose_secret().as_bytes()),
            downloads: Downloads::new(settings.files.downloads_at_once),
            uploads: SharedPlaces::new(settings.files.uploads_at_once, ATTACHMENTS_MAX),
            uploads_end: stop_after(stop, UPLOADS_WITHIN),
            passwords: Passwords::new(&settings.auth)?,
            floors: Floors::start(&broker, &seen, stop),
            hub: Hub::new(stop),
            notifications: NotificationHub::new(stop),
            limits: Limits::start(&settings.limits, stop.clone()),
            readiness: Readiness::default(),
            leaving,
            started: Instant::now(),
            gateway_id,
            texts,
            matching_prior: settings::matching_prior()?,
            tokens,
            revocations,
            settings,
            broker,
            db,
            storage,
            seen,
        };
        Ok(Self(Arc::new(services)))
    }

    /// The time, by the broker's clock, which all gateways share.
    pub fn now(&self) -> Timestamp {
        self.broker.clock().now()
    }
}
