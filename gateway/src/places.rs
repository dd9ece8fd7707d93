//! Places to wait in, so many and no more: whoever finds all of them taken would wait too long and is told to come back.

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::ApiError;

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

#[cfg(test)]
mod tests {
    use contract::problem::Code;

    use super::*;

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
