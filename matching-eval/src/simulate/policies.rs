//! The policies that are tried: the product's, and each of its numbers changed by itself.

use std::time::Duration;

use domain::matching::pairing::Policy;

/// A policy with its name in the table and the family it is drawn with.
#[derive(Debug, Clone)]
pub struct Tried {
    pub name: String,
    pub family: &'static str,
    pub policy: Policy,
    pub tick_ms: u64,
}

/// All of them, the product's first.
pub fn tried() -> Vec<Tried> {
    let product = Policy::default();
    let mut all = vec![one("product", "product".to_owned(), product.clone())];
    for reserve_quantile in [0.0, 0.5, 0.8, 0.9, 0.97, 0.98] {
        let policy = Policy {
            reserve_quantile,
            ..product.clone()
        };
        all.push(one(
            "reserve quantile",
            format!("quantile {reserve_quantile}"),
            policy,
        ));
    }
    for secs in [10, 18, 22, 26, 35] {
        let policy = Policy {
            reserve_decay: Duration::from_secs(secs),
            ..product.clone()
        };
        all.push(one("decay", format!("decay {secs} s"), policy));
    }
    for secs in [60, 3_600] {
        let policy = Policy {
            patience: Duration::from_secs(secs),
            ..product.clone()
        };
        all.push(one(
            "waiting-age",
            format!("waiting-age 1 in {secs} s"),
            policy,
        ));
    }
    for tick_ms in [500, 5_000] {
        let name = format!("tick {tick_ms} ms");
        all.push(Tried {
            tick_ms,
            ..one("tick", name, product.clone())
        });
    }
    for k in [2, 8] {
        let policy = Policy {
            exact_up_to: 0,
            k,
            ..product.clone()
        };
        all.push(one(
            "k (no exact matching)",
            format!("greedy and 2-opt, k {k}"),
            policy,
        ));
    }
    all
}

fn one(family: &'static str, name: String, policy: Policy) -> Tried {
    Tried {
        name,
        family,
        policy,
        tick_ms: 1_000,
    }
}
