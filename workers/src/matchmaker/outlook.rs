//! Tells gateways how a waiting user stands: whom the own filters keep out, and how long it may take still.

use std::time::Duration;

use broker::LiveMessage;
use contract::{
    live::{OUTLOOK_WITHIN, Outlook, OutlookRequest},
    subjects::LIVE_QUEUE_OUTLOOK,
};
use domain::UserId;
use tokio::time::sleep;

use super::Matchmaker;

const SUBSCRIBE_AGAIN_AFTER: Duration = Duration::from_secs(1);

impl Matchmaker {
    /// Answers the gateways while it leads; standbys stay silent. Never ends.
    pub(super) async fn answer_outlooks(&self) {
        loop {
            match self.broker.subscribe(LIVE_QUEUE_OUTLOOK.to_owned()).await {
                Ok(mut questions) => {
                    while let Some(question) = questions.next().await {
                        self.answer(question).await;
                    }
                }
                Err(error) => tracing::warn!(%error, "gateways cannot ask how a user stands yet"),
            }
            sleep(SUBSCRIBE_AGAIN_AFTER).await;
        }
    }

    async fn answer(&self, question: LiveMessage) {
        let Some(reply) = question.reply.filter(|_| self.lead.is_held()) else {
            return;
        };
        let request = match serde_json::from_slice::<OutlookRequest>(&question.payload) {
            Ok(request) => request,
            Err(error) => return tracing::warn!(%error, "a gateway's question cannot be read"),
        };
        let now = self.broker.clock().now();
        if request
            .asked_at
            .is_some_and(|at| now.since(at) > OUTLOOK_WITHIN)
        {
            return tracing::debug!("a question has waited for longer than whoever asked it");
        }
        let sent = match serde_json::to_vec(&self.outlook(request.user_id)) {
            Ok(payload) => self.broker.publish_core(reply, payload).await,
            Err(error) => return tracing::error!(%error, "an answer cannot be written"),
        };
        if let Err(error) = sent {
            tracing::debug!(%error, "an answer was not sent");
        }
    }

    /// Nothing where the view does not know the user yet.
    fn outlook(&self, user: UserId) -> Outlook {
        let now = self.broker.clock().now();
        let mut pool = self.pool();
        pool.grow_older(now);
        let Some(me) = pool.waiting(user).map(|waiting| &waiting.ticket) else {
            return Outlook::default();
        };
        let waited = now.since(me.joined_at);
        let left = pool.waits.left(&me.features.languages, waited, now);
        Outlook {
            filters: pool.census.excluded(&me.features),
            estimated_wait_ms: left.and_then(|left| u64::try_from(left.as_millis()).ok()),
        }
    }
}
