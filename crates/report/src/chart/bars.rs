//! Horizontal bars: a group for each thing that is compared, a bar for each series, whiskers for intervals.

use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;
use serde::Serialize;

use super::canvas::{
    Area, Drawn, LEGEND_ROW, TEXT, WIDTH, canvas, fitted, is_drawable, legend, legend_rows, width_of, write,
};
use super::palette::{GRID, INK, MUTED, rgb, series};
use super::scale::{Scale, scale, tick};

/// Groups of bars, all of one unit.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Bars {
    /// The measured quantity: the axis's title.
    pub title: String,
    /// The base unit of the values.
    pub unit: String,
    /// A name for each bar of a group.
    pub series: Vec<String>,
    pub groups: Vec<Group>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Group {
    pub name: String,
    /// One for each series; `None` where nothing was measured.
    pub bars: Vec<Option<Bar>>,
}

/// A value and the ends of its interval, in the base unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Bar {
    pub value: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// The height of a bar, of the space between groups, and of the axis, in pixels.
const BAR: i32 = 18;
const GAP: i32 = 10;
const AXIS: i32 = 54;
/// Names take at most this much of the width.
const NAMES: i32 = 270;
/// Room for the value behind the longest bar.
const VALUES: i32 = 64;

/// Values further apart than this are drawn on a logarithmic axis.
const WIDE: f64 = 30.0;
/// An axis reaches no further than this.
const WIDEST: f64 = 1e9;

impl Bars {
    pub(super) fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }

    fn all(&self) -> impl Iterator<Item = &Bar> {
        self.groups.iter().flat_map(|group| group.bars.iter().flatten())
    }

    /// The largest value or end of an interval.
    fn most(&self) -> f64 {
        let ends = self.all().flat_map(|bar| [Some(bar.value), bar.high].into_iter().flatten());
        ends.filter(|end| is_drawable(*end)).fold(0.0, f64::max)
    }

    /// The smallest value above zero.
    fn least(&self) -> f64 {
        let values = self.all().map(|bar| bar.value).filter(|value| *value > 0.0 && is_drawable(*value));
        values.fold(f64::INFINITY, f64::min)
    }

    fn legend_height(&self) -> i32 {
        if self.series.len() < 2 {
            0
        } else {
            legend_rows(&self.names()).len() as i32 * LEGEND_ROW as i32 + 6
        }
    }

    fn names(&self) -> Vec<&str> {
        self.series.iter().map(String::as_str).collect()
    }

    /// Pixels from the top of the plotting area to its end.
    fn height(&self) -> i32 {
        let bars: usize = self.groups.iter().map(|group| group.bars.len()).sum();
        bars as i32 * BAR + self.groups.len() as i32 * GAP
    }
}

pub(super) fn draw(bars: &Bars) -> String {
    let height = bars.legend_height() + bars.height() + AXIS;
    let scale = scale(&bars.unit, bars.most());
    let (least, most) = (bars.least() / scale.divisor, bars.most() / scale.divisor);
    canvas(height.unsigned_abs(), |area| {
        if bars.series.len() > 1 {
            legend(area, &bars.names(), &series)?;
        }
        let is_log = least > 0.0 && least.is_finite() && most / least > WIDE;
        if is_log {
            let from = 10_f64.powf(least.max(most / WIDEST).log10().floor());
            axis_and_bars(area, bars, &scale, (from, (from..most * 1.05).log_scale()), ", logarithmic")
        } else {
            let most = if most > 0.0 { most } else { 1.0 };
            axis_and_bars(area, bars, &scale, (0.0, 0.0..most), "")
        }
    })
}

/// Where the names end.
fn names_width(bars: &Bars) -> i32 {
    let widest = bars.groups.iter().map(|group| width_of(&group.name)).max().unwrap_or(0);
    (widest + 12).min(NAMES)
}

fn axis_and_bars<X>(
    area: &Area<'_>,
    bars: &Bars,
    scale: &Scale,
    (origin, range): (f64, X),
    kind: &str,
) -> Drawn
where
    X: AsRangedCoord<Value = f64>,
    X::CoordDescType: ValueFormatter<f64>,
{
    let left = names_width(bars);
    let top = bars.legend_height();
    let inner = area.margin(top, 0, left, VALUES);
    let mut chart = ChartBuilder::on(&inner)
        .set_label_area_size(LabelAreaPosition::Bottom, AXIS)
        .build_cartesian_2d(range, 0..bars.height().max(1))?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .x_labels(5)
        .x_label_formatter(&|value| tick(*value))
        .x_desc(format!("{} ({}{kind})", bars.title, scale.unit))
        .axis_style(rgb(MUTED))
        .light_line_style(TRANSPARENT)
        .bold_line_style(rgb(GRID))
        .label_style(("sans-serif", TEXT).into_font().color(&rgb(INK)))
        .draw()?;
    let (least, most) = (origin, bars.most() / scale.divisor);
    let place = |value: f64| chart.as_coord_spec().translate(&(value.clamp(least, most.max(least)), 0)).0;
    let mut y = top + GAP / 2;
    for group in &bars.groups {
        let height = group.bars.len() as i32 * BAR;
        let name = fitted(&group.name, left - 10);
        write(area, &name, (left - 8, y + height / 2), HPos::Right, INK)?;
        for (at, bar) in group.bars.iter().enumerate() {
            let middle = y + at as i32 * BAR + BAR / 2;
            one(
                area,
                bar.as_ref(),
                &|value| place(value / scale.divisor),
                (origin * scale.divisor, middle, at),
                scale.divisor,
            )?;
        }
        y += height + GAP;
    }
    Ok(())
}

/// A bar with its interval and its value, around the height `middle`.
fn one(
    area: &Area<'_>,
    bar: Option<&Bar>,
    place: &dyn Fn(f64) -> i32,
    (origin, middle, at): (f64, i32, usize),
    divisor: f64,
) -> Drawn {
    let left = place(origin);
    let Some(bar) = bar else {
        return write(area, "not measured", (left + 4, middle), HPos::Left, MUTED);
    };
    let right = place(bar.value).clamp(left, WIDTH as i32);
    let half = BAR / 2 - 2;
    area.draw(&Rectangle::new([(left, middle - half), (right, middle + half)], rgb(series(at)).filled()))?;
    let mut end = right;
    if let (Some(low), Some(high)) = (bar.low, bar.high) {
        let (low, high) = (place(low).max(left), place(high).min(WIDTH as i32 - VALUES));
        end = end.max(high);
        let style = rgb(INK).stroke_width(1);
        area.draw(&PathElement::new(vec![(low, middle), (high, middle)], style))?;
        for x in [low, high] {
            area.draw(&PathElement::new(vec![(x, middle - 3), (x, middle + 3)], style))?;
        }
    }
    write(area, &tick(bar.value / divisor), (end + 5, middle), HPos::Left, INK)
}
