//! How long the decision of a whole tick takes, from the snapshot to the couples, in a queue whose people are known: `cargo test --release -p
//! webchat-workers --lib whole_tick -- --ignored --nocapture`. Part of `make test-long`. It prints the memory of a whole queue, too:
//! the view with its tickets, everybody as the score sees them, and the tick. The pairing alone is measured by the bench `pairing`.

use domain::{
    matching::{
        TEXT_DIMENSIONS, TextMode, TextVector,
        model::{Belief, PersonBeliefs},
    },
    profile::{INTERESTS, LANGUAGES, LOOKING_FOR},
};
use peak_alloc::PeakAlloc;

use super::*;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// People, what a tick may take of a processor, and what the queue may take of the memory with everything that belongs to it, in MB.
const BOUNDS: [(u64, Duration, f32); 3] = [
    (1_000, Duration::from_millis(10), 25.0),
    (10_000, Duration::from_millis(150), 25.0),
    (100_000, Duration::from_secs(3), 250.0),
];
/// How many ticks are measured, as the processor's time is counted in steps of 4 ms.
const TICKS: u32 = 10;
/// What holds up everything else of the process in each tick, however many wait.
const SHARED_WITHIN: Duration = Duration::from_millis(1);
/// What does once a day, for somebody's birthday.
const AGED_WITHIN: Duration = Duration::from_millis(200);

#[test]
#[ignore = "measures a release build: make test-long"]
fn a_whole_tick_takes_no_longer_than_promised() {
    let mut missed = Vec::new();
    for (size, bound, most_mb) in BOUNDS {
        let before = ALLOCATOR.current_usage_as_mb();
        ALLOCATOR.reset_peak_usage();
        let mut pool = Pool::new(LIMIT);
        for number in 0..size {
            says(&mut pool, &person(number), number + 1);
        }
        let prior = settings::matching_prior().unwrap();
        let mut memory = Memory::new(Scores::new(prior).unwrap());
        let queue_mb = ALLOCATOR.current_usage_as_mb() - before;
        // The first look of a day goes over everybody's age, and everybody is new to the first tick.
        let (_, aged) = timed(|| pool.snapshot(NOW));
        let (_, first) = timed(|| memory.decide(&pool.snapshot(NOW), LIMIT, NOW));
        let [mut shared, mut took] = [Duration::ZERO; 2];
        for _ in 0..TICKS {
            let (snapshot, of_snapshot) = timed(|| pool.snapshot(NOW));
            let (decided, of_tick) = timed(|| memory.decide(&snapshot, LIMIT, NOW));
            assert!(decided.couples.len() > usize::try_from(size).unwrap() / 4);
            (shared, took) = (shared + of_snapshot, took + of_tick);
        }
        let (shared, took) = (shared / TICKS, took / TICKS);
        let peak_mb = ALLOCATOR.peak_usage_as_mb() - before;
        println!(
            "{size} people: a tick takes {took:.1?} (mean of {TICKS}, bound {bound:.0?}), its snapshot {shared:.1?}; the first one {first:.1?}, \
             the first look of a day {aged:.1?}; the tickets {queue_mb:.1} MB, with a tick at most {peak_mb:.1} MB (bound {most_mb} MB)"
        );
        if peak_mb > most_mb {
            missed.push(format!("{size} people: {peak_mb} MB"));
        }
        if took > bound || shared > SHARED_WITHIN || aged > AGED_WITHIN {
            missed.push(format!(
                "{size} people: {took:?}, snapshot {shared:?}, ages {aged:?}"
            ));
        }
    }
    assert!(missed.is_empty(), "a bound is missed: {missed:?}");
}

/// Spread as the people of a busy hour, the same in every run.
fn person(number: u64) -> Ticket {
    let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let drawn = |place: u32, of: u64| (mixed.rotate_left(place * 11) >> 7) % of;
    let named = |options: &[&str], place: u32, count: u64| {
        let first = drawn(place, options.len() as u64);
        let of_these = options.iter().cycle().skip(usize::try_from(first).unwrap());
        let of_these = of_these.step_by(3).take(usize::try_from(count).unwrap());
        of_these.map(|name| (*name).to_owned()).collect()
    };
    let gender = ["woman", "man"][usize::try_from(drawn(1, 2)).unwrap()];
    let wanted = if gender == "woman" { "man" } else { "woman" };
    let age = 18 + u8::try_from(drawn(2, 50)).unwrap();
    let has_wishes = drawn(3, 2) == 0;
    let codes: Vec<&str> = LANGUAGES.iter().take(4).map(|(code, _)| *code).collect();
    let features = Features {
        age,
        gender: gender.to_owned(),
        preferred_genders: if drawn(4, 3) > 0 {
            vec![wanted.to_owned()]
        } else {
            Vec::new()
        },
        age_min: has_wishes.then(|| age.saturating_sub(10).max(18)),
        age_max: has_wishes.then_some(age + 10),
        interests: named(INTERESTS, 5, drawn(6, 11)),
        looking_for: named(LOOKING_FOR, 7, drawn(8, 3)),
        languages: named(&codes, 9, 1 + drawn(10, 2)),
    };
    let joined_at = Timestamp(NOW.0 - i64::try_from(drawn(12, 30_000)).unwrap());
    let id = u128::from(number) + 1;
    let text = |of_whom: u64| {
        let leans = f32::from(u16::try_from(drawn(13, 100) + of_whom).unwrap());
        let values: Vec<f32> = (0u16..)
            .map(|place| (f32::from(place) * leans).sin())
            .take(TEXT_DIMENSIONS)
            .collect();
        TextVector::new(TextMode::WordLlama, 1, &values)
    };
    let belief = Belief {
        mean: 0.1,
        variance: 1.0,
    };
    Ticket {
        words: text(1),
        bio: text(2),
        learned: Some(PersonBeliefs {
            generosity: belief,
            appeal: belief,
        }),
        ..Ticket::join(TicketId(Uuid::from_u128(id)), user(id), features, joined_at)
    }
}

/// What comes of it, and how long this thread worked for it.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = processor_time();
    let done = work();
    (done, processor_time() - begun)
}

/// What this thread has had of a processor, as Linux counts it: other programs do not count.
fn processor_time() -> Duration {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanoseconds = counted.split(' ').next().unwrap().parse().unwrap();
    Duration::from_nanos(nanoseconds)
}
