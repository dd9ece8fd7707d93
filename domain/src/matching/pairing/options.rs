//! Options as bits.

use std::sync::LazyLock;

use hashbrown::HashMap;

use crate::profile::{GENDERS, INTERESTS, LANGUAGES, LOOKING_FOR};

/// The bit of a gender that found no bit of its own any more: no wish ever names it.
pub(super) const OTHER_GENDER: u8 = 63;

type Bits<'a> = HashMap<&'a str, u8>;

/// The options of each field that this release knows, by their places.
static KNOWN: LazyLock<[Bits<'static>; 4]> = LazyLock::new(|| {
    let languages: Vec<&str> = LANGUAGES.iter().map(|(code, _)| *code).collect();
    [GENDERS, INTERESTS, LOOKING_FOR, &languages].map(|options| {
        let bits = (0..OTHER_GENDER).zip(options);
        bits.map(|(bit, name)| (*name, bit)).collect()
    })
});

/// Which bit stands for which option, in one pool.
pub(super) struct Names<'a> {
    pub(super) genders: Options<'a>,
    pub(super) interests: Options<'a>,
    pub(super) looking_for: Options<'a>,
    pub(super) languages: Options<'a>,
}

impl Names<'_> {
    pub(super) fn new() -> Self {
        let [genders, interests, looking_for, languages] = KNOWN.each_ref().map(|known| Options {
            known,
            others: Bits::new(),
            named_others: false,
        });
        Self {
            genders,
            interests,
            looking_for,
            languages,
        }
    }

    /// Whether an option was named that this release does not know.
    pub(super) fn has_others(&self) -> bool {
        let of_all = [
            &self.genders,
            &self.interests,
            &self.looking_for,
            &self.languages,
        ];
        of_all.iter().any(|options| options.named_others)
    }
}

/// The options of one field: the known ones first, then others as they come, 63 at the most.
pub(super) struct Options<'a> {
    known: &'static Bits<'static>,
    others: Bits<'a>,
    named_others: bool,
}

impl<'a> Options<'a> {
    pub(super) fn bit(&mut self, name: &'a str) -> Option<u8> {
        if let Some(bit) = self.known.get(name) {
            return Some(*bit);
        }
        self.named_others = true;
        if let Some(bit) = self.others.get(name) {
            return Some(*bit);
        }
        let free = u8::try_from(self.known.len() + self.others.len()).ok();
        let bit = free.filter(|bit| *bit < OTHER_GENDER)?;
        self.others.insert(name, bit);
        Some(bit)
    }

    pub(super) fn bits(&mut self, names: &'a [String]) -> u64 {
        let bits = names.iter().filter_map(|name| self.bit(name));
        bits.fold(0, |all, bit| all | 1 << bit)
    }
}
