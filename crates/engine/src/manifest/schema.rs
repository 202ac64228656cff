//! The JSON schema of `bench.toml`, made from the raw shapes and their comments.

use schemars::{JsonSchema, Schema, schema_for};
use serde_json::Value;

use super::raw::RawManifest;

/// What `cargo accel-bench schema` prints.
pub fn schema() -> Schema {
    schema_for!(RawManifest)
}

/// The keys of a table, as they are spelt in the file.
pub(super) fn keys<T: JsonSchema>() -> Vec<String> {
    let schema = schema_for!(T);
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flat_map(|properties| properties.keys().cloned()).collect()
}
