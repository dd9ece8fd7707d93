//! How long one tick takes and how much it allocates, on one core: `cargo bench -p webchat-domain --bench pairing`.
//!
//! A plain program: it prints a table and fails where a bound of the product is missed. Memory is what the tick holds at
//! its peak above what was there before it, counted by the allocator; the pool itself is not in it.

// A measuring program: it prints its table, and ends where something is not as expected. Pairing takes scores as f32.
#![allow(
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    clippy::unwrap_used
)]

mod people;

use std::time::Duration;

use peak_alloc::PeakAlloc;
use people::{FEATURES, NOW, Synthetic, pool, shipped};
use webchat_domain::{
    UserId,
    matching::pairing::{Policy, RecentScores, Roster, Scorer, Screen, couples, pair, starving},
};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// People, and what a tick over them may take at the most.
const BOUNDS: [(usize, Duration, usize); 4] = [
    (300, Duration::from_millis(1_000), 25),
    (1_000, Duration::from_millis(10), 25),
    (10_000, Duration::from_millis(150), 25),
    (100_000, Duration::from_millis(3_000), 250),
];

/// So many overdue are looked at for who starves in this time, whoever may meet whom.
const OVERDUE: usize = 20_000;
const ALARM_WITHIN: Duration = Duration::from_millis(100);

fn main() {
    println!("people | score | tick, mean | peak MB | couples | mean score");
    let mut missed = 0;
    // Sizes as arguments: only these.
    let only: Vec<usize> = std::env::args()
        .filter_map(|size| size.parse().ok())
        .collect();
    for (size, time, megabytes) in BOUNDS {
        if !only.is_empty() && !only.contains(&size) {
            continue;
        }
        let pool = pool(size);
        let model = Synthetic::new(size);
        let scoring = shipped();
        let begun = processor_time();
        // Once a ticket, not in a tick.
        let people: Vec<_> = pool
            .iter()
            .map(|person| scoring.prepare(&person.features, None))
            .collect();
        let preparing = (processor_time() - begun).as_secs_f64() * 1e6 / size as f64;
        println!("{size} | preparing | {preparing:.1} µs a person");
        let shipped = measured(size, "shipped model", || {
            let found = pair(
                &pool,
                is_forbidden,
                |one, other| scoring.score(&people[one], &people[other]) as f32,
                |one| people[one].usual() as f32,
                &Policy::default(),
                &mut RecentScores::default(),
                NOW,
            );
            let sum: f64 = found.iter().map(|pair| f64::from(pair.score)).sum();
            (found.len(), sum)
        });
        let synthetic = measured(size, FEATURES, || {
            let roster = Roster::of(&pool);
            let screen = Screen::new(&roster, is_forbidden);
            tick(&screen, &model)
        });
        for (took, peak) in [shipped, synthetic] {
            missed += usize::from(took > time || peak > megabytes * 1_000_000);
        }
    }
    if only.is_empty() {
        missed += usize::from(alarm() > ALARM_WITHIN);
    }
    assert_eq!(missed, 0, "so many figures miss their bound");
}

/// The slower of two pools: one of people of many kinds, and one in which nobody may meet anybody.
fn alarm() -> Duration {
    let many = pool(OVERDUE);
    let mut alone = many.clone();
    for person in &mut alone {
        person.features.age_min = Some(u8::MAX);
    }
    let looked = [("many kinds", many), ("nobody may meet", alone)].map(|(name, pool)| {
        let limit = Duration::from_secs(120);
        let later = NOW.plus(Duration::from_secs(3_600));
        let begun = processor_time();
        let roster = Roster::of(&pool);
        let starve = starving(&Screen::new(&roster, is_forbidden), later, limit);
        let took = processor_time() - begun;
        let millis = took.as_secs_f64() * 1e3;
        println!("{OVERDUE} overdue | {name} | {millis:.1} ms | {starve} starve");
        took
    });
    looked[0].max(looked[1])
}

fn tick<F: Fn(UserId, UserId) -> bool>(
    screen: &Screen<'_, F>,
    scorer: &impl Scorer,
) -> (usize, f64) {
    let found = couples(
        screen,
        scorer,
        &Policy::default(),
        &mut RecentScores::default(),
        NOW,
    );
    let sum: f64 = found.iter().map(|edge| f64::from(edge.score())).sum();
    (found.len(), sum)
}

fn measured(size: usize, score: &str, run: impl Fn() -> (usize, f64)) -> (Duration, usize) {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let mut outcome = (0, 0.0);
    // Linux counts in steps of some milliseconds, so many short ticks are measured together.
    let repeats = u32::try_from(100_000 / size).unwrap().clamp(1, 50);
    let begun = processor_time();
    for _ in 0..repeats {
        outcome = run();
    }
    let (mean, peak) = (
        (processor_time() - begun) / repeats,
        ALLOCATOR.peak_usage() - before,
    );
    let (couples, sum) = outcome;
    println!(
        "{size} | {score} | {:.1} ms | {:.1} | {couples} | {:.3}",
        mean.as_secs_f64() * 1e3,
        peak as f64 / 1e6,
        sum / couples as f64
    );
    (mean, peak)
}

/// What this thread has had of a processor, as Linux counts it: other programs of the machine do not count.
fn processor_time() -> Duration {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanoseconds = counted.split(' ').next().unwrap().parse().unwrap();
    Duration::from_nanos(nanoseconds)
}

/// One pair in a hundred met lately or blocks each other.
fn is_forbidden(one: UserId, other: UserId) -> bool {
    (one.0.as_u64_pair().1 ^ other.0.as_u64_pair().1).is_multiple_of(100)
}
