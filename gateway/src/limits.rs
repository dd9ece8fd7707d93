//! Rate limits of this gateway, by client address and by user.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use bootstrap::Shutdown;
use contract::problem::Code;
use domain::UserId;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock, clock::DefaultClock};

use crate::{client_address::client_address, error::ApiError, state::AppState};

const FORGET_EVERY: Duration = Duration::from_secs(60);

/// The limits; nothing is limited where the settings switch them off.
#[derive(Debug)]
pub struct Limits {
    sign_in: Option<DefaultKeyedRateLimiter<IpAddr>>,
    messages: Option<DefaultKeyedRateLimiter<UserId>>,
    queue: Option<DefaultKeyedRateLimiter<UserId>>,
    confirmations: Option<DefaultKeyedRateLimiter<UserId>>,
    reports: Option<DefaultKeyedRateLimiter<UserId>>,
    uploads: Option<DefaultKeyedRateLimiter<UserId>>,
}

impl Limits {
    /// The limits that the settings ask for; forgets the quiet ones until shutdown.
    pub fn start(settings: &settings::Limits, shutdown: Shutdown) -> Arc<Self> {
        let quota = |per: fn(NonZeroU32) -> Quota, count: u32| {
            NonZeroU32::new(count).filter(|_| settings.enabled).map(per)
        };
        let messages = quota(Quota::per_second, settings.messages_per_second)
            .zip(NonZeroU32::new(settings.message_burst))
            .map(|(quota, burst)| quota.allow_burst(burst));
        let limits = Arc::new(Self {
            sign_in: quota(Quota::per_minute, settings.auth_per_minute).map(RateLimiter::keyed),
            messages: messages.map(RateLimiter::keyed),
            queue: quota(Quota::per_minute, settings.queue_per_minute).map(RateLimiter::keyed),
            confirmations: quota(Quota::per_minute, settings.auth_per_minute)
                .map(RateLimiter::keyed),
            reports: quota(Quota::per_minute, settings.reports_per_minute).map(RateLimiter::keyed),
            uploads: quota(Quota::per_minute, settings.uploads_per_minute).map(RateLimiter::keyed),
        });
        tokio::spawn(Arc::clone(&limits).forget_quiet_ones(shutdown));
        limits
    }

    /// One more sign-up, sign-in or refresh from an address.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn check_sign_in(&self, address: IpAddr) -> Result<(), ApiError> {
        check(self.sign_in.as_ref(), &network(address))
    }

    /// One more message of a user.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn check_message(&self, user: UserId) -> Result<(), ApiError> {
        check(self.messages.as_ref(), &user)
    }

    /// One more joining or leaving of the queue, or change of what it knows of the user.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn check_queue(&self, user: UserId) -> Result<(), ApiError> {
        check(self.queue.as_ref(), &user)
    }

    /// One more password by which a signed-in user confirms something.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn check_confirmation(&self, user: UserId) -> Result<(), ApiError> {
        check(self.confirmations.as_ref(), &user)
    }

    /// One more report.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn check_report(&self, user: UserId) -> Result<(), ApiError> {
        check(self.reports.as_ref(), &user)
    }

    /// One more upload.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn check_upload(&self, user: UserId) -> Result<(), ApiError> {
        check(self.uploads.as_ref(), &user)
    }

    async fn forget_quiet_ones(self: Arc<Self>, shutdown: Shutdown) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(FORGET_EVERY) => (),
                () = shutdown.requested() => return,
            }
            forget(self.sign_in.as_ref());
            forget(self.messages.as_ref());
            forget(self.queue.as_ref());
            forget(self.confirmations.as_ref());
            forget(self.reports.as_ref());
            forget(self.uploads.as_ref());
        }
    }
}

/// Limits the routes that hash passwords or take refresh tokens.
///
/// # Errors
/// `rate_limited`.
pub async fn limit_sign_in(
    State(state): State<AppState>,
    ConnectInfo(address): ConnectInfo<std::net::SocketAddr>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let trusted = state.settings.http.trusted_proxies;
    let client = client_address(address.ip(), request.headers(), trusted);
    state.limits.check_sign_in(client)?;
    Ok(next.run(request).await)
}

fn check<K: Hash + Eq + Clone>(
    limiter: Option<&DefaultKeyedRateLimiter<K>>,
    key: &K,
) -> Result<(), ApiError> {
    let Some(limiter) = limiter else {
        return Ok(());
    };
    limiter.check_key(key).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        let secs = wait.as_secs() + 1;
        let detail = format!("That was too often. Try again in {secs} s.");
        ApiError::new(Code::RateLimited, detail).retry_after(secs)
    })
}

fn forget<K: Hash + Eq + Clone>(limiter: Option<&DefaultKeyedRateLimiter<K>>) {
    if let Some(limiter) = limiter {
        limiter.retain_recent();
        limiter.shrink_to_fit();
    }
}

/// Whose addresses count as one: an IPv6 customer has a whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}
