//! Values over a quantity: lines, steps or points, with intervals and marks.

use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;
use serde::Serialize;

use super::canvas::{
    Area, Drawn, LEGEND_ROW, TEXT, WIDTH, canvas, is_drawable, legend, legend_rows, marker, write,
};
use super::palette::{GRID, INK, MUTED, rgb, series};
use super::scale::{scale, tick};

/// Lines over one axis.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plot {
    pub x: Axis,
    pub y: Axis,
    pub lines: Vec<Line>,
    /// Positions on the horizontal axis with a word to each.
    pub marks: Vec<Mark>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Axis {
    pub title: String,
    /// The base unit of the values.
    pub unit: String,
    pub spacing: Spacing,
    /// Values with a tick each; empty: round ones.
    pub ticks: Vec<f64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spacing {
    /// From zero on.
    #[default]
    Even,
    /// Only as far as the values reach: for levels whose changes matter.
    Close,
    /// Twice as much at the same distance each time.
    Doubling,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Line {
    /// Empty: not in the legend.
    pub name: String,
    /// In the order of `x`.
    pub points: Vec<Point>,
    pub shape: Shape,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// Points with straight lines between them.
    #[default]
    Joined,
    /// Constant up to the next point.
    Steps,
    /// Points alone.
    Points,
}

/// A value with the ends of its interval, in the axes' base units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Point {
    pub x: f64,
    pub y: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Mark {
    pub x: f64,
    pub text: String,
}

/// The height of a plot without its legend, in pixels.
const HEIGHT: u32 = 260;
/// A line with more points has no markers.
const MARKED: usize = 24;

impl Plot {
    pub(super) fn is_empty(&self) -> bool {
        self.points().next().is_none()
    }

    fn points(&self) -> impl Iterator<Item = &Point> {
        let all = self.lines.iter().flat_map(|line| &line.points);
        all.filter(|point| is_drawable(point.x) && is_drawable(point.y))
    }

    /// The lines with a name, by their place.
    fn named(&self) -> Vec<&str> {
        let names: Vec<_> =
            self.lines.iter().map(|line| line.name.as_str()).filter(|name| !name.is_empty()).collect();
        if names.len() > 1 { names } else { Vec::new() }
    }
}

/// The ends of an axis: never equal, always finite.
fn ends(values: impl Iterator<Item = f64>, spacing: Spacing) -> (f64, f64) {
    let finite = values.filter(|value| is_drawable(*value));
    let (low, high) = finite
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return (0.0, 1.0);
    }
    let (low, high) = match spacing {
        Spacing::Even => (low.min(0.0), if high > 0.0 { high * 1.05 } else { 0.0 }),
        Spacing::Close => {
            let room = ((high - low) * 0.15).max(high.abs() * 0.01);
            (low - room, high + room)
        }
        Spacing::Doubling => (low, high * 1.02),
    };
    if high > low { (low, high) } else { (low - 0.5, low + 0.5) }
}

pub(super) fn draw(plot: &Plot) -> String {
    let names = plot.named();
    let top = if names.is_empty() { 4 } else { legend_rows(&names).len() as u32 * LEGEND_ROW + 6 };
    let top = top + if plot.marks.is_empty() { 0 } else { LEGEND_ROW };
    let (xs, ys) = (
        || plot.points().map(|point| point.x),
        || plot.points().flat_map(|point| [Some(point.y), point.low, point.high].into_iter().flatten()),
    );
    let across = scale(&plot.x.unit, xs().fold(0.0, f64::max));
    let up = scale(&plot.y.unit, ys().fold(0.0, f64::max));
    let x_ends = ends(xs().map(|x| x / across.divisor), plot.x.spacing);
    let y_ends = ends(ys().map(|y| y / up.divisor), plot.y.spacing);
    let titled = |title: &str, unit: &str| {
        if unit.is_empty() { title.to_owned() } else { format!("{title} ({unit})") }
    };
    let frame = Frame {
        plot,
        top: top as i32,
        divisors: (across.divisor, up.divisor),
        titles: (titled(&plot.x.title, &across.unit), titled(&plot.y.title, &up.unit)),
        y: y_ends,
    };
    canvas(top + HEIGHT, |area| {
        if !names.is_empty() {
            legend(area, &names, &series)?;
        }
        let ticks =
            |axis: &Axis, divisor: f64| axis.ticks.iter().map(|tick| tick / divisor).collect::<Vec<_>>();
        let x = || (x_ends.0..x_ends.1).log_scale().base(2.0).with_key_points(ticks(&plot.x, across.divisor));
        let y = || (y_ends.0..y_ends.1).log_scale().base(2.0).with_key_points(ticks(&plot.y, up.divisor));
        let doubles = |axis: &Axis, ends: (f64, f64)| axis.spacing == Spacing::Doubling && ends.0 > 0.0;
        match (doubles(&plot.x, x_ends), doubles(&plot.y, y_ends)) {
            (true, true) => frame.draw(area, x(), y()),
            (true, false) => frame.draw(area, x(), y_ends.0..y_ends.1),
            (false, true) => frame.draw(area, x_ends.0..x_ends.1, y()),
            (false, false) => frame.draw(area, x_ends.0..x_ends.1, y_ends.0..y_ends.1),
        }
    })
}

/// Everything around and between the axes.
struct Frame<'p> {
    plot: &'p Plot,
    top: i32,
    divisors: (f64, f64),
    titles: (String, String),
    y: (f64, f64),
}

type Places<'c, 'a, X, Y> = ChartContext<'a, SVGBackend<'c>, Cartesian2d<X, Y>>;

