//! What a cell would take, from what others took.
//!
//! Latency and memory are Gaussian processes over logarithms: there, what a device makes of more work is nearly a line, and the
//! families of models and the backends are lines beside each other.

use accel_bench_record::CaseKey;

use super::cells::{Cell, Measured};
use super::process::{Expected, Kernel, Process};

/// Fewer cells than this say nothing about others.
pub const FEWEST: usize = 6;

/// What one more or less of it makes is looked at by powers of ten.
const POWER: f64 = std::f64::consts::LN_10;

/// The 97.5 % quantile of the normal distribution: both ends of a 95 % interval.
const Z: f64 = 1.959_963_985;

/// A measured value so many standard deviations from what the others say is not explained by them.
const STRANGE: f64 = 3.5;

/// Nor is it worth a word unless it is off by this share.
const WORTH: f64 = 0.25;

/// At most this share of the cells is left out of the fit because the others do not explain them.
const MOST_STRANGE: f64 = 0.1;

/// A predicted value. Never measured, and never stored among results.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Predicted {
    pub value: f64,
    /// Both ends of the 95 % interval.
    pub low: f64,
    pub high: f64,
}

impl From<Expected> for Predicted {
    fn from(Expected { mean, spread }: Expected) -> Self {
        let [low, value, high] = [-Z, 0.0, Z].map(|z| (mean + z * spread).exp());
        Self { value, low, high }
    }
}

/// What is predicted of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    pub latency_ns: Predicted,
    /// In bytes; `None` where no cell's memory was measured.
    pub memory: Option<Predicted>,
}

/// What is predicted, or stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    Latency,
    Memory,
}

/// A measured value that the other cells do not explain.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlier {
    pub case: CaseKey,
    pub quantity: Quantity,
    /// In nanoseconds or bytes.
    pub measured: f64,
    /// What the others say.
    pub expected: Predicted,
}

/// Fitted to the measured cells of one machine class.
#[derive(Debug)]
pub struct Model {
    cells: usize,
    latency: Process<Point, Likeness>,
    memory: Option<Process<Point, Likeness>>,
    outliers: Vec<Outlier>,
}

impl Model {
    /// `None` where fewer than [`FEWEST`] cells were measured.
    #[must_use]
    pub fn fit(measured: &[Measured]) -> Option<Self> {
        let latency = |own: &Measured| Some(own.latency_ns);
        let memory = |own: &Measured| own.memory;
        let (of_latency, mut outliers) = fit(measured, Quantity::Latency, &latency)?;
        let (of_memory, more) = fit(measured, Quantity::Memory, &memory).unzip();
        outliers.extend(more.into_iter().flatten());
        Some(Self { cells: measured.len(), latency: of_latency, memory: of_memory, outliers })
    }

    /// The number of cells that it knows.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.cells
    }

    #[must_use]
    pub fn predict(&self, cell: &Cell) -> Forecast {
        let latency = self.latency.at(&Point::of(cell));
        let memory = self.memory.as_ref().map(|memory| memory.at(&Point::of(cell)));
        // Memory is learnt as a factor of what the dimensions tell.
        let memory = memory.map(|expected| Predicted::from(expected.shifted(cell.work.memory.ln())));
        Forecast { latency_ns: latency.shifted(cell.work.flops.ln()).into(), memory }
    }

    /// The cells that are far from what the others say, the strangest first.
    #[must_use]
    pub fn outliers(&self) -> &[Outlier] {
        &self.outliers
    }
}

impl Quantity {
    /// What the quantity is learnt as a factor of.
    fn reference(self, cell: &Cell) -> f64 {
        match self {
            Self::Latency => cell.work.flops,
            Self::Memory => cell.work.memory,
        }
    }
}

impl Expected {
    fn shifted(self, by: f64) -> Self {
        Self { mean: self.mean + by, ..self }
    }
}

type Fitted = (Process<Point, Likeness>, Vec<Outlier>);

