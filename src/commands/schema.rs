//! `schema`: the JSON schema of bench.toml.

use crate::context::Context;
use crate::error::{Exit, Result};
use accel_bench_engine::manifest;

pub(crate) fn run(cx: &mut Context) -> Result<Exit> {
    let schema = manifest::schema();
    cx.shell.out(|to| {
        serde_json::to_writer_pretty(&mut *to, &schema)?;
        writeln!(to)
    })?;
    Ok(Exit::Fine)
}
