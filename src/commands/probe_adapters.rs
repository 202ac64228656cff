//! `probe-adapters`, hidden: the adapters that graphics drivers show, as JSON.

use crate::context::Context;
use crate::error::{Exit, Result};
use accel_bench_probes as probes;

pub(crate) fn run(cx: &mut Context) -> Result<Exit> {
    let adapters = probes::visible_adapters();
    cx.shell.out(|to| Ok(serde_json::to_writer(to, &adapters)?))?;
    Ok(Exit::Fine)
}
