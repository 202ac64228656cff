//! A number of processes.

use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

/// A case in more processes than this would take hours; whoever writes it made a slip.
const MOST: u32 = 1_000;

/// Fresh processes that each case is measured in: 1 to 1,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(transparent)]
pub(super) struct Processes(#[schemars(range(min = 1, max = 1_000))] pub(super) u32);

impl<'de> Deserialize<'de> for Processes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let count = NonZeroU32::deserialize(deserializer)?.get();
        if count > MOST {
            return Err(de::Error::custom(format!("{count} processes are too many: write at most {MOST}")));
        }
        Ok(Self(count))
    }
}
