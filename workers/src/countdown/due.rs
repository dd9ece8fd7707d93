//! A timer that fired is applied to its room.

use broker::{Broker, consume::Delivery, life::ChangeError};
use contract::life::Due;
use domain::{Timestamp, room::Input};

use super::{pause_after, timers};

/// Applies the timer, then acknowledges it. A timer whose deadline is not the room's any more does nothing.
pub(super) async fn serve(broker: Broker, delivery: Delivery) {
    let due = match serde_json::from_slice::<Due>(&delivery.payload) {
        Ok(due) => due,
        Err(error) => return delivery.reject(&error).await,
    };
    if delivery.stored_at < due.deadline.at {
        return set_again(&broker, due, delivery).await;
    }
    match apply(&broker, due, delivery.stored_at).await {
        Ok(()) => delivery.done().await,
        Err(error @ (ChangeError::Publish(_) | ChangeError::Read(_) | ChangeError::Contended)) => {
            let pause = pause_after(delivery.attempt);
            delivery.retry(pause, &error).await;
        }
        Err(
            error @ (ChangeError::Refused(_)
            | ChangeError::PairRefused(_)
            | ChangeError::NoSuchRoom),
        ) => {
            delivery.reject(&error).await;
        }
    }
}

/// Ends the phase whose timer this is. A timer of an old deadline, or of a room that is long gone, does nothing.
pub(super) async fn apply(
    broker: &Broker,
    due: Due,
    fired_at: Timestamp,
) -> Result<(), ChangeError> {
    let timer = Input::Timer(due.deadline);
    let change = match broker.change_room(due.room_id, timer, Some(fired_at)).await {
        Err(ChangeError::NoSuchRoom) => return Ok(()),
        changed => changed?,
    };
    if change.changed {
        let late = broker.clock().now().max(fired_at).since(due.deadline.at);
        metrics::histogram!("webchat_timer_lateness_seconds").record(late.as_secs_f64());
        tracing::debug!(room_id = %due.room_id, seq = change.seq, late_ms = late.as_millis(), "a phase ended");
    }
    Ok(())
}

/// The broker promises never to fire early. Should it do so, the room waits for its time nevertheless.
async fn set_again(broker: &Broker, due: Due, delivery: Delivery) {
    tracing::error!(room_id = %due.room_id, deadline = %due.deadline.at, fired_at = %delivery.stored_at, "a timer fired early and is set again");
    metrics::counter!("webchat_timers_early_total").increment(1);
    match timers::schedule(broker, due).await {
        Ok(()) => delivery.done().await,
        Err(error) => {
            let pause = pause_after(delivery.attempt);
            delivery.retry(pause, &error).await;
        }
    }
}
