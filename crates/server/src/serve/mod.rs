//! The dashboard: an API on loopback over what the tool says, and pages over the API.
//!
//! Each answer is the tool's own, asked for in a process of its own and in its own formats, so that there is one truth and a
//! failure costs one answer.

mod access;
mod pages;
mod problem;
mod routes;
mod tool;

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use tokio::net::TcpListener;

use crate::arguments::{Print, ServeArgs};
use crate::error::Error;
use access::Access;
use tool::Tool;

/// A question is a query at most.
const MOST_BODY: usize = 64 << 10;

/// The state that all handlers share.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    access: Arc<Access>,
    tool: Tool,
}

/// Serves until it is interrupted, or the process that started it is gone.
pub(crate) fn run(args: &ServeArgs, out: &mut impl Write) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::Serve)?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port)).await;
        let listener = listener.map_err(|source| Error::Port { port: args.port, source })?;
        let address = listener.local_addr().map_err(Error::Serve)?;
        let access = Access::new(address).map_err(|error| Error::Serve(error.into()))?;
        announce(&access, address, args.print, out)?;
        if args.open {
            // Where no browser opens, the address has been printed.
            let _ = open::that_detached(access.url());
        }
        let shared = Shared { access: Arc::new(access), tool: Tool::new(args).map_err(Error::Serve)? };
        let served = axum::serve(listener, app(shared)).with_graceful_shutdown(over(args.parent));
        served.await.map_err(Error::Serve)
    })
}

fn announce(access: &Access, address: SocketAddr, print: Print, out: &mut impl Write) -> Result<(), Error> {
    let url = access.url();
    let line = match print {
        Print::Text => format!("{url}\n"),
        Print::Json => {
            let token = access.token();
            format!("{}\n", serde_json::json!({ "url": url, "port": address.port(), "token": token }))
        }
    };
    out.write_all(line.as_bytes()).and_then(|()| out.flush()).map_err(Error::Out)
}

pub(crate) fn app(shared: Shared) -> Router {
    routes::all()
        .merge(pages::all())
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .layer(axum::middleware::from_fn_with_state(shared.clone(), access::guard))
        .with_state(shared)
}

/// Ends when the parent does: whoever embeds the dashboard need not stop it.
async fn over(parent: Option<u32>) {
    let parent = parent.unwrap_or_else(parent_id);
    while parent == parent_id() {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[cfg(unix)]
fn parent_id() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn parent_id() -> u32 {
    0
}
