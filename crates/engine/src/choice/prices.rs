//! The prices of devices.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{Error, Result};

/// Reads the price of an hour of each backend: TOML, `cuda = 2.5`.
///
/// # Errors
/// When the file cannot be read, or holds something else than prices.
pub fn read_prices(path: &Path) -> Result<BTreeMap<String, f64>> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
        act: "read",
        path: path.to_owned(),
        source,
    })?;
    prices(&text).map_err(|reason| {
        let what = format!("`{}` holds no prices: {reason}", path.display());
        Error::usage(what, "write the price of an hour of each backend, as in `cuda = 2.5`")
    })
}

fn prices(text: &str) -> std::result::Result<BTreeMap<String, f64>, String> {
    let prices: BTreeMap<String, f64> = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    match prices.iter().find(|(_, price)| !(price.is_finite() && **price >= 0.0)) {
        Some((backend, price)) => Err(format!("`{backend}` cannot cost {price}")),
        None => Ok(prices),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_price() {
        let read = prices("cuda = 2.5\nndarray = 0\n").expect("two prices");
        assert_eq!(read, BTreeMap::from([("cuda".to_owned(), 2.5), ("ndarray".to_owned(), 0.0)]));
        for wrong in ["cuda", "cuda = -1", "cuda = nan", "cuda = 'much'", "[cuda]\nhour = 1"] {
            assert!(prices(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_file_that_is_none_is_named() {
        let error = read_prices(Path::new("/no/such/prices")).expect_err("no file");
        assert_eq!(error.to_string(), "cannot read `/no/such/prices`");
    }
}
