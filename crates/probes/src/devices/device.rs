//! One device, and whether a kernel on it gave the right result.

use serde::{Deserialize, Serialize};

/// A device, or the absence of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Device {
    /// Its name in [`super::APIS`].
    pub api: String,
    /// Empty where the API has no device.
    pub name: String,
    /// `discrete-gpu`, `cpu`, … where the API says it.
    pub kind: Option<String>,
    /// The driver or runtime, and its version.
    pub driver: Option<String>,
    /// Bytes.
    pub memory_bytes: Option<u64>,
    pub state: State,
}

/// The state of a device after its probe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum State {
    /// A kernel gave the right result.
    Usable {
        /// Milliseconds from handing the kernel over until its result was read, compiling included.
        took_ms: f64,
    },
    /// It was found, and no kernel could be tried on it.
    Unproven { reason: String },
    /// It was found, and the kernel failed.
    Unusable { reason: String },
    /// There is none.
    Absent {
        reason: String,
        /// A command that the reader can paste.
        fix: Option<String>,
    },
}

impl State {
    /// The state in one word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Usable { .. } => "usable",
            Self::Unproven { .. } => "unproven",
            Self::Unusable { .. } => "unusable",
            Self::Absent { .. } => "absent",
        }
    }

    /// From a kernel's outcome: milliseconds, or why it failed.
    pub(super) fn of(outcome: Result<f64, String>) -> Self {
        match outcome {
            Ok(took_ms) => Self::Usable { took_ms },
            Err(reason) => Self::Unusable { reason },
        }
    }
}

impl Device {
    /// One that was found; its kernel has not run yet.
    pub(crate) fn found(api: &str, name: impl Into<String>) -> Self {
        Self {
            api: api.to_owned(),
            name: name.into(),
            kind: None,
            driver: None,
            memory_bytes: None,
            state: State::Unproven { reason: "the probe did not get to it".to_owned() },
        }
    }

    pub(super) fn absent(api: &str, reason: impl Into<String>, fix: Option<&str>) -> Self {
        let state = State::Absent { reason: reason.into(), fix: fix.map(str::to_owned) };
        Self { state, ..Self::found(api, "") }
    }

    pub fn is_usable(&self) -> bool {
        matches!(self.state, State::Usable { .. })
    }
}

/// The numbers that kernels are given: 0, 1, 2, …
pub(super) fn inputs() -> Vec<u32> {
    (0..256).collect()
}

/// The function that most kernels compute.
pub(super) fn twice_plus_one(x: u32) -> u32 {
    2 * x + 1
}

/// Compares what came back for [`inputs`] with `expected`; an error names the first value that is wrong.
pub(super) fn check(outputs: &[u32], expected: fn(u32) -> u32) -> Result<(), String> {
    let wrong = inputs().into_iter().zip(outputs).find(|(input, output)| **output != expected(*input));
    match wrong {
        Some((input, output)) => {
            Err(format!("wrong result: {output} for {input}, where {} is right", expected(input)))
        }
        None if outputs.len() < inputs().len() => Err(format!("only {} values came back", outputs.len())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_compared_value_by_value() {
        let right: Vec<u32> = inputs().into_iter().map(twice_plus_one).collect();
        let says = |outputs: &[u32]| check(outputs, twice_plus_one);
        assert_eq!(says(&right), Ok(()));
        let mut wrong = right.clone();
        wrong[3] = 0;
        assert_eq!(says(&wrong), Err("wrong result: 0 for 3, where 7 is right".to_owned()));
        assert_eq!(says(&inputs()), Err("wrong result: 0 for 0, where 1 is right".to_owned()));
        assert_eq!(says(&right[..4]), Err("only 4 values came back".to_owned()));
    }

    #[test]
    fn a_device_survives_the_pipe() {
        let states = [
            State::of(Ok(1.5)),
            State::of(Err("it broke".to_owned())),
            State::Unproven { reason: "no kernel".to_owned() },
            Device::absent("cuda", "no driver", Some("apt-get install it")).state,
        ];
        assert_eq!(states.each_ref().map(State::word), ["usable", "unusable", "unproven", "absent"]);
        for state in states {
            let device = Device { state, memory_bytes: Some(1 << 33), ..Device::found("cuda", "GPU") };
            let text = serde_json::to_string(&device).unwrap();
            assert_eq!(serde_json::from_str::<Device>(&text).unwrap(), device, "{text}");
        }
    }
}
