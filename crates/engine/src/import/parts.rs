//! The common parts of the formats: cases and samples out of foreign numbers.

use accel_bench_record::{
    CaseKey, CaseRecord, Failure, HOST, Measurement, ParamValue, Params, Samples, Status, TimingMethod,
};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Samples are whole nanoseconds: shorter ones are kept as if they had run this many times.
const FINER: u64 = 1_000;

/// From here on a nanosecond more or less is nothing.
const COARSE: f64 = 1e6;

/// A case of a foreign program. Its bench is the format's name.
pub(super) fn case(bench: &str, name: &str, params: Params, processes: Vec<Measurement>) -> CaseRecord {
    // Groups are written with a slash here.
    let benchmark = name.replace("::", "/");
    CaseRecord {
        id: CaseKey { bench: bench.to_owned(), benchmark, params, backend: HOST.to_owned() },
        category: None,
        version: None,
        tags: Vec::new(),
        status: Status::Ok,
        processes,
        log: None,
        counts: None,
    }
}

/// A case that has no result.
pub(super) fn failed(bench: &str, name: &str, params: Params, reason: &str) -> CaseRecord {
    let status = Status::failed(Failure::Error, reason);
    CaseRecord { status, ..case(bench, name, params, Vec::new()) }
}

/// One process with a sample for each pair of iterations and nanoseconds per iteration.
///
/// # Errors
///
/// A time that is not positive and finite, or no sample at all.
pub(super) fn measurement(samples: impl IntoIterator<Item = (u64, f64)>) -> Result<Measurement, String> {
    let mut own = Samples::default();
    for (iterations, nanos) in samples {
        if !(nanos.is_finite() && nanos > 0.0 && iterations > 0) {
            return Err(format!("a sample of {iterations} iterations with {nanos} ns each"));
        }
        let finer = if nanos * (iterations as f64) < COARSE { FINER } else { 1 };
        let iterations = iterations.saturating_mul(finer);
        own.push(iterations, (nanos * iterations as f64).round() as u64);
    }
    match own.fault(u64::MAX) {
        Some(fault) => Err(fault),
        None => {
            Ok(Measurement { samples: own, timing_method: TimingMethod::Custom, ..Measurement::default() })
        }
    }
}

/// A parameter's value out of JSON; text for what is neither a number nor a truth value.
pub(super) fn param(value: &serde_json::Value) -> ParamValue {
    match value {
        serde_json::Value::Bool(value) => ParamValue::Bool(*value),
        serde_json::Value::Number(number) => number.as_i64().map_or_else(
            || number.as_f64().map_or_else(|| number.to_string().into(), ParamValue::from),
            ParamValue::from,
        ),
        serde_json::Value::String(text) => {
            text.parse::<i64>().map_or_else(|_| text.as_str().into(), ParamValue::from)
        }
        other => other.to_string().into(),
    }
}

/// A time as programs write it: with an offset, or without one, which is taken for UTC.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    let bare = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    text.parse::<Timestamp>().ok().or_else(bare)
}

/// A machine's name in the letters of a file name: `AMD EPYC 7B13` is `amd-epyc-7b13`.
pub(super) fn slug(text: &str) -> Option<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-").to_lowercase();
    (!slug.is_empty()).then_some(slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_samples_keep_their_fractions() {
        let medians = |samples: &[(u64, f64)]| {
            measurement(samples.iter().copied()).map(|own| own.samples.per_iteration())
        };
        assert_eq!(medians(&[(1, 12.345), (4, 2e9)]), Ok(vec![12.345, 2e9]));
        for wrong in [(0, 5.0), (1, 0.0), (1, -1.0), (1, f64::NAN), (1, f64::INFINITY)] {
            assert!(medians(&[(1, 5.0), wrong]).is_err(), "{wrong:?}");
        }
        assert_eq!(medians(&[]), Err("no samples".to_owned()));
    }

    #[test]
    fn times_with_and_without_an_offset() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(time(text).map(|time| time.to_string()).as_deref(), expected, "{text}");
        };
        check("2026-11-28T02:04:05+02:00", Some("2026-11-28T00:04:05Z"));
        check("2026-11-28T02:04:05.5", Some("2026-11-28T02:04:05.5Z"));
        check("2026-11-28 02:04:05", Some("2026-11-28T02:04:05Z"));
        check("yesterday", None);
    }

    #[test]
    fn parameters_and_names() {
        let of = |text: &str| param(&serde_json::from_str(text).expect("JSON"));
        assert_eq!(of("3"), ParamValue::Int(3));
        assert_eq!(of("\"3\""), ParamValue::Int(3));
        assert_eq!(of("0.5"), ParamValue::Float(0.5));
        assert_eq!(of("\"on\""), ParamValue::from("on"));
        assert_eq!(of("[1]"), ParamValue::from("[1]"));
        assert_eq!(slug("AMD EPYC 7B13 @ 2.2GHz").as_deref(), Some("amd-epyc-7b13-2-2ghz"));
        assert_eq!(slug(" / "), None);
        assert_eq!(case("gtest", "a::b", Params::new(), Vec::new()).id.to_string(), "gtest/a/b@host");
    }
}
