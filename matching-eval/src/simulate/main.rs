//! Tries the product's pairing policy on synthetic queues, prints a table, and fails where a goal is missed that is held. With a path,
//! for example `docs/matching-policies.svg`, it tries other policies, too, and draws them there: `make simulate`. Same program,
//! same output.
#![allow(clippy::print_stdout)] // the table is the output

mod calibration;
mod dice;
mod goals;
mod picture;
mod policies;
mod population;
mod queue;
mod summary;

use std::process::ExitCode;

use domain::matching::pairing::Policy;
use goals::{Case, SIGHT};
use policies::Tried;
use population::Market;
use population::SIGHTS;
use queue::{Matcher, Patience, Setting};
use summary::{Summary, summed_up};

const RATES: [f64; 3] = [0.1, 0.5, 2.0];
const SEEDS: std::ops::Range<u64> = 1..9;
/// The sweep tries many policies, so on fewer seeds.
const SWEEP_SEEDS: std::ops::Range<u64> = 101..105;

fn main() -> ExitCode {
    calibration::print();
    let (verdict, all_met) = goals::verdict(&print_the_product());
    println!();
    for line in verdict {
        println!("{line}");
    }
    if let Some(path) = std::env::args().nth(1) {
        let points = print_the_sweep();
        if let Err(error) = std::fs::write(&path, picture::svg(&points)) {
            println!("{path} cannot be written: {error}");
            return ExitCode::FAILURE;
        }
    }
    if all_met {
        ExitCode::SUCCESS
    } else {
        println!("A goal is missed.");
        ExitCode::FAILURE
    }
}

/// The policy that the product runs, in every setting. What it reaches with the sight that goals are for.
fn print_the_product() -> Vec<(Case, Summary)> {
    let mut reached = Vec::new();
    println!(
        "\n| market | arrivals/s | patience | sight | keeps per arrival over random | mean wait | p95 wait | leave |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let policy = Policy::default();
    let both = [Patience::Memoryless, Patience::Fixed];
    for (market, patience) in [Market::Mixed, Market::TwoSided]
        .into_iter()
        .flat_map(|market| both.map(|patience| (market, patience)))
    {
        for per_second in RATES {
            let setting = |matcher| Setting {
                market,
                per_second,
                patience,
                tick_ms: 1_000,
                matcher,
            };
            let row = |name: &str, matcher| {
                let summary = summed_up(setting(matcher), SEEDS);
                println!("| {market:?} | {per_second} | {patience:?} | {name} | {summary} |");
                summary
            };
            row("random", Matcher::Random);
            for sight in SIGHTS {
                let summary = row(sight.name, Matcher::Product(&policy, sight));
                if sight.name == SIGHT {
                    let case = Case {
                        market,
                        patience,
                        per_second,
                    };
                    reached.push((case, summary));
                }
            }
        }
    }
    reached
}

/// Other policies, to see what each number does.
fn print_the_sweep() -> Vec<(Tried, f64, Summary)> {
    println!(
        "\n| policy | arrivals/s | keeps per arrival over random | mean wait | p95 wait | leave |"
    );
    println!("|---|---|---|---|---|---|");
    let mut points = Vec::new();
    for tried in policies::tried() {
        for per_second in [0.5, 2.0] {
            let matcher = Matcher::Product(&tried.policy, SIGHTS[1]);
            let patience = Patience::Memoryless;
            let setting = Setting {
                market: Market::Mixed,
                per_second,
                patience,
                tick_ms: tried.tick_ms,
                matcher,
            };
            let summary = summed_up(setting, SWEEP_SEEDS);
            println!("| {} | {per_second} | {summary} |", tried.name);
            points.push((tried.clone(), per_second, summary));
        }
    }
    points
}
