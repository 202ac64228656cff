//! `dashboard`: runs, reports and SQL in a browser, served by the program with the web server.

use std::ffi::OsString;

use crate::context::Context;
use crate::error::{Exit, Result};
use crate::history::{self, Reading};
use crate::server;
use accel_bench_engine::measure::Project;

const EXAMPLES: &str = "\
Examples:
  cargo accel-bench dashboard
  cargo accel-bench dashboard --port 7878 --no-open
  cargo accel-bench dashboard --print json        for programs that embed it

It is served on loopback until Ctrl-C; the address has a token that is drawn at
each start. docs/dashboard.md describes the API.";

/// Arguments of `dashboard`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The port on loopback; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// Open no browser
    #[arg(long)]
    no_open: bool,
    /// How the address is printed; with `json` no browser is opened
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    print: String,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let project = Project::load(&cx.host)?;
    history::update(cx, &project, Reading::New)?;
    let opens = !args.no_open && args.print == "text";
    let paths: [(&str, OsString); 3] = [
        ("--tool", cx.tool().into()),
        ("--project", cx.host.cwd.clone().into()),
        ("--history", history::table(&project).folder().into()),
    ];
    let mut words: Vec<OsString> = vec!["serve".into()];
    words.extend(paths.into_iter().flat_map(|(name, path)| [name.into(), path]));
    words.extend([format!("--port={}", args.port), format!("--print={}", args.print)].map(Into::into));
    #[cfg(unix)]
    words.push(format!("--parent={}", std::os::unix::process::parent_id()).into());
    words.extend(opens.then(|| "--open".into()));
    server::become_it(cx, &words)
}
