//! `probe-adapters` and `probe-devices`, hidden: what drivers say, asked in a process that they may crash.

use accel_bench_probes as probes;
use accel_bench_probes::devices::{self, Wishes};

use crate::context::Context;
use crate::error::{Exit, Result};

/// Arguments of `probe-devices`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    api: String,
}

/// Prints the adapters that graphics drivers show, as JSON.
pub(crate) fn adapters(cx: &mut Context) -> Result<Exit> {
    let adapters = probes::visible_adapters();
    cx.shell.out(|to| Ok(serde_json::to_writer(to, &adapters)?))?;
    Ok(Exit::Fine)
}

/// Prints the devices of one API, one JSON object a line: each when it is found, and again when its kernel has ended.
pub(crate) fn devices(args: &Args, cx: &mut Context) -> Result<Exit> {
    let wishes = Wishes {
        browser: cx.host.var("CHROME_PATH").map(Into::into),
        path: cx.host.paths("PATH"),
        virtual_env: cx.host.var("VIRTUAL_ENV").is_some(),
        library_path: cx.host.paths("LD_LIBRARY_PATH"),
    };
    let mut outcome = Ok(());
    devices::probe(&args.api, &wishes, &mut |device| {
        // At once: a driver may crash before the next.
        let line = cx.shell.out(|to| {
            serde_json::to_writer(&mut *to, device)?;
            to.write_all(b"\n")?;
            to.flush()
        });
        if outcome.is_ok() {
            outcome = line;
        }
    });
    outcome?;
    Ok(Exit::Fine)
}
