//! Takes those out of the queue whose lease is over.

use broker::PublishError;
use contract::{api::TicketView, live::UserNotice, subjects};
use domain::{
    UserId,
    ticket::{Gone, TicketState},
};
use futures_util::{StreamExt, stream};

use super::{Matchmaker, pool::Waiting};

/// How many tickets are written at once.
const AT_ONCE: usize = 32;

impl Matchmaker {
    /// Ends the tickets of whoever was in no lease for too long, by compare-and-set: who was matched or left in the
    /// meantime is not touched.
    pub(super) async fn expire_tickets(&self) {
        let over: Vec<Waiting> = {
            let pool = self.pool();
            if !pool.is_fresh() {
                return;
            }
            let users = pool.leases.expired(self.lease);
            users
                .into_iter()
                .filter_map(|user| pool.waiting(user).cloned())
                .collect()
        };
        let expiries = stream::iter(over).map(|waiting| self.expire(waiting));
        expiries.buffer_unordered(AT_ONCE).collect::<()>().await;
    }

    async fn expire(&self, waiting: Waiting) {
        let user = waiting.ticket.user_id;
        let gone = waiting.moved_to(TicketState::Gone { why: Gone::Expired });
        match self.broker.commit(&[gone]).await {
            Ok(seq) => {
                tracing::info!(user_id = %user, ticket_id = %waiting.ticket.id, seq, "a ticket's lease is over");
                metrics::counter!("webchat_match_tickets_expired_total").increment(1);
                self.pool().waits_no_more(user, waiting.seq);
                self.tell(user).await;
            }
            Err(PublishError::Conflict) => self.reread_ticket(&waiting).await,
            Err(error) => {
                tracing::warn!(user_id = %user, %error, "a ticket's lease is over, which could not be written yet");
            }
        }
    }

    /// The user may be back by now. A lost notice is healed by the gateways, which read tickets again.
    async fn tell(&self, user: UserId) {
        let notice = UserNotice::Ticket {
            ticket: TicketView::none(),
        };
        let sent = match serde_json::to_vec(&notice) {
            Ok(payload) => {
                self.broker
                    .publish_core(subjects::live_user(user), payload)
                    .await
            }
            Err(error) => Err(PublishError::Rejected(error.to_string())),
        };
        if let Err(error) = sent {
            tracing::debug!(user_id = %user, %error, "a notice was not sent");
        }
    }
}
