//! Whom each of one's own filters keeps out, over random people.

use super::*;

proptest! {
    #[test]
    fn each_own_filter_counts_about_whom_it_keeps_out_of_those_who_still_wait_and_may_be_met(
        me in any_person(), pool in prop::collection::vec(any_person(), 0..60), gone in prop::collection::vec(any_person(), 0..20)
    ) {
        let mut census = Census::default();
        gone.iter().chain([&me]).chain(&pool).for_each(|person| census.joins(person));
        gone.iter().for_each(|person| census.leaves(person));
        let peers = || pool.iter().filter(|other| same_age_group(me.age, other.age));
        for filtered in census.excluded(&me) {
            let alone = match filtered.name {
                FilterName::Gender => Features { age_min: None, age_max: None, languages: Vec::new(), ..me.clone() },
                FilterName::Age => Features { preferred_genders: Vec::new(), languages: Vec::new(), ..me.clone() },
                FilterName::Language => Features { languages: me.languages.clone(), ..Features::default() },
                FilterName::AgeGroup => unreachable!("not an own filter"),
            };
            let few = peers().count() < 10;
            prop_assert_eq!(filtered.withheld, few);
            let excluded = peers().filter(|other| !accepts(&alone, other)).count();
            if few {
                prop_assert_eq!(filtered.excluded, 0);
            } else {
                prop_assert!((filtered.excluded as usize).abs_diff(excluded) <= 2);
                prop_assert_eq!(filtered.excluded % 5, 0);
            }
        }
    }

    #[test]
    fn of_those_who_can_never_be_met_no_count_says_anything(
        me in any_person(), pool in prop::collection::vec(any_person(), 0..40), never in prop::collection::vec(any_person(), 0..40)
    ) {
        let mut census = Census::default();
        [&me].into_iter().chain(&pool).for_each(|person| census.joins(person));
        let before = census.excluded(&me);
        never.iter().filter(|other| !same_age_group(me.age, other.age)).for_each(|other| census.joins(other));
        prop_assert_eq!(census.excluded(&me), before);
    }

    #[test]
    fn no_wish_tells_anything_of_the_few_who_wait(
        me in any_person(), few in prop::collection::vec(any_person(), 0..9), others in prop::collection::vec(any_person(), 0..9),
    ) {
        let told = |pool: &[Features]| {
            let mut census = Census::default();
            [&me].into_iter().chain(pool).for_each(|person| census.joins(person));
            census.excluded(&me)
        };
        prop_assert_eq!(told(&few), told(&others));
    }
}
