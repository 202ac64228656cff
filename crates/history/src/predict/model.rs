//! The prediction of a cell from the others.
//!
//! Latency and memory are Gaussian processes over logarithms: there, what a device makes of more work is nearly a line, and the
//! sizes of a model and the backends are parallel lines.

use accel_bench_record::CaseKey;
use accel_bench_record::stats::median_absolute_deviation;

use super::cells::{Cell, Measured};
use super::process::{Expected, Kernel, Process};

/// Fewer cells than this say nothing about others.
pub const FEWEST: usize = 6;

/// The unit of the axes: a power of ten.
const POWER: f64 = std::f64::consts::LN_10;

/// The 97.5 % quantile of the normal distribution: both ends of a 95 % interval.
const Z: f64 = 1.959_963_985;

/// A measured value this many standard deviations from its prediction by the others is not explained by them.
const STRANGE: f64 = 3.5;

/// The standard deviation of a normal distribution in its median absolute deviations.
const MAD_TO_DEVIATION: f64 = 1.482_602_218;

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

/// The prediction of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    pub latency_ns: Predicted,
    /// In bytes; `None` where no cell's memory was measured.
    pub memory: Option<Predicted>,
}

/// A predicted quantity.
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
    /// The prediction by the others.
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
        // Memory is learnt as a factor of what follows from the dimensions.
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
    /// The quantity is learnt as a factor of this.
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
    let known: Vec<(&Measured, f64)> = measured.iter().filter_map(|own| Some((own, value(own)?))).collect();
    if known.len() < FEWEST {
        return None;
    }
    let first = likeliest(&known, quantity)?;
    let left_out = suspects(&known, &first, quantity);
    if left_out.is_empty() {
        return Some((first, Vec::new()));
    }
    let rest: Vec<_> =
        known.iter().enumerate().filter(|(at, _)| !left_out.contains(at)).map(|(_, own)| *own).collect();
    let process = likeliest(&rest, quantity)?;
    // Judged again, by cells that none of them distorts.
    let outlier = |at: &usize| {
        let (own, measured) = known[*at];
        let expected = process.at(&Point::of(&own.cell)).shifted(quantity.reference(&own.cell).ln());
        let off = (measured.ln() - expected.mean).abs();
        let case = own.cell.case.clone();
        (off > STRANGE * expected.spread && off > WORTH.ln_1p()).then(|| Outlier {
            case,
            quantity,
            measured,
            expected: expected.into(),
        })
    };
    let outliers = left_out.iter().filter_map(outlier).collect();
    Some((process, outliers))
}

/// The places of values that are far from what the others say, the furthest first: by the modified z-score of Iglewicz and
/// Hoaglin, *How to Detect and Handle Outliers* (ASQC, 1993), which one of them cannot hide by making everything look uncertain.
fn suspects(
    known: &[(&Measured, f64)],
    process: &Process<Point, Likeness>,
    quantity: Quantity,
) -> Vec<usize> {
    let off = |((own, value), expected): (&(&Measured, f64), Expected)| {
        let expected = expected.shifted(quantity.reference(&own.cell).ln());
        (value.ln() - expected.mean, expected.spread)
    };
    let off: Vec<(f64, f64)> = known.iter().zip(process.left_out()).map(off).collect();
    let scores: Vec<f64> = off.iter().map(|(off, spread)| off / spread).collect();
    let usual = median_absolute_deviation(&scores).unwrap_or(1.0) * MAD_TO_DEVIATION;
    let mut suspects: Vec<usize> = (0..known.len())
        .filter(|&at| scores[at].abs() > STRANGE * usual && off[at].0.abs() > WORTH.ln_1p())
        .collect();
    suspects.sort_by(|one, other| scores[*other].abs().total_cmp(&scores[*one].abs()));
    suspects.truncate((known.len() as f64 * MOST_STRANGE) as usize);
    suspects
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
    line: [String; 3],
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
            line: cell.line(),
            place: place.map(|value| value.ln() / POWER),
        }
    }
}

/// How alike two cells are: what all have in common, what those of a backend have, and those of a line of models on it.
#[derive(Clone, Copy, Debug)]
struct Likeness {
    /// The weight of what a line of models has of its own.
    line: f64,
    /// Powers of ten within which cells are alike, along each axis of their place.
    length: [f64; 4],
    noise: f64,
}

impl Likeness {
    /// Those that are tried.
    fn all() -> impl Iterator<Item = Self> {
        const LINES: [f64; 3] = [0.1, 0.5, 2.0];
        const LENGTHS: [f64; 3] = [0.7, 1.5, 3.0];
        // Alike in all directions; or sooner where operations per byte and bytes per parameter are: what a device makes of its
        // time depends on how it is used more than on how long.
        const SHAPES: [[f64; 4]; 2] = [[1.0; 4], [2.0, 0.7, 0.7, 2.0]];
        const NOISES: [f64; 4] = [1e-4, 1e-3, 1e-2, 1e-1];
        let each = LINES.into_iter().flat_map(|line| LENGTHS.map(|length| (line, length)));
        let each =
            each.flat_map(|(line, length)| SHAPES.map(|shape| (line, shape.map(|axis| axis * length))));
        each.flat_map(|(line, length)| NOISES.map(|noise| Self { line, length, noise }))
    }
}

