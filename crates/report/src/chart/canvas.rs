//! The drawing area: sizes, texts, and the SVG around them.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::palette::rgb;

/// The width of every chart, in pixels: half a page of HTML, a column of print.
pub(super) const WIDTH: u32 = 640;

/// The size of a font whose letters are as high as those of the page around: plotters writes four fifths of it into the SVG.
pub(super) const TEXT: f64 = 15.0;

/// The mean width of a sans-serif letter as a share of that size.
const LETTER: f64 = 0.44;

/// The type of what can go wrong when something is drawn into memory: nothing.
pub(super) type Drawn = Result<(), Box<dyn std::error::Error>>;

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Larger values have no ticks that an `f64` distinguishes; no quantity of a benchmark is that large.
const LARGEST: f64 = 1e18;

/// Returns whether a value has a place on an axis.
pub(super) fn is_drawable(value: f64) -> bool {
    value.abs() <= LARGEST
}

/// An SVG of this height with what `draw` draws.
pub(super) fn canvas(height: u32, draw: impl FnOnce(&Area<'_>) -> Drawn) -> String {
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
    draw(&area).expect("drawing into memory succeeds");
    drop(area);
    svg
}

/// The width of a text in pixels, about.
pub(super) fn width_of(text: &str) -> i32 {
    (text.chars().count() as f64 * TEXT * LETTER).ceil() as i32
}

/// The text with its middle cut out where it is wider than `width`: names begin and end with what distinguishes them.
pub(super) fn fitted(text: &str, width: i32) -> String {
    let letters: Vec<char> = text.chars().collect();
    let most = (f64::from(width) / (TEXT * LETTER)) as usize;
    if letters.len() <= most || most < 4 {
        return text.to_owned();
    }
    let (head, tail) = ((most - 1) / 2, most - 1 - (most - 1) / 2);
    let cut: String = letters[..head].iter().chain(&['…']).chain(&letters[letters.len() - tail..]).collect();
    cut
}

/// Writes a text; `across` says which of its ends is at the position, which is the middle of its height.
pub(super) fn write(area: &Area<'_>, text: &str, at: (i32, i32), across: HPos, color: &str) -> Drawn {
    let ink = rgb(color);
    let style = TextStyle::from(("sans-serif", TEXT)).color(&ink).pos(Pos::new(across, VPos::Center));
    Ok(area.draw(&Text::new(text.to_owned(), at, style))?)
}

/// A marker of a series in its own shape, centred.
pub(super) fn marker(area: &Area<'_>, series: usize, (x, y): (i32, i32), color: &str) -> Drawn {
    let style = rgb(color).filled();
    match series % 3 {
        0 => area.draw(&Circle::new((x, y), 4, style))?,
        1 => area.draw(&Rectangle::new([(x - 4, y - 4), (x + 4, y + 4)], style))?,
        _ => area.draw(&TriangleMarker::new((x, y), 5, style))?,
    }
    Ok(())
}

/// The names of series with their markers, in rows from `top` on; returns the rows.
pub(super) fn legend_rows(names: &[&str]) -> Vec<Vec<(usize, i32)>> {
    let mut rows: Vec<Vec<(usize, i32)>> = vec![Vec::new()];
    let mut x = 8;
    for (at, name) in names.iter().enumerate() {
        let width = width_of(name) + 32;
        if x + width > WIDTH as i32 && rows.last().is_some_and(|row| !row.is_empty()) {
            rows.push(Vec::new());
            x = 8;
        }
        rows.last_mut().expect("there is a row").push((at, x));
        x += width;
    }
    rows
}

/// The height of a row of the legend, in pixels.
pub(super) const LEGEND_ROW: u32 = 20;

pub(super) fn legend(area: &Area<'_>, names: &[&str], color: &dyn Fn(usize) -> &'static str) -> Drawn {
    for (row, entries) in legend_rows(names).into_iter().enumerate() {
        let y = (row as u32 * LEGEND_ROW + LEGEND_ROW / 2) as i32;
        for (at, x) in entries {
            marker(area, at, (x + 6, y), color(at))?;
            write(area, names[at], (x + 16, y), HPos::Left, super::palette::INK)?;
        }
    }
    Ok(())
}

/// The SVG with a title for those who hear it, and a width that follows the page.
pub(super) fn titled(svg: &str, title: &str) -> String {
    let Some((head, body)) = svg.split_once('>') else { return svg.to_owned() };
    let title = title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("{head} role=\"img\"><title>{title}</title>{body}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_lose_their_middle() {
        assert_eq!(fitted("short", 200), "short");
        let cut = fitted("models/encoder-only/bert-tiny/b1_s128_f32@ndarray", 200);
        assert!(cut.starts_with("models/enc") && cut.ends_with("@ndarray") && cut.contains('…'), "{cut}");
        assert!(width_of(&cut) <= 200, "{cut}");
    }

    #[test]
    fn a_legend_takes_as_many_rows_as_its_names_need() {
        let names = ["ndarray"; 20];
        let rows = legend_rows(&names);
        assert!(rows.len() > 1 && rows.iter().map(Vec::len).sum::<usize>() == 20, "{rows:?}");
        assert_eq!(legend_rows(&["one"]).len(), 1);
    }

    #[test]
    fn a_title_is_text() {
        assert_eq!(
            titled("<svg width=\"1\">x</svg>", "a<b"),
            "<svg width=\"1\" role=\"img\"><title>a&lt;b</title>x</svg>"
        );
    }
}
