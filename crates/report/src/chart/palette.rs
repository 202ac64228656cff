//! The colors of charts.
//!
//! They are distinguishable with the usual kinds of color blindness (Okabe and Ito, "Color Universal Design", 2008; the yellow, which is not
//! legible on white, is left out). In an SVG they are the texts of [`ALL`], which a page with a style of its own replaces.

use plotters::style::RGBColor;

/// Axes and texts.
pub const INK: &str = "#24292F";
/// Ticks and notes.
pub const MUTED: &str = "#57606A";
pub const GRID: &str = "#D8DEE4";
pub const SERIES: [&str; 6] = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];

/// Every color that a chart may have, with the name of its CSS variable on a page.
pub const ALL: [(&str, &str); 9] = [
    (INK, "--ink"),
    (MUTED, "--muted"),
    (GRID, "--grid"),
    (SERIES[0], "--s0"),
    (SERIES[1], "--s1"),
    (SERIES[2], "--s2"),
    (SERIES[3], "--s3"),
    (SERIES[4], "--s4"),
    (SERIES[5], "--s5"),
];

/// The color of a series; from the seventh on they repeat.
#[must_use]
pub fn series(at: usize) -> &'static str {
    SERIES[at % SERIES.len()]
}

/// `#RRGGBB` as numbers; black where it is anything else.
pub(super) fn rgb(color: &str) -> RGBColor {
    let part =
        |at: usize| color.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(0);
    RGBColor(part(1), part(3), part(5))
}

/// The SVG with each color replaced by its CSS variable.
#[must_use]
pub fn with_variables(svg: &str) -> String {
    ALL.iter().fold(svg.to_owned(), |svg, (color, variable)| {
        svg.replace(&format!("\"{color}\""), &format!("\"var({variable})\""))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_what_an_svg_says() {
        assert_eq!(rgb("#0072B2"), RGBColor(0, 0x72, 0xb2));
        assert_eq!((series(1), series(7)), (SERIES[1], SERIES[1]));
    }

    #[test]
    fn a_page_gives_colors_of_its_own() {
        let svg = with_variables("<rect fill=\"#0072B2\" stroke=\"#24292F\"/><text>#0072B2</text>");
        assert_eq!(svg, "<rect fill=\"var(--s0)\" stroke=\"var(--ink)\"/><text>#0072B2</text>");
    }
}
