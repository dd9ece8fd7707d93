//! Newcomers are worth waiting for, and waiting ends.

use super::*;

fn anybody(number: usize, waited_ms: i64) -> Candidate {
    candidate(
        number,
        waited_ms,
        Features {
            age: 30,
            ..Features::default()
        },
    )
}

/// Ticks through two minutes in which two people come every second, who all would score from 0 to 1 with each other.
fn two_busy_minutes() -> RecentScores {
    let mut recent = RecentScores::default();
    for second in (0..120i64).rev() {
        let pool: Vec<Candidate> = (0..20)
            .map(|n| anybody(n, second * 1_000 + n as i64 * 500))
            .collect();
        let roster = Roster::of(&pool);
        let screen = Screen::new(&roster, |_, _| false);
        recent.observe(&screen, &any_score, Timestamp(NOW.0 - second * 1_000));
    }
    recent
}

/// Everybody scores the same with everybody, and what is usual for each is given.
struct Alike {
    score: f32,
    usual: f32,
}

impl Scorer for Alike {
    fn score(&self, _: Pairable) -> f32 {
        self.score
    }

    fn usual(&self, _: u32) -> f32 {
        self.usual
    }
}

fn are_paired(score: f32, waited_ms: [i64; 2], recent: &mut RecentScores) -> bool {
    are_paired_by(&Alike { score, usual: 1.0 }, waited_ms, recent)
}

fn are_paired_by(scorer: &Alike, waited_ms: [i64; 2], recent: &mut RecentScores) -> bool {
    let pool = [anybody(1, waited_ms[0]), anybody(2, waited_ms[1])];
    let roster = Roster::of(&pool);
    let screen = Screen::new(&roster, |_, _| false);
    !couples(&screen, scorer, &Policy::default(), recent, NOW).is_empty()
}

#[test]
fn newcomers_wait_for_a_good_score_and_whoever_has_waited_takes_any() {
    let mut recent = two_busy_minutes();
    assert!(are_paired(0.99, [0, 0], &mut recent));
    assert!(!are_paired(0.3, [0, 0], &mut recent));
    assert!(are_paired(0.0, [120_000, 120_000], &mut recent));
}

#[test]
fn who_is_liked_little_need_not_reach_what_only_others_reach() {
    let mut recent = two_busy_minutes();
    let mut at_once = |score, usual| are_paired_by(&Alike { score, usual }, [0, 0], &mut recent);
    assert!(at_once(0.099, 0.1));
    assert!(!at_once(0.099, 0.5));
    // But neither are they given to each other where they could do better.
    assert!(!at_once(0.03, 0.1));
    // What makes no sense is taken as nothing special.
    assert!(!at_once(0.3, f32::NAN));
}

#[test]
fn a_pool_that_knows_too_little_pairs_at_once() {
    assert!(are_paired(0.0, [0, 0], &mut RecentScores::default()));
}

#[test]
fn what_was_long_ago_holds_nobody_back() {
    let mut recent = two_busy_minutes();
    assert!(recent.quantile(0.9, NOW) > 0.5);
    assert_eq!(
        recent.quantile(0.9, NOW.plus(Duration::from_secs(3_600))),
        0.0
    );
    assert!(!are_paired(0.3, [0, 0], &mut recent));
}
