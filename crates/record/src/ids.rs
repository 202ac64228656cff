//! Names of things, as types of their own so that one is not taken for another.
//!
//! Knows nothing of where ids come from.

use std::fmt;

/// Makes a newtype over a non-empty string.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

id!(
    /// A commit's full hash.
    CommitId
);

impl CommitId {
    /// The first nine digits, as git shows them in a repository of some size.
    pub fn short(&self) -> &str {
        self.0.get(..9).unwrap_or(&self.0)
    }
}

id!(
    /// A machine class: numbers are comparable within one.
    MachineId
);

id!(
    /// A run: its start time and a random part, `20261121-093045-3f9a`.
    RunId
);
