//! Randomness from a seed: the same seed, the same numbers, on every machine.

/// SplitMix64 (Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice of their own for each seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub fn any(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// Evenly from above 0 up to 1.
    pub fn share(&mut self) -> f64 {
        as_share(self.any())
    }

    /// Normal with mean 0 and deviation 1 (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        normal(self.share(), self.share())
    }

    /// A time until the next event of a Poisson process, in units of its mean.
    pub fn interval(&mut self) -> f64 {
        -self.share().ln()
    }
}

/// A normal number that belongs to two people and a purpose, the same whenever it is asked for.
pub fn normal_of(one: u64, other: u64, purpose: u64) -> f64 {
    let first = mixed(one ^ mixed(other ^ mixed(purpose)));
    normal(as_share(first), as_share(mixed(first)))
}

fn normal(one: f64, other: f64) -> f64 {
    (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * other).cos()
}

#[expect(clippy::cast_precision_loss)] // 53 bits are exact
fn as_share(number: u64) -> f64 {
    ((number >> 11) + 1) as f64 / (1u64 << 53) as f64
}

fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
