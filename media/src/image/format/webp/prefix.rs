//! The bits of lossless data, and the prefix codes in them (RFC 9649, section 3.7).

use super::super::super::Refusal;

/// The longest word of a code.
const LONGEST: usize = 15;
/// In this order the lengths of the words for lengths are written.
const ORDER: [usize; 19] = [
    17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
];

/// Bits, the lowest of each byte first.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub fn of(data: &'a [u8]) -> Self {
        Self { data, at: 0 }
    }

    /// A number of so many bits.
    pub fn number(&mut self, bits: usize) -> Result<usize, Refusal> {
        let number = self.ahead() & ((1 << bits) - 1);
        self.skip(bits)?;
        usize::try_from(number).map_err(Refusal::damaged)
    }

    pub fn flag(&mut self) -> Result<bool, Refusal> {
        Ok(self.number(1)? == 1)
    }

    /// What comes next, 57 bits at least; zeros after the end.
    fn ahead(&self) -> u64 {
        let rest = self.data.get(self.at / 8..).unwrap_or_default();
        let mut next = [0; 8];
        let length = rest.len().min(next.len());
        next[..length].copy_from_slice(&rest[..length]);
        u64::from_le_bytes(next) >> (self.at % 8)
    }

    fn skip(&mut self, bits: usize) -> Result<(), Refusal> {
        self.at += bits;
        match self.at <= self.data.len() * 8 {
            true => Ok(()),
            false => Err(Refusal::damaged("lossless data end early")),
        }
    }
}

/// A prefix code: how many words there are of each length, and what they mean in their order. No words: it means one thing.
pub(super) struct Code {
    words: [u16; LONGEST + 1],
    symbols: Vec<u16>,
}

impl Code {
    /// The code that is written next, for numbers below `alphabet`.
    pub fn read(bits: &mut Bits<'_>, alphabet: usize) -> Result<Self, Refusal> {
        if bits.flag()? {
            return Self::read_simple(bits, alphabet);
        }
        let mut lengths_of_lengths = [0; ORDER.len()];
        let written = 4 + bits.number(4)?;
        for place in &ORDER[..written] {
            lengths_of_lengths[*place] = bits.number(3)?;
        }
        let lengths = Self::of_lengths(&lengths_of_lengths)?;
        Self::of_lengths(&lengths.read_lengths(bits, alphabet)?)
    }

    /// The symbol that is written next.
    pub fn symbol(&self, bits: &mut Bits<'_>) -> Result<usize, Refusal> {
        if let [only] = self.symbols[..] {
            return Ok(only.into());
        }
        let mut ahead = bits.ahead();
        let (mut word, mut first, mut index) = (0, 0, 0);
        for (length, words) in self.words.iter().enumerate().skip(1) {
            word = word << 1 | usize::from(ahead & 1 == 1);
            ahead >>= 1;
            let words = usize::from(*words);
            if word < first + words {
                bits.skip(length)?;
                return Ok(self.symbols[index + word - first].into());
            }
            index += words;
            first = (first + words) << 1;
        }
        Err(unsound())
    }

    /// What `image-webp` has in memory for it, beside what it has for every code: a table of four bytes for each word of up
    /// to ten bits, and two nodes of sixteen bytes for each longer word.
    pub fn held_bytes(&self) -> u64 {
        const TABLE_BITS: usize = 10;
        const TWO_NODES: u64 = 32;
        let Some(longest) = self.words.iter().rposition(|words| *words > 0) else {
            return 0;
        };
        let beyond = self.words.get(TABLE_BITS + 1..).unwrap_or_default();
        let long_words: u64 = beyond.iter().map(|words| u64::from(*words)).sum();
        (4 << longest.min(TABLE_BITS)) + TWO_NODES * long_words.max(2)
    }

    /// One symbol or two, themselves.
    fn read_simple(bits: &mut Bits<'_>, alphabet: usize) -> Result<Self, Refusal> {
        let has_two = bits.flag()?;
        let first_bits = if bits.flag()? { 8 } else { 1 };
        let mut symbols = vec![bits.number(first_bits)?];
        let mut words = [0; LONGEST + 1];
        if has_two {
            symbols.push(bits.number(8)?);
            words[1] = 2;
        }
        if symbols.iter().any(|symbol| *symbol >= alphabet) {
            return Err(unsound());
        }
        let symbols = symbols.into_iter().map(narrow).collect::<Result<_, _>>()?;
        Ok(Self { words, symbols })
    }

    /// The lengths of another code's words, in this code.
    fn read_lengths(&self, bits: &mut Bits<'_>, alphabet: usize) -> Result<Vec<usize>, Refusal> {
        let mut left = alphabet;
        if bits.flag()? {
            let length_bits = 2 + 2 * bits.number(3)?;
            left = 2 + bits.number(length_bits)?;
        }
        if left > alphabet {
            return Err(unsound());
        }
        let mut lengths = Vec::with_capacity(alphabet);
        let mut previous = 8;
        while lengths.len() < alphabet && left > 0 {
            left -= 1;
            let (length, times) = match self.symbol(bits)? {
                16 => (previous, 3 + bits.number(2)?),
                17 => (0, 3 + bits.number(3)?),
                18 => (0, 11 + bits.number(7)?),
                length => (length, 1),
            };
            if length != 0 {
                previous = length;
            }
            lengths.resize(lengths.len() + times, length);
        }
        match lengths.len() <= alphabet {
            true => Ok(lengths),
            false => Err(unsound()),
        }
    }

    /// The code whose words have these lengths; 0 where a symbol has none.
    fn of_lengths(lengths: &[usize]) -> Result<Self, Refusal> {
        let mut words = [0; LONGEST + 1];
        for length in lengths.iter().filter(|length| **length > 0) {
            words[*length] += 1;
        }
        let mut symbols = Vec::new();
        for (length, words) in words.iter().enumerate().skip(1) {
            if *words > 0 {
                let having = (0..).zip(lengths).filter(|(_, having)| **having == length);
                symbols.extend(having.map(|(symbol, _)| symbol));
            }
        }
        if symbols.len() == 1 {
            words = [0; LONGEST + 1];
            return Ok(Self { words, symbols });
        }
        let taken = (1..)
            .zip(&words[1..])
            .map(|(length, count)| usize::from(*count) << (LONGEST - length));
        match taken.sum::<usize>() == 1 << LONGEST {
            true => Ok(Self { words, symbols }),
            false => Err(unsound()),
        }
    }
}

fn narrow(symbol: usize) -> Result<u16, Refusal> {
    u16::try_from(symbol).map_err(Refusal::damaged)
}

fn unsound() -> Refusal {
    Refusal::damaged("a prefix code in lossless data is unsound")
}
