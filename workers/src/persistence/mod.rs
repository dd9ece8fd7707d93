//! From the streams into SQL.
//!
//! Three lanes ([`lane`]), one for each stream, all of the same shape: a batch is stored in one transaction, then what
//! followed from it is told ([`events`] to integrators, [`notices`] to users), then it is acknowledged, then the new
//! floor is announced ([`floor`]). Whatever dies in between, the batch comes again and changes nothing twice. Any number
//! of these workers may run.

mod avatars;
mod backoff;
mod dead_letters;
mod decode;
mod deletion;
mod events;
mod expiry;
mod facts;
mod files;
mod floor;
mod gateways;
mod gone;
mod hold;
mod in_hand;
mod lane;
mod last_message;
mod learning;
mod lost_tail;
mod messages;
mod notices;
mod orphans;
mod outbox;
mod outcomes;
mod pace;
mod poison;
mod predecessors;
mod provided;
mod purge;
mod put_back;
mod rebuild;
mod receipts;
mod removals;
mod replay;
mod rooms;
mod rounds;
mod rows;
mod settle;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bootstrap::{Database, OwnStorage, ReadinessCheck, Shutdown, patiently};
use broker::{Broker, ConnectError};
use contract::consumers::{PERSISTENCE_CHAT, PERSISTENCE_LIFE};
use futures_util::{FutureExt, future::BoxFuture};
use settings::Settings;
use storage::Storage;
use tokio::task::JoinSet;

pub use learning::{Draft, Relearned, Relearning, Written, relearn};
pub use rebuild::{Part, RebuildError, Remade, rebuild};
pub use replay::{ReplayError, replay};

use events::{PublicEvents, Refusals};
use lane::{Lane, Projection};
use lost_tail::Mended;
use messages::Messages;
use notices::Notices;
use pace::Pace;
use receipts::Receipts;
use rooms::Rooms;

/// Projects the streams into SQL until shutdown. The batch in hand is finished, unless the database or the broker is
/// away: then it comes again, here or at another worker. `started` is ok from the end of the start to the end of the work.
///
/// # Errors
/// The broker refuses the streams or consumers at the start, the storage is another installation's, or a lane panicked.
pub async fn run(
    broker: Broker,
    database: Database,
    storage: Storage,
    settings: Arc<Settings>,
    started: ReadinessCheck,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    let begun = Instant::now();
    let own_storage = OwnStorage::at_start(&storage, &database).await?;
    patiently("the streams", &shutdown, || provided::all(&broker)).await?;
    let look = || Mended::start(&broker, &database);
    let mended = patiently("a look at what the streams have", &shutdown, look).await?;
    let projections = Projections::new(&broker, &database, &shutdown, &Refusals::Buried);
    let mut tasks = JoinSet::new();
    let of = LaneSource {
        broker: &broker,
        database: &database,
        settings: &settings,
        shutdown: &shutdown,
        mended: &mended,
    };
    let told = gateways::listen(&broker, &shutdown).await?;
    let lanes = Box::pin(of.lanes(projections)).await?;
    started.ok(begun.elapsed());
    tasks.spawn(mended.clone().keep(database.clone(), shutdown.clone()));
    tasks.spawn(gateways::follow(
        told,
        broker.clone(),
        database.clone(),
        shutdown.clone(),
    ));
    for lane in lanes {
        tasks.spawn(lane);
    }
    tasks.spawn(purge::run(
        broker.clone(),
        database.clone(),
        shutdown.clone(),
    ));
    tasks.spawn(outbox::drain(
        broker.clone(),
        database.clone(),
        shutdown.clone(),
    ));
    tasks.spawn(expiry::run(
        broker.clone(),
        database.clone(),
        Duration::from_secs(settings.retention.ended_room_secs),
        shutdown.clone(),
    ));
    tasks.spawn(refused(own_storage.clone(), shutdown.clone()));
    tasks.spawn(avatars::run(
        broker.clone(),
        database.clone(),
        storage.clone(),
        own_storage.clone(),
        shutdown.clone(),
    ));
    tasks.spawn(files::run(
        broker.clone(),
        database.clone(),
        storage,
        own_storage,
        Duration::from_secs(settings.retention.unsent_file_secs),
        shutdown.clone(),
    ));
    tasks.spawn(deletion::run(
        broker.clone(),
        database.clone(),
        Duration::from_secs(settings.auth.access_token_minutes * 60),
        shutdown.clone(),
    ));
    let learning = (broker.clone(), database.clone(), Arc::clone(&settings));
    let stop = shutdown.clone();
    tasks.spawn(async move { learning::run(learning.0, learning.1, &learning.2, stop).await });
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(())
}

/// Ends all work where the storage turns out to be another installation's.
async fn refused(own_storage: OwnStorage, shutdown: Shutdown) -> anyhow::Result<()> {
    tokio::select! {
        refusal = own_storage.refusal() => Err(refusal.into()),
        () = shutdown.requested() => Ok(()),
    }
}

/// What becomes of each stream.
struct Projections {
    messages: Messages,
    rooms: Rooms,
    receipts: Receipts,
}

impl Projections {
    fn new(broker: &Broker, database: &Database, shutdown: &Shutdown, refusals: &Refusals) -> Self {
        let notices = Notices::new(broker.clone(), database.clone());
        let events = |consumer| {
            PublicEvents::new(broker.clone(), consumer, refusals.clone(), shutdown.clone())
        };
        Self {
            messages: Messages {
                database: database.clone(),
                events: events(PERSISTENCE_CHAT),
                notices: notices.clone(),
                shutdown: shutdown.clone(),
            },
            receipts: Receipts {
                notices: notices.clone(),
            },
            rooms: Rooms {
                database: database.clone(),
                broker: broker.clone(),
                events: events(PERSISTENCE_LIFE),
                notices,
                shutdown: shutdown.clone(),
            },
        }
    }
}

/// What all lanes are made of.
struct LaneSource<'a> {
    broker: &'a Broker,
    database: &'a Database,
    settings: &'a Settings,
    shutdown: &'a Shutdown,
    mended: &'a Mended,
}

impl LaneSource<'_> {
    /// The lanes, whose consumers are open.
    async fn lanes(
        &self,
        projections: Projections,
    ) -> Result<[BoxFuture<'static, anyhow::Result<()>>; 3], ConnectError> {
        Ok([
            self.lane(projections.messages).await?.run().boxed(),
            self.lane(projections.rooms).await?.run().boxed(),
            self.lane(projections.receipts).await?.run().boxed(),
        ])
    }

    async fn lane<P: Projection>(&self, projection: P) -> Result<Lane<P>, ConnectError> {
        let persistence = &self.settings.persistence;
        let opened_on = self.broker.connection().borrow().established;
        let consume = || self.broker.consume(P::CONSUMER);
        let deliveries = patiently(P::CONSUMER.name, self.shutdown, consume).await?;
        Ok(Lane {
            deliveries,
            doubt: hold::Doubt::none(opened_on),
            broker: self.broker.clone(),
            database: self.database.clone(),
            shutdown: self.shutdown.clone(),
            mended: self.mended.clone(),
            linger: Duration::from_millis(persistence.batch_wait_ms),
            pace: Pace::for_database(&self.database.write, persistence.batch_size),
            projection,
        })
    }
}
