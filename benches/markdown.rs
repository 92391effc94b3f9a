//! The promise: whatever Markdown somebody writes, it costs in line with its length.
//!
//! Prints the CPU time of each pathological shape for one kilobyte, at three sizes, and how it grows:
//! an exponent of 1 is linear, 2 quadratic.

#[path = "../tests/document/shapes.rs"]
mod shapes;

use std::fs;
use std::time::Duration;

use lectern_document::{self as document, WikiTarget};

use shapes::SHAPES;

/// The sizes of a measurement, and those of a test that it keeps working.
const SIZES: [[usize; 3]; 2] = [[15_000, 30_000, 120_000], [300, 600, 1_200]];

fn main() {
    let measures = std::env::args().any(|argument| argument == "--bench");
    let sizes = SIZES[usize::from(!measures)];
    println!("CPU in microseconds for each kB: to HTML, to Markdown, compared");
    let [small, medium, large] = sizes.map(|size| format!("{size} bytes"));
    println!("{:38}{small:>24}{medium:>24}{large:>24}  exponent", "shape");
    for shape in SHAPES {
        let measured = sizes.map(|size| measure(&shape.text(size)));
        let mut line = format!("{:38}", shape.name);
        for costs in &measured {
            let cells: String = costs.iter().map(|cost| format!("{cost:>8.0}")).collect();
            line.push_str(&cells);
        }
        let total = |costs: &[f64; 3]| costs.iter().sum::<f64>();
        let growth = total(&measured[2]) / total(&measured[1]);
        let exponent = 1.0 + growth.ln() / (sizes[2] as f64 / sizes[1] as f64).ln();
        println!("{line}  {exponent:8.2}");
    }
}

/// Returns the microseconds for each kilobyte of rendering, writing and comparing.
fn measure(text: &str) -> [f64; 3] {
    let changed = format!("{text}\n\nand more");
    let links = |_: &str| WikiTarget::Missing;
    let works: [&dyn Fn() -> usize; 3] = [
        &|| document::render(text, "key", &links).len(),
        &|| document::canonical(text).len(),
        &|| document::compare(text, &changed, "key", &links).len(),
    ];
    works.map(|work| {
        let before = cpu();
        std::hint::black_box(work());
        (cpu() - before).as_secs_f64() * 1e6 / (text.len() as f64 / 1e3)
    })
}

/// Returns the CPU time of this thread (Linux, `Documentation/scheduler/sched-stats.rst`).
fn cpu() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|field| field.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}
