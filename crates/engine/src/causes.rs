//! An error in one line, its causes included.

use std::error::Error;

/// The message with its causes. A cause that the message reports already is not told again.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_in_words = cause.to_string();
        if !words.contains(&cause_in_words) {
            words.push_str(": ");
            words.push_str(&cause_in_words);
        }
        source = cause.source();
    }
    words
}
