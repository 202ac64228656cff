//! `probe-adapters`, hidden: the adapters that graphics drivers show, as JSON.

use crate::context::Context;
use crate::error::{Exit, Result};
use crate::hardware;

pub(crate) fn run(cx: &mut Context) -> Result<Exit> {
    let adapters = hardware::visible_adapters();
    cx.shell.out(|to| Ok(serde_json::to_writer(to, &adapters)?))?;
    Ok(Exit::Fine)
}