impl Kernel<Point> for Likeness {
    fn between(&self, one: &Point, other: &Point) -> f64 {
        let axes = one.place.iter().zip(&other.place).zip(&self.length);
        let apart: f64 = axes.map(|((one, other), length)| ((one - other) / length).powi(2)).sum();
        let near = (-apart / 2.0).exp();
        let (backend, precision) = (one.backend == other.backend, one.precision == other.precision);
        let shared = |is: bool, weight: f64| if is { weight * near } else { 0.0 };
        near + shared(backend, 1.0)
            + shared(backend && precision, 0.5)
            + shared(backend && one.line == other.line, self.line)
            + shared(backend && precision && one.line == other.line, self.line / 2.0)
    }

    fn noise(&self) -> f64 {
        self.noise
    }
}

#[cfg(test)]
mod tests {
    use accel_bench_record::Params;

    use super::*;
    use crate::predict::Work;

    /// A model whose latency is by operations at 10 per nanosecond, on `backend` a factor slower.
    fn cell(model: &str, flops: f64, backend: &str) -> Cell {
        let case = CaseKey {
            bench: "models".to_owned(),
            benchmark: "step".to_owned(),
            params: Params::from([("model".to_owned(), model.into())]),
            backend: backend.to_owned(),
        };
        Cell {
            case,
            work: Work { flops, bytes: flops / 10.0, parameters: flops / 100.0, memory: flops / 50.0 },
        }
    }

    fn measured(cell: Cell, factor: f64) -> Measured {
        let (latency_ns, memory) = (cell.work.flops / 10.0 * factor, Some(cell.work.memory * 1.02));
        Measured { cell, latency_ns, memory }
    }

    fn all() -> Vec<Measured> {
        let sizes = [1e6, 1e7, 1e8, 1e9, 1e10].into_iter().enumerate();
        sizes
            .flat_map(|(at, flops)| {
                let name = format!("m-{at}");
                [measured(cell(&name, flops, "ndarray"), 1.0), measured(cell(&name, flops, "tch"), 0.25)]
            })
            .collect()
    }

    #[track_caller]
    fn check(model: &Model, cell: &Cell, expected: f64) {
        let Forecast { latency_ns: Predicted { value, low, high }, memory } = model.predict(cell);
        assert!((value / expected - 1.0).abs() < 0.1, "{value} for {expected}");
        assert!(low < value && value < high, "{low} {value} {high}");
        let memory = memory.expect("memory was measured").value;
        assert!((memory / cell.work.memory - 1.02).abs() < 0.01, "{memory}");
    }

    #[test]
    fn each_backend_has_a_speed_of_its_own() {
        let model = Model::fit(&all()).expect("ten cells");
        check(&model, &cell("m-between", 3e8, "ndarray"), 3e7);
        check(&model, &cell("m-between", 3e8, "tch"), 7.5e6);
        assert_eq!((model.cells(), model.outliers().len()), (10, 0));
    }

    #[test]
    fn further_away_it_is_less_sure() {
        let model = Model::fit(&all()).expect("ten cells");
        let width = |flops: f64| {
            let Predicted { low, high, .. } = model.predict(&cell("m-x", flops, "ndarray")).latency_ns;
            high / low
        };
        assert!(width(1e16) > 1.5 * width(3e8), "{} {}", width(1e16), width(3e8));
    }

    #[test]
    fn a_cell_that_the_others_do_not_explain_stands_out_and_misleads_no_one() {
        let mut cells = all();
        cells.extend(
            (0..5).map(|at| measured(cell(&format!("n-{at}"), 2e6 * 10_f64.powi(at), "ndarray"), 1.0)),
        );
        cells[4].latency_ns *= 8.0;
        let model = Model::fit(&cells).expect("fifteen cells");
        let [outlier] = model.outliers() else { panic!("{:?}", model.outliers()) };
        assert_eq!((&outlier.case, outlier.quantity), (&cells[4].cell.case, Quantity::Latency));
        assert!((outlier.measured / outlier.expected.value / 8.0 - 1.0).abs() < 0.3, "{outlier:?}");
        check(&model, &cell("m-between", 3e8, "ndarray"), 3e7);
    }

    #[test]
    fn memory_stands_out_by_itself() {
        let mut cells = all();
        cells[6].memory = Some(cells[6].cell.work.memory * 3.0);
        let model = Model::fit(&cells).expect("ten cells");
        let [outlier] = model.outliers() else { panic!("{:?}", model.outliers()) };
        assert_eq!((&outlier.case, outlier.quantity), (&cells[6].cell.case, Quantity::Memory));
        cells.iter_mut().for_each(|cell| cell.memory = None);
        let model = Model::fit(&cells).expect("ten cells");
        assert_eq!(model.predict(&cell("m-between", 3e8, "tch")).memory, None, "none was measured");
    }

    #[test]
    fn a_few_cells_say_nothing() {
        assert!(Model::fit(&all()[..FEWEST - 1]).is_none());
    }
}
