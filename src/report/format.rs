//! The forms of a report.

/// What `--format` names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people, in a terminal.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One JSON document a line.
    Jsonl,
    /// Comma-separated values with a header.
    Csv,
    /// A table for a pull request.
    Markdown,
}

/// A form of a report that is a page, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Text(Format),
    /// One file for a browser.
    Html,
}

impl clap::ValueEnum for Form {
    fn value_variants<'a>() -> &'a [Self] {
        use Format::{Csv, Json, Jsonl, Markdown, Table};
        const ALL: [Form; 6] = [
            Form::Text(Table),
            Form::Text(Json),
            Form::Text(Jsonl),
            Form::Text(Csv),
            Form::Text(Markdown),
            Form::Html,
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        match self {
            Self::Text(format) => format.to_possible_value(),
            Self::Html => Some(clap::builder::PossibleValue::new("html").help("One file for a browser")),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn names_as_typed() {
        fn names<F: ValueEnum>() -> Vec<String> {
            let names = F::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            names.map(|name| name.get_name().to_owned()).collect()
        }
        assert_eq!(names::<Format>(), ["table", "json", "jsonl", "csv", "markdown"]);
        assert_eq!(names::<Form>(), [names::<Format>(), vec!["html".to_owned()]].concat());
    }
}
