//! Places to wait in, so many and no more: whoever finds all of them taken would wait too long and is told to come back.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use contract::problem::Code;
use domain::UserId;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::ApiError;

/// When it is worth asking again whether an upload of one's own has ended.
const LOOK_AGAIN_SECS: u64 = 5;

/// Places of a queue.
#[derive(Debug)]
pub struct Places(Semaphore);

impl Places {
    /// So many, all free.
    pub fn new(bound: usize) -> Self {
        Self(Semaphore::new(bound))
    }

    /// Takes a place, which is free again when it is dropped, however the waiting ends.
    ///
    /// # Errors
    /// `unavailable` where all are taken.
    pub fn take(&self) -> Result<SemaphorePermit<'_>, ApiError> {
        let place = self.0.try_acquire();
        place.map_err(|_all_are_taken| ApiError::overloaded())
    }

    /// How many are free.
    #[cfg(test)]
    pub fn free(&self) -> usize {
        self.0.available_permits()
    }
}

/// Places of which one user holds a share at most, so that nobody keeps all others out.
#[derive(Debug)]
pub struct SharedPlaces {
    all: Places,
    share: usize,
    held: Mutex<HashMap<UserId, Held>>,
}

/// What one user holds.
#[derive(Debug, Default)]
struct Held {
    places: usize,
    /// What is being stored in all of them.
    bytes: u64,
}

/// A user's place. It is free again when it is dropped.
#[derive(Debug)]
pub struct UserPlace<'a> {
    _place: SemaphorePermit<'a>,
    of: &'a SharedPlaces,
    user: UserId,
    bytes: u64,
}

impl SharedPlaces {
    /// So many, all free, and so many of them for each user.
    pub fn new(bound: usize, share: usize) -> Self {
        Self {
            all: Places::new(bound),
            share,
            held: Mutex::default(),
        }
    }

    /// Takes a place for the user.
    ///
    /// # Errors
    /// `rate_limited` where the user holds as many as one may, `unavailable` where all are taken.
    pub fn take(&self, user: UserId) -> Result<UserPlace<'_>, ApiError> {
        let mut held = self.held();
        let mine = held.get(&user).map_or(0, |mine| mine.places);
        if mine >= self.share {
            let detail = "Too many of your uploads are under way. Wait until one has ended, then send this one again.";
            return Err(ApiError::new(Code::RateLimited, detail).retry_after(LOOK_AGAIN_SECS));
        }
        let place = self.all.take()?;
        held.entry(user).or_default().places += 1;
        Ok(UserPlace {
            _place: place,
            of: self,
            user,
            bytes: 0,
        })
    }

    /// Whether nobody holds any.
    pub fn are_free(&self) -> bool {
        self.held().is_empty()
    }

    /// Nothing that holds the lock can leave the counts half-changed.
    fn held(&self) -> MutexGuard<'_, HashMap<UserId, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UserPlace<'_> {
    /// Whose it is.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// Counts so many bytes more, if what the user has under way stays within the bound. `false` where it would not; then
    /// nothing changes.
    pub fn grow(&mut self, bytes: u64, bound: u64) -> bool {
        let mut held = self.of.held();
        let mine = held.entry(self.user).or_default();
        let grown = mine.bytes.saturating_add(bytes);
        if grown > bound {
            return false;
        }
        mine.bytes = grown;
        self.bytes = self.bytes.saturating_add(bytes);
        true
    }

    /// What it has counted is not under way any more.
    pub fn settle(&mut self) {
        if let Some(mine) = self.of.held().get_mut(&self.user) {
            mine.bytes = mine.bytes.saturating_sub(self.bytes);
        }
        self.bytes = 0;
    }
}

impl Drop for UserPlace<'_> {
    fn drop(&mut self) {
        self.settle();
        let mut held = self.of.held();
        let Some(mine) = held.get_mut(&self.user) else {
            return;
        };
        mine.places = mine.places.saturating_sub(1);
        if mine.places == 0 {
            held.remove(&self.user);
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn one_user_holds_a_share_and_leaves_the_rest_to_others() {
        let (ada, ben) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let places = SharedPlaces::new(3, 2);
        let (first, second) = (places.take(ada).unwrap(), places.take(ada).unwrap());
        let refused = places.take(ada).unwrap_err();
        assert_eq!(refused.code, Code::RateLimited);
        assert!(refused.retry_after.is_some());
        let third = places.take(ben).unwrap();
        assert_eq!(places.take(ben).unwrap_err().code, Code::Unavailable);
        drop(first);
        let again = places.take(ada).unwrap();
        drop((second, third, again));
        assert!(places.are_free());
        assert_eq!(places.all.free(), 3);
    }

    #[test]
    fn what_a_user_has_under_way_is_counted_over_all_places() {
        let (ada, ben) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let places = SharedPlaces::new(4, 3);
        let mut first = places.take(ada).unwrap();
        let mut second = places.take(ada).unwrap();
        assert!(first.grow(600, 1_000));
        assert!(!second.grow(401, 1_000) && second.grow(300, 1_000));
        assert!(places.take(ben).unwrap().grow(1_000, 1_000), "another user");
        assert!(!second.grow(101, 1_000), "also with what it has itself");
        drop(first);
        assert!(second.grow(700, 1_000) && !second.grow(1, 1_000));
        second.settle();
        assert!(second.grow(1_000, 1_000));
        drop(second);
        assert!(places.are_free());
    }

    #[test]
    fn who_finds_no_place_is_told_to_come_back_and_takes_none() {
        let places = Places::new(2);
        let (first, second) = (places.take().unwrap(), places.take().unwrap());
        for _ in 0..3 {
            let refused = places.take().unwrap_err();
            assert_eq!(refused.code, Code::Unavailable);
            assert!(refused.retry_after.is_some());
        }
        drop(first);
        let third = places.take().unwrap();
        places.take().unwrap_err();
        drop((second, third));
        assert_eq!(places.free(), 2);
    }
}
