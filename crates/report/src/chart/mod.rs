//! Charts as data, and as SVG: bars with intervals, and plots of lines, steps and points.
//!
//! Every axis has a title with its unit. Series differ by color, marker and dash, so that they are distinguishable in print and without colors.
//! The colors are Okabe's and Ito's ("Color Universal Design", 2008); a page may replace them by variables of its own, see [`palette`].

mod bars;
mod canvas;
pub mod palette;
mod plot;
mod scale;

use serde::Serialize;

pub use bars::{Bar, Bars, Group};
pub use plot::{Axis, Line, Mark, Plot, Point, Shape, Spacing};
pub use scale::{Scale, scale};

/// A chart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chart {
    pub title: String,
    #[serde(flatten)]
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "chart", rename_all = "kebab-case")]
pub enum Kind {
    Bars(Bars),
    Plot(Plot),
}

impl Chart {
    #[must_use]
    pub fn bars(title: impl Into<String>, bars: Bars) -> Self {
        Self { title: title.into(), kind: Kind::Bars(bars) }
    }

    #[must_use]
    pub fn plot(title: impl Into<String>, plot: Plot) -> Self {
        Self { title: title.into(), kind: Kind::Plot(plot) }
    }

    /// Returns whether there is nothing to draw.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match &self.kind {
            Kind::Bars(bars) => bars.is_empty(),
            Kind::Plot(plot) => plot.is_empty(),
        }
    }

    /// The chart as an SVG document with text that can be selected.
    #[must_use]
    pub fn svg(&self) -> String {
        let drawn = match &self.kind {
            Kind::Bars(bars) => bars::draw(bars),
            Kind::Plot(plot) => plot::draw(plot),
        };
        canvas::titled(&drawn, &self.title)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(svg: &str) -> Vec<String> {
        let inside = svg.split("<text").skip(1).filter_map(|text| text.split_once('>'));
        inside.filter_map(|(_, rest)| Some(rest.split_once('<')?.0.trim().to_owned())).collect()
    }

    fn latencies() -> Bars {
        let bar = |value: f64| Some(Bar { value, low: Some(value * 0.9), high: Some(value * 1.1) });
        let group = |name: &str, bars: Vec<Option<Bar>>| Group { name: name.to_owned(), bars };
        Bars {
            title: "latency".to_owned(),
            unit: "ns".to_owned(),
            series: vec!["ndarray".to_owned(), "wgpu".to_owned()],
            groups: vec![
                group("bert-tiny/b1 <script>", vec![bar(2e6), bar(4e6)]),
                group("vit-tiny/b1", vec![bar(3e6), None]),
            ],
        }
    }

    #[test]
    fn bars_have_names_values_and_a_unit() {
        let svg = Chart::bars("Latency by backend", latencies()).svg();
        let texts = texts(&svg);
        for text in ["bert-tiny/b1 &lt;script&gt;", "vit-tiny/b1", "2", "4", "latency (ms)", "ndarray"] {
            assert!(texts.iter().any(|found| found == text), "{text} in {texts:?}");
        }
        assert!(svg.contains("<title>Latency by backend</title>") && svg.contains("role=\"img\""));
        assert!(texts.iter().any(|text| text == "not measured"), "{texts:?}");
    }

    fn rates(spacing: Spacing) -> Plot {
        let point = |x: f64| Point { x, y: 100.0 * x.sqrt(), low: None, high: None };
        let line = |name: &str, shape| Line {
            name: name.to_owned(),
            points: [1.0, 2.0, 4.0, 8.0].map(point).to_vec(),
            shape,
        };
        Plot {
            x: Axis {
                title: "batch size".to_owned(),
                unit: String::new(),
                spacing,
                ticks: vec![1.0, 2.0, 4.0, 8.0],
            },
            y: Axis { title: "throughput".to_owned(), unit: "samples/s".to_owned(), ..Axis::default() },
            lines: vec![line("a", Shape::Joined), line("b", Shape::Steps), line("c", Shape::Points)],
            marks: vec![Mark { x: 4.0, text: "4f2c9d1e7".to_owned() }],
        }
    }

    #[test]
    fn plots_have_axes_marks_and_a_legend() {
        for spacing in [Spacing::Doubling, Spacing::Even] {
            let svg = Chart::plot("Throughput", rates(spacing)).svg();
            let texts = texts(&svg);
            for text in ["batch size", "throughput (samples/s)", "a", "b", "c", "4f2c9d1e7", "8"] {
                assert!(texts.iter().any(|found| found == text), "{spacing:?}: {text} in {texts:?}");
            }
            assert!(!svg.contains("NaN"), "{svg}");
        }
    }

    #[test]
    fn charts_of_strange_values_are_drawn_all_the_same() {
        for values in [vec![], vec![0.0], vec![5.0; 3], vec![1e-300, 1e300], vec![-4.0, 2.0], vec![f64::MAX]]
        {
            let points: Vec<_> = values
                .iter()
                .enumerate()
                .map(|(at, y)| Point { x: at as f64, y: *y, low: None, high: None })
                .collect();
            let line = Line { name: "x".to_owned(), points, shape: Shape::Joined };
            let plot = Plot { lines: vec![line], ..rates(Spacing::Even) };
            let svg = Chart::plot("strange", plot).svg();
            assert!(svg.contains("</svg>") && !svg.contains("NaN"), "{values:?}: {svg}");
            let bar = |value: &f64| Some(Bar { value: *value, low: None, high: None });
            let groups =
                values.iter().map(|value| Group { name: "g".to_owned(), bars: vec![bar(value)] }).collect();
            let bars = Bars { groups, series: vec!["one".to_owned()], ..latencies() };
            assert!(Chart::bars("strange", bars).svg().contains("</svg>"), "{values:?}");
        }
    }

    #[test]
    fn a_chart_without_values_is_empty() {
        assert!(Chart::bars("none", Bars { groups: Vec::new(), ..latencies() }).is_empty());
        assert!(Chart::plot("none", Plot { lines: Vec::new(), ..rates(Spacing::Even) }).is_empty());
        assert!(!Chart::plot("some", rates(Spacing::Even)).is_empty());
    }

    /// An element a line: what moves is seen.
    fn elements(svg: &str) -> String {
        svg.replace("\n", "").replace("><", ">\n<")
    }

    #[test]
    fn bars_as_they_are_drawn() {
        insta::assert_snapshot!(elements(&Chart::bars("Latency", latencies()).svg()), @r##"
        <svg width="640" height="172" viewBox="0 0 640 172" xmlns="http://www.w3.org/2000/svg" role="img">
        <title>Latency</title>
        <circle cx="14" cy="10" r="4" opacity="1" fill="#0072B2" stroke="none" stroke-width="1"/>
        <text x="24" y="10" dy="0.5ex" text-anchor="start" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">ndarray</text>
        <rect x="89" y="6" width="8" height="8" opacity="1" fill="#D55E00" stroke="none"/>
        <text x="103" y="10" dy="0.5ex" text-anchor="start" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">wgpu</text>
        <text x="363" y="172" dy="-0.5ex" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">latency (ms)</text>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="151" y1="117" x2="151" y2="26"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="247" y1="117" x2="247" y2="26"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="343" y1="117" x2="343" y2="26"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="440" y1="117" x2="440" y2="26"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="536" y1="117" x2="536" y2="26"/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="151,118 575,118 "/>
        <text x="151" y="128" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">0</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="151,118 151,123 "/>
        <text x="247" y="128" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">1</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="247,118 247,123 "/>
        <text x="343" y="128" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">2</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="343,118 343,123 "/>
        <text x="440" y="128" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">3</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="440,118 440,123 "/>
        <text x="536" y="128" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">4</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="536,118 536,123 "/>
        <text x="143" y="49" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">bert-tiny/b1 &lt;script&gt;</text>
        <rect x="151" y="33" width="192" height="14" opacity="1" fill="#0072B2" stroke="none"/>
        <polyline fill="none" opacity="1" stroke="#24292F" stroke-width="1" points="324,40 363,40 "/>
        <polyline fill="none" opacity="1" stroke="#24292F" stroke-width="1" points="324,37 324,43 "/>
        <polyline fill="none" opacity="1" stroke="#24292F" stroke-width="1" points="363,37 363,43 "/>
        <text x="368" y="40" dy="0.5ex" text-anchor="start" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">2</text>
        <rect x="151" y="51" width="385" height="14" opacity="1" fill="#D55E00" stroke="none"/>
        <polyline fill="none" opacity="1" stroke="#24292F" stroke-width="1" points="497,58 575,58 "/>
        <polyline fill="none" opacity="1" stroke="#24292F" stroke-width="1" points="497,55 497,61 "/>
        <polyline fill="none" opacity="1" stroke="#24292F" stroke-width="1" points="575,55 575,61 "/>
        <text x="580" y="58" dy="0.5ex" text-anchor="start" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">4</text>
        <text x="143" y="95" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">vit-tiny/b1</text>
        <rect x="151" y="79" width="289" height="14" opacity="1" fill="#0072B2" stroke="none"/>
        <polyline fill="none" opacity="1" stroke="#24292F" stroke-width="1" points="411,86 469,86 "/>
        <polyline fill="none" opacity="1" stroke="#24292F" stroke-width="1" points="411,83 411,89 "/>
        <polyline fill="none" opacity="1" stroke="#24292F" stroke-width="1" points="469,83 469,89 "/>
        <text x="474" y="86" dy="0.5ex" text-anchor="start" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">3</text>
        <text x="155" y="104" dy="0.5ex" text-anchor="start" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#57606A">not measured</text>
        </svg>
        "##);
    }

    #[test]
    fn far_apart_bars_are_on_a_logarithmic_axis() {
        let bar = |value: f64| Some(Bar { value, low: None, high: None });
        let group = |name: &str, value| Group { name: name.to_owned(), bars: vec![bar(value)] };
        let groups = vec![group("fast", 2e3), group("slow", 5e6)];
        let bars = Bars { groups, series: vec!["host".to_owned()], ..latencies() };
        insta::assert_snapshot!(elements(&Chart::bars("Latency", bars).svg()), @r##"
        <svg width="640" height="110" viewBox="0 0 640 110" xmlns="http://www.w3.org/2000/svg" role="img">
        <title>Latency</title>
        <text x="307" y="110" dy="-0.5ex" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">latency (ms, logarithmic)</text>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="183" y1="55" x2="183" y2="0"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="327" y1="55" x2="327" y2="0"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="471" y1="55" x2="471" y2="0"/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="39,56 575,56 "/>
        <text x="183" y="62" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">0.01</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="183,56 183,59 "/>
        <text x="327" y="62" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">0.1</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="327,56 327,59 "/>
        <text x="471" y="62" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">1</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="471,56 471,59 "/>
        <text x="31" y="14" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">fast</text>
        <rect x="39" y="7" width="43" height="14" opacity="1" fill="#0072B2" stroke="none"/>
        <text x="87" y="14" dy="0.5ex" text-anchor="start" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">0.002</text>
        <text x="31" y="42" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">slow</text>
        <rect x="39" y="35" width="532" height="14" opacity="1" fill="#0072B2" stroke="none"/>
        <text x="576" y="42" dy="0.5ex" text-anchor="start" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">5</text>
        </svg>
        "##);
    }

    #[test]
    fn a_plot_as_it_is_drawn() {
        let mut plot = rates(Spacing::Doubling);
        plot.lines.truncate(1);
        insta::assert_snapshot!(elements(&Chart::plot("Throughput", plot).svg()), @r##"
        <svg width="640" height="284" viewBox="0 0 640 284" xmlns="http://www.w3.org/2000/svg" role="img">
        <title>Throughput</title>
        <text x="4" y="128" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F" transform="rotate(270, 4, 128)">throughput (samples/s)</text>
        <text x="350" y="280" dy="-0.5ex" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">batch size</text>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="76" y1="231" x2="76" y2="24"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="256" y1="231" x2="256" y2="24"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="437" y1="231" x2="437" y2="24"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="617" y1="231" x2="617" y2="24"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="76" y1="231" x2="623" y2="231"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="76" y1="197" x2="623" y2="197"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="76" y1="162" x2="623" y2="162"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="76" y1="127" x2="623" y2="127"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="76" y1="92" x2="623" y2="92"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="76" y1="57" x2="623" y2="57"/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="75,24 75,231 "/>
        <text x="66" y="231" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">0</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="70,231 75,231 "/>
        <text x="66" y="197" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">50</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="70,197 75,197 "/>
        <text x="66" y="162" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">100</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="70,162 75,162 "/>
        <text x="66" y="127" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">150</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="70,127 75,127 "/>
        <text x="66" y="92" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">200</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="70,92 75,92 "/>
        <text x="66" y="57" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">250</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="70,57 75,57 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="76,232 623,232 "/>
        <text x="76" y="242" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">1</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="76,232 76,237 "/>
        <text x="256" y="242" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">2</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="256,232 256,237 "/>
        <text x="437" y="242" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">4</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,232 437,237 "/>
        <text x="617" y="242" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">8</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="617,232 617,237 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,24 437,28 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,31 437,35 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,38 437,42 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,45 437,49 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,52 437,56 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,59 437,63 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,66 437,70 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,73 437,77 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,80 437,84 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,87 437,91 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,94 437,98 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,101 437,105 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,108 437,112 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,115 437,119 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,122 437,126 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,129 437,133 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,136 437,140 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,143 437,147 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,150 437,154 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,157 437,161 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,164 437,168 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,171 437,175 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,178 437,182 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,185 437,189 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,192 437,196 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,199 437,203 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,206 437,210 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,213 437,217 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,220 437,224 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="437,227 437,231 "/>
        <text x="437" y="15" dy="0.5ex" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#57606A">4f2c9d1e7</text>
        <polyline fill="none" opacity="1" stroke="#0072B2" stroke-width="2" points="76,162 256,133 437,92 617,34 "/>
        <circle cx="76" cy="162" r="4" opacity="1" fill="#0072B2" stroke="none" stroke-width="1"/>
        <circle cx="256" cy="133" r="4" opacity="1" fill="#0072B2" stroke="none" stroke-width="1"/>
        <circle cx="437" cy="92" r="4" opacity="1" fill="#0072B2" stroke="none" stroke-width="1"/>
        <circle cx="617" cy="34" r="4" opacity="1" fill="#0072B2" stroke="none" stroke-width="1"/>
        </svg>
        "##);
    }

    #[test]
    fn steps_with_intervals_as_they_are_drawn() {
        let point = |x: f64, y: f64| Point { x, y, low: Some(y - 0.05), high: Some(y + 0.05) };
        let points = vec![point(1e6, 0.1), point(1.2e6, 0.5), point(2e6, 0.95)];
        let line = Line { name: String::new(), points, shape: Shape::Steps };
        let x = Axis {
            title: "latency".to_owned(),
            unit: "ns".to_owned(),
            spacing: Spacing::Close,
            ..Axis::default()
        };
        let y = Axis { title: "share".to_owned(), ..Axis::default() };
        let plot = Plot { x, y, lines: vec![line], marks: Vec::new() };
        insta::assert_snapshot!(elements(&Chart::plot("Distribution", plot).svg()), @r##"
        <svg width="640" height="264" viewBox="0 0 640 264" xmlns="http://www.w3.org/2000/svg" role="img">
        <title>Distribution</title>
        <text x="4" y="108" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F" transform="rotate(270, 4, 108)">share</text>
        <text x="350" y="260" dy="-0.5ex" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">latency (ms)</text>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="139" y1="211" x2="139" y2="4"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="223" y1="211" x2="223" y2="4"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="307" y1="211" x2="307" y2="4"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="391" y1="211" x2="391" y2="4"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="475" y1="211" x2="475" y2="4"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="559" y1="211" x2="559" y2="4"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="76" y1="211" x2="623" y2="211"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="76" y1="172" x2="623" y2="172"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="76" y1="133" x2="623" y2="133"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="76" y1="93" x2="623" y2="93"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="76" y1="54" x2="623" y2="54"/>
        <line opacity="1" stroke="#D8DEE4" stroke-width="1" x1="76" y1="14" x2="623" y2="14"/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="75,4 75,211 "/>
        <text x="66" y="211" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">0</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="70,211 75,211 "/>
        <text x="66" y="172" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">0.2</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="70,172 75,172 "/>
        <text x="66" y="133" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">0.4</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="70,133 75,133 "/>
        <text x="66" y="93" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">0.6</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="70,93 75,93 "/>
        <text x="66" y="54" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">0.8</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="70,54 75,54 "/>
        <text x="66" y="14" dy="0.5ex" text-anchor="end" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">1</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="70,14 75,14 "/>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="76,212 623,212 "/>
        <text x="139" y="222" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">1</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="139,212 139,217 "/>
        <text x="223" y="222" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">1.2</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="223,212 223,217 "/>
        <text x="307" y="222" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">1.4</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="307,212 307,217 "/>
        <text x="391" y="222" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">1.6</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="391,212 391,217 "/>
        <text x="475" y="222" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">1.8</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="475,212 475,217 "/>
        <text x="559" y="222" dy="0.76em" text-anchor="middle" font-family="sans-serif" font-size="12.096774193548388" opacity="1" fill="#24292F">2</text>
        <polyline fill="none" opacity="1" stroke="#57606A" stroke-width="1" points="559,212 559,217 "/>
        <polyline fill="none" opacity="1" stroke="#0072B2" stroke-width="2" points="139,192 223,192 223,113 559,113 559,24 "/>
        <polyline fill="none" opacity="1" stroke="#0072B2" stroke-width="1" points="139,202 139,182 "/>
        <polyline fill="none" opacity="1" stroke="#0072B2" stroke-width="1" points="223,123 223,103 "/>
        <polyline fill="none" opacity="1" stroke="#0072B2" stroke-width="1" points="559,34 559,14 "/>
        </svg>
        "##);
    }
}