/// Fits twice: once to find what the others do not explain, and once without it.
fn fit(
    measured: &[Measured],
    quantity: Quantity,
    value: &dyn Fn(&Measured) -> Option<f64>,
) -> Option<Fitted> {
    let mut known: Vec<(&Measured, f64)> =
        measured.iter().filter_map(|own| Some((own, value(own)?))).collect();
    if known.len() < FEWEST {
        return None;
    }
    let first = likeliest(&known, quantity)?;
    let mut strange: Vec<(f64, usize, Outlier)> = Vec::new();
    for (at, ((own, value), expected)) in known.iter().zip(first.left_out()).enumerate() {
        let expected = expected.shifted(quantity.reference(&own.cell).ln());
        let off = value.ln() - expected.mean;
        if off.abs() > STRANGE * expected.spread && off.abs() > WORTH.ln_1p() {
            let case = own.cell.case.clone();
            let outlier = Outlier { case, quantity, measured: *value, expected: expected.into() };
            strange.push((off.abs() / expected.spread, at, outlier));
        }
    }
    strange.sort_by(|one, other| other.0.total_cmp(&one.0));
    strange.truncate((known.len() as f64 * MOST_STRANGE) as usize);
    let left_out: Vec<usize> = strange.iter().map(|(_, at, _)| *at).collect();
    let process = if left_out.is_empty() {
        first
    } else {
        let mut at = 0..;
        known.retain(|_| !at.next().is_some_and(|at| left_out.contains(&at)));
        likeliest(&known, quantity)?
    };
    Some((process, strange.into_iter().map(|(_, _, outlier)| outlier).collect()))
}

/// The process whose kernel makes the values likeliest.
fn likeliest(known: &[(&Measured, f64)], quantity: Quantity) -> Option<Process<Point, Likeness>> {
    let values: Vec<f64> =
        known.iter().map(|(own, value)| (value / quantity.reference(&own.cell)).ln()).collect();
    let points = || known.iter().map(|(own, _)| Point::of(&own.cell)).collect();
    let fitted = Likeness::all().filter_map(|likeness| Process::fit(points(), &values, likeness));
    fitted.max_by(|one, other| one.evidence().total_cmp(&other.evidence()))
}

/// A cell as the process sees it.
#[derive(Clone, Debug)]
struct Point {
    backend: String,
    precision: Option<String>,
    /// Bench and benchmark: the family of models.
    family: (String, String),
    /// Powers of ten of: operations, operations per byte, bytes per parameter, parameters.
    place: [f64; 4],
}

impl Point {
    fn of(cell: &Cell) -> Self {
        let (case, work) = (&cell.case, &cell.work);
        let place = [work.flops, work.flops / work.bytes, work.bytes / work.parameters, work.parameters];
        Self {
            backend: case.backend.clone(),
            precision: case.params.get("precision").map(ToString::to_string),
            family: (case.bench.clone(), case.benchmark.clone()),
            place: place.map(|value| value.ln() / POWER),
        }
    }
}

/// How alike two cells are: what all have in common, what those of a backend have, and those of a family on it.
#[derive(Clone, Copy, Debug)]
struct Likeness {
    /// The weight of what a family has of its own.
    family: f64,
    /// Powers of ten within which cells are alike.
    length: f64,
    noise: f64,
}

impl Likeness {
    /// Those that are tried.
    fn all() -> impl Iterator<Item = Self> {
        const FAMILIES: [f64; 3] = [0.1, 0.5, 2.0];
        const LENGTHS: [f64; 3] = [0.7, 1.5, 3.0];
        const NOISES: [f64; 4] = [1e-4, 1e-3, 1e-2, 1e-1];
        let each = FAMILIES.into_iter().flat_map(|family| LENGTHS.map(|length| (family, length)));
        each.flat_map(|(family, length)| NOISES.map(|noise| Self { family, length, noise }))
    }
}

impl Kernel<Point> for Likeness {
    fn between(&self, one: &Point, other: &Point) -> f64 {
        let apart: f64 = one.place.iter().zip(&other.place).map(|(one, other)| (one - other).powi(2)).sum();
        let near = (-apart / (2.0 * self.length.powi(2))).exp();
        let (backend, precision) = (one.backend == other.backend, one.precision == other.precision);
        let shared = |is: bool, weight: f64| if is { weight * near } else { 0.0 };
        near + shared(backend, 1.0)
            + shared(backend && precision, 0.5)
            + shared(backend && one.family == other.family, self.family)
            + shared(backend && precision && one.family == other.family, self.family / 2.0)
    }

    fn noise(&self) -> f64 {
        self.noise
    }
}
