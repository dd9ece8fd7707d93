//! Which gateways there are. What one has told of its users holds for as long as it is heard: one that was killed, or
//! lost its connection, cannot say that they went.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use contract::{live::GatewayConnection, subjects};
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval},
};

use crate::state::AppState;

/// How often a gateway says that it is there.
const BEAT_EVERY: Duration = Duration::from_secs(1);
/// One that is not heard for this long is gone.
const SILENT_AFTER: Duration = Duration::from_millis(3_500);
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// The gateways that were heard just now.
pub(super) type Living = Arc<HashSet<GatewayConnection>>;

/// Who is heard, and since when no more.
#[derive(Debug, Default)]
pub(super) struct Gateways {
    heard: Mutex<HashMap<GatewayConnection, Instant>>,
    living: watch::Sender<Living>,
}

impl Gateways {
    /// A gateway has said something.
    pub(super) fn heard(&self, gateway: GatewayConnection, now: Instant) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.insert(gateway, now).is_none() {
            self.tell(&heard);
        }
    }

    /// Those that are there, and as they come and go.
    pub(super) fn living(&self) -> watch::Receiver<Living> {
        self.living.subscribe()
    }

    fn forget_silent(&self, now: Instant) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let before = heard.len();
        heard.retain(|_, last| now.duration_since(*last) < SILENT_AFTER);
        if heard.len() < before {
            self.tell(&heard);
        }
    }

    fn tell(&self, heard: &HashMap<GatewayConnection, Instant>) {
        self.living
            .send_replace(Arc::new(heard.keys().copied().collect()));
    }
}

/// This gateway, by its present connection.
pub(super) fn this_gateway(state: &AppState) -> GatewayConnection {
    GatewayConnection {
        gateway: state.gateway_id,
        established: state.broker.connection().borrow().established,
    }
}

/// Says that this gateway is there and listens to the others, until shutdown.
pub(super) async fn run(state: AppState) {
    let mut live = match state
        .broker
        .subscribe(subjects::LIVE_GATEWAYS.to_owned())
        .await
    {
        Ok(live) => live,
        Err(error) => return tracing::error!(%error, "the other gateways cannot be heard"),
    };
    let (mut beat, mut look) = (interval(BEAT_EVERY), interval(LOOK_EVERY));
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let gateways = &state.notifications.gateways;
    loop {
        tokio::select! {
            () = state.notifications.shutdown.requested() => return,
            _ = beat.tick() => say_here(&state).await,
            _ = look.tick() => gateways.forget_silent(Instant::now()),
            message = live.next() => match message.map(|message| serde_json::from_slice(&message.payload)) {
                Some(Ok(gateway)) => gateways.heard(gateway, Instant::now()),
                Some(Err(error)) => tracing::error!(%error, "a gateway's word cannot be read"),
                None => return,
            },
        }
    }
}

/// Said again in a second: what is lost in between does no harm.
async fn say_here(state: &AppState) {
    let Ok(body) = serde_json::to_vec(&this_gateway(state)) else {
        return;
    };
    let subject = subjects::LIVE_GATEWAYS.to_owned();
    if let Err(error) = state.broker.publish_core(subject, body).await {
        tracing::debug!(%error, "the other gateways do not hear of this one");
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_gateway_that_falls_silent_is_gone_and_each_connection_counts_alone() {
        let (gateways, start) = (Gateways::default(), Instant::now());
        let connection = |established| GatewayConnection {
            gateway: Uuid::from_u128(7),
            established,
        };
        let mut living = gateways.living();
        gateways.heard(connection(1), start);
        assert!(living.has_changed().unwrap());
        living.mark_unchanged();
        gateways.heard(connection(1), start + Duration::from_secs(1));
        assert!(!living.has_changed().unwrap(), "it was there already");
        gateways.heard(connection(2), start + Duration::from_secs(4));
        gateways.forget_silent(start + Duration::from_millis(4_499));
        assert_eq!(living.borrow_and_update().len(), 2);
        gateways.forget_silent(start + Duration::from_millis(4_500));
        assert_eq!(
            living.borrow().iter().copied().collect::<Vec<_>>(),
            [connection(2)]
        );
    }
}
