//! Whose picture is next: users take turns, so that many pictures of one do not delay the first of another.

use std::collections::{HashMap, VecDeque};

use domain::UserId;

/// Pictures that wait, each known by a ticket, and how many of each user are under way.
#[derive(Debug)]
pub(super) struct Turns<T> {
    /// How many of one user are under way at the most.
    share: usize,
    under_way: HashMap<UserId, usize>,
    /// Users with something that waits, whose turn it is first; of each, what came first.
    waiting: VecDeque<(UserId, VecDeque<T>)>,
}

impl<T> Turns<T> {
    /// With nobody, and so many of one user under way at the most.
    pub fn new(share: usize) -> Self {
        Self {
            share,
            under_way: HashMap::new(),
            waiting: VecDeque::new(),
        }
    }

    /// One more picture of the user, behind those that the user has waiting. Who had none has the last turn.
    pub fn wait(&mut self, user: UserId, ticket: T) {
        match self.waiting.iter_mut().find(|(other, _)| *other == user) {
            Some((_, tickets)) => tickets.push_back(ticket),
            None => self.waiting.push_back((user, [ticket].into())),
        }
    }

    /// The next one, which is under way from now on: the first of whoever had no turn for longest and may have another one.
    pub fn next(&mut self) -> Option<(UserId, T)> {
        let may = |user| {
            self.under_way
                .get(user)
                .is_none_or(|count| *count < self.share)
        };
        let at = self.waiting.iter().position(|(user, _)| may(user))?;
        let (user, mut tickets) = self.waiting.remove(at)?;
        let ticket = tickets.pop_front()?;
        if !tickets.is_empty() {
            self.waiting.push_back((user, tickets));
        }
        *self.under_way.entry(user).or_default() += 1;
        Some((user, ticket))
    }

    /// One that was under way is not any more.
    pub fn end(&mut self, user: UserId) {
        let left = self.under_way.get(&user).map_or(0, |count| count - 1);
        match left {
            0 => self.under_way.remove(&user),
            _ => self.under_way.insert(user, left),
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn user(number: u128) -> UserId {
        UserId(Uuid::from_u128(number))
    }

    /// What goes next until nothing may, each ended at once.
    fn order(turns: &mut Turns<&'static str>) -> Vec<&'static str> {
        std::iter::from_fn(|| {
            let (user, ticket) = turns.next()?;
            turns.end(user);
            Some(ticket)
        })
        .collect()
    }

    #[test]
    fn users_take_turns_and_each_ones_pictures_keep_their_order() {
        let (ada, ben, eve) = (user(1), user(2), user(3));
        let mut turns = Turns::new(1);
        for (user, ticket) in [
            (ada, "ada 1"),
            (ada, "ada 2"),
            (ada, "ada 3"),
            (ben, "ben 1"),
            (ben, "ben 2"),
            (eve, "eve 1"),
        ] {
            turns.wait(user, ticket);
        }
        let expected = ["ada 1", "ben 1", "eve 1", "ada 2", "ben 2", "ada 3"];
        assert_eq!(order(&mut turns), expected);
        assert!(turns.waiting.is_empty() && turns.under_way.is_empty());
    }

    #[test]
    fn who_has_as_many_under_way_as_one_may_lets_others_go_first() {
        let (ada, ben) = (user(1), user(2));
        let mut turns = Turns::new(2);
        for ticket in ["ada 1", "ada 2", "ada 3"] {
            turns.wait(ada, ticket);
        }
        assert_eq!(turns.next(), Some((ada, "ada 1")));
        assert_eq!(turns.next(), Some((ada, "ada 2")));
        assert_eq!(turns.next(), None, "a place would be free, and not for her");
        turns.wait(ben, "ben 1");
        assert_eq!(turns.next(), Some((ben, "ben 1")));
        turns.end(ada);
        assert_eq!(turns.next(), Some((ada, "ada 3")));
        assert_eq!(turns.next(), None);
    }

    proptest! {
        /// However many come before: whoever comes waits for one picture of each other at the most.
        #[test]
        fn nobody_has_two_turns_before_a_newcomer_has_one(
            before in prop::collection::vec(0_u128..5, 0..40),
            share in 1_usize..4,
        ) {
            let mut turns = Turns::new(share);
            for number in before {
                turns.wait(user(number), ());
            }
            let newcomer = user(9);
            turns.wait(newcomer, ());
            let mut seen = Vec::new();
            while let Some((next, ())) = turns.next() {
                turns.end(next);
                if next == newcomer {
                    break;
                }
                prop_assert!(!seen.contains(&next), "a second turn");
                seen.push(next);
            }
            prop_assert!(turns.waiting.iter().all(|(waiting, _)| *waiting != newcomer));
        }
    }
}
