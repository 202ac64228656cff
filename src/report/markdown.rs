//! Markdown tables.

pub(super) use accel_bench_report::markdown::escape;

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// A table; texts are neutralised and escaped here and nowhere else.
pub(super) fn table<const N: usize>(columns: [(&str, Align); N], rows: &[[String; N]]) -> String {
    let titles = columns.map(|(title, _)| title.to_owned());
    let rule = columns.map(|(_, align)| if align == Align::Right { "---:" } else { "---" });
    let mut text = line(titles.map(|title| escape(&title)));
    text += &line(rule.map(str::to_owned));
    for row in rows {
        text += &line(row.clone().map(|cell| escape(&cell)));
    }
    text
}

fn line<const N: usize>(cells: [String; N]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table() {
        let rows = [["a|b".to_owned(), "1".to_owned()], ["two\nlines".to_owned(), String::new()]];
        let text = table([("name", Align::Left), ("count", Align::Right)], &rows);
        assert_eq!(text, "| name | count |\n| --- | ---: |\n| a\\|b | 1 |\n| two lines |  |\n");
    }
}