impl Frame<'_> {
    fn draw<X, Y>(&self, area: &Area<'_>, x: X, y: Y) -> Drawn
    where
        X: AsRangedCoord<Value = f64>,
        X::CoordDescType: ValueFormatter<f64>,
        Y: AsRangedCoord<Value = f64>,
        Y::CoordDescType: ValueFormatter<f64>,
    {
        let inner = area.margin(self.top, 4, 4, 16);
        let mut chart = ChartBuilder::on(&inner)
            .set_label_area_size(LabelAreaPosition::Bottom, 48)
            .set_label_area_size(LabelAreaPosition::Left, 72)
            .build_cartesian_2d(x, y)?;
        chart
            .configure_mesh()
            .x_labels(8)
            .y_labels(6)
            .x_label_formatter(&|value| tick(*value))
            .y_label_formatter(&|value| tick(*value))
            .x_desc(&self.titles.0)
            .y_desc(&self.titles.1)
            .axis_style(rgb(MUTED))
            .light_line_style(TRANSPARENT)
            .bold_line_style(rgb(GRID))
            .label_style(("sans-serif", TEXT).into_font().color(&rgb(INK)))
            .draw()?;
        self.marks(area, &chart)?;
        for (at, line) in self.plot.lines.iter().enumerate() {
            self.line(area, &chart, at, line)?;
        }
        Ok(())
    }

    fn place<X, Y>(&self, chart: &Places<'_, '_, X, Y>, (x, y): (f64, f64)) -> (i32, i32)
    where
        X: Ranged<ValueType = f64>,
        Y: Ranged<ValueType = f64>,
    {
        let y = (y / self.divisors.1).clamp(self.y.0, self.y.1);
        chart.as_coord_spec().translate(&(x / self.divisors.0, y))
    }

    fn marks<X, Y>(&self, area: &Area<'_>, chart: &Places<'_, '_, X, Y>) -> Drawn
    where
        X: Ranged<ValueType = f64>,
        Y: Ranged<ValueType = f64>,
    {
        for mark in &self.plot.marks {
            let (_, high) = (self.y.0, self.y.1 * self.divisors.1);
            let (x, top) = self.place(chart, (mark.x, high));
            let (_, bottom) = self.place(chart, (mark.x, self.y.0 * self.divisors.1));
            let style = rgb(MUTED).stroke_width(1);
            area.draw(&DashedPathElement::new([(x, top), (x, bottom)], 4, 3, style))?;
            let across = if x > WIDTH as i32 * 4 / 5 { HPos::Right } else { HPos::Center };
            write(area, &mark.text, (x, self.top - 9), across, MUTED)?;
        }
        Ok(())
    }

    fn line<X, Y>(&self, area: &Area<'_>, chart: &Places<'_, '_, X, Y>, at: usize, line: &Line) -> Drawn
    where
        X: Ranged<ValueType = f64>,
        Y: Ranged<ValueType = f64>,
    {
        let points: Vec<_> =
            line.points.iter().filter(|point| is_drawable(point.x) && is_drawable(point.y)).collect();
        let places: Vec<_> = points.iter().map(|point| self.place(chart, (point.x, point.y))).collect();
        let color = series(at);
        let style = rgb(color).stroke_width(2);
        let path = match line.shape {
            Shape::Joined => places.clone(),
            Shape::Steps => steps(&places),
            Shape::Points => Vec::new(),
        };
        match at % 3 {
            _ if path.is_empty() => {}
            0 => area.draw(&PathElement::new(path, style))?,
            dash => area.draw(&DashedPathElement::new(path, if dash == 1 { 7 } else { 3 }, 3, style))?,
        }
        for point in &points {
            if let (Some(low), Some(high)) = (point.low, point.high) {
                let ends = [low, high].map(|end| self.place(chart, (point.x, end)));
                area.draw(&PathElement::new(ends, rgb(color).stroke_width(1)))?;
            }
        }
        let is_marked = line.shape == Shape::Points || line.shape == Shape::Joined && points.len() <= MARKED;
        if is_marked && points.len() <= MARKED {
            places.iter().try_for_each(|place| marker(area, at, *place, color))?;
        } else if is_marked {
            places.iter().try_for_each(|place| {
                Ok::<_, Box<dyn std::error::Error>>(area.draw(&Circle::new(
                    *place,
                    2,
                    rgb(color).filled(),
                ))?)
            })?;
        }
        Ok(())
    }
}

/// Corners between the points: constant up to the next one.
fn steps(places: &[(i32, i32)]) -> Vec<(i32, i32)> {
    let mut corners: Vec<_> = places.windows(2).flat_map(|pair| [pair[0], (pair[1].0, pair[0].1)]).collect();
    corners.extend(places.last());
    corners
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_constant_up_to_the_next_point() {
        assert_eq!(steps(&[(0, 9), (5, 4), (7, 1)]), [(0, 9), (5, 9), (5, 4), (7, 4), (7, 1)]);
        assert_eq!(steps(&[]), []);
    }

    #[test]
    fn axes_end_where_their_spacing_says() {
        let of = |values: &[f64], spacing| ends(values.iter().copied(), spacing);
        assert_eq!(of(&[2.0, 10.0], Spacing::Even), (0.0, 10.5));
        assert_eq!(of(&[90.0, 110.0], Spacing::Close), (87.0, 113.0));
        assert_eq!(of(&[1.0, 8.0], Spacing::Doubling), (1.0, 8.16));
        assert_eq!(of(&[0.0], Spacing::Even), (-0.5, 0.5));
        assert_eq!(of(&[f64::NAN], Spacing::Even), (0.0, 1.0));
    }
}
