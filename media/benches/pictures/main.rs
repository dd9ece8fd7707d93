//! How long a photo takes on one core, and what twenty at once hold in memory: `cargo bench -p webchat-media`.
//!
//! A plain program: it prints a table and fails where a bound of the product is missed. Times are of the processor, so
//! that other programs of the machine do not count; memory is counted by the allocator.

// A measuring program: it prints its table, and ends where something is not as expected.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use jpeg_encoder::{ColorType, Encoder};
use peak_alloc::PeakAlloc;
use webchat_media::image::{Limits, avatar, inspect, process};

mod costly;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Twelve megapixels, as phones have them.
const WIDTH: u16 = 4_000;
const HEIGHT: u16 = 3_000;
/// What one photo may take, and twenty of them together.
const TIME: Duration = Duration::from_millis(400);
/// What any picture may take that is taken at all: so long may others have to wait for it.
const LONGEST: Duration = Duration::from_secs(5);
const MEMORY: usize = 500_000_000;
const AT_ONCE: usize = 20;

/// How a photo is stored.
#[derive(Clone, Copy)]
struct Stored {
    name: &'static str,
    orientation: u8,
    progressive: bool,
}

const PHOTOS: [Stored; 3] = [
    Stored {
        name: "upright",
        orientation: 1,
        progressive: false,
    },
    Stored {
        name: "on its side",
        orientation: 6,
        progressive: false,
    },
    Stored {
        name: "progressive",
        orientation: 1,
        progressive: true,
    },
];

fn main() {
    let mut missed = 0;
    println!("photo of 12 megapixels | file MB | picture | avatar | peak MB | promised MB");
    for stored in PHOTOS {
        let photo = photo(stored);
        let promised = inspect(&photo, &Limits::default()).unwrap().memory_bytes;
        let before = ALLOCATOR.current_usage();
        ALLOCATOR.reset_peak_usage();
        let for_picture = time_of(|| drop(process(&photo, &Limits::default()).unwrap()));
        let peak = ALLOCATOR.peak_usage() - before;
        let for_avatar = time_of(|| drop(avatar(&photo, None, &Limits::default()).unwrap()));
        println!(
            "{} | {:.1} | {} ms | {} ms | {} | {}",
            stored.name,
            photo.len() as f64 / 1e6,
            for_picture.as_millis(),
            for_avatar.as_millis(),
            peak / 1_000_000,
            promised / 1_000_000,
        );
        // Every scan of a progressive photo is a pass over all of it; the bound is for the others.
        missed += usize::from(!stored.progressive && for_picture > TIME);
    }
    for stored in PHOTOS {
        let peak = twenty_at_once(&photo(stored));
        println!("twenty at once, {}: {} MB", stored.name, peak / 1_000_000);
        missed += usize::from(peak > MEMORY);
    }
    println!("made to be costly | file MB | kept MB | picture");
    for (name, picture) in costly::pictures() {
        let begun = processor_time();
        let outcome = process(&picture, &Limits::default());
        let took = processor_time() - begun;
        let kept = outcome.map_or_else(
            |refused| refused.code().to_owned(),
            |made| format!("{:.1}", made.bytes.len() as f64 / 1e6),
        );
        let file = picture.len() as f64 / 1e6;
        println!("{name} | {file:.1} | {kept} | {} ms", took.as_millis());
        missed += usize::from(took > LONGEST);
    }
    assert_eq!(missed, 0, "so many figures miss their bound");
}

/// What is held by twenty uploads: each file, each copy until it is stored, and in between as many at work as a gateway
/// lets: no more than there are processors, and together within the memory of the largest.
fn twenty_at_once(photo: &[u8]) -> usize {
    let limits = Limits::default();
    let memory = inspect(photo, &limits).unwrap().memory_bytes;
    let fit = usize::try_from(limits.memory_bytes / memory).unwrap();
    let workers = fit.min(thread::available_parallelism().unwrap().get());
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let files: Vec<Vec<u8>> = (0..AT_ONCE).map(|_| photo.to_vec()).collect();
    let (next, copies) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let copy = process(file, &limits).unwrap();
                    copies.lock().unwrap().push(copy);
                }
            });
        }
    });
    ALLOCATOR.peak_usage() - before
}

/// The middle one of five.
fn time_of(work: impl Fn()) -> Duration {
    let mut times: Vec<Duration> = (0..5)
        .map(|_| {
            let begun = processor_time();
            work();
            processor_time() - begun
        })
        .collect();
    times.sort();
    times[2]
}

/// Slopes, edges and a grain, so that it packs about as a photo does.
fn photo(stored: Stored) -> Vec<u8> {
    let mut noise = 1_u32;
    let mut rgb = Vec::with_capacity(usize::from(WIDTH) * usize::from(HEIGHT) * 3);
    for y in 0..u32::from(HEIGHT) {
        for x in 0..u32::from(WIDTH) {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = noise >> 27;
            let edge = if (x / 97 + y / 61) % 5 == 0 { 60 } else { 0 };
            for slope in [x / 25, y / 20, (x + y) / 50] {
                rgb.push(u8::try_from((slope + edge + grain).min(255)).unwrap());
            }
        }
    }
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 92);
    encoder.set_progressive(stored.progressive);
    let exif = [
        b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0",
        &[stored.orientation][..],
        &[0; 7],
    ];
    encoder.add_exif_metadata(&exif.concat()).unwrap();
    encoder.encode(&rgb, WIDTH, HEIGHT, ColorType::Rgb).unwrap();
    bytes
}

/// What this thread has had of a processor, as Linux counts it: other programs of the machine do not count.
fn processor_time() -> Duration {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanoseconds = counted.split(' ').next().unwrap().parse().unwrap();
    Duration::from_nanos(nanoseconds)
}
