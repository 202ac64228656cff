//! tmp
use crate::context::Context;
use crate::error::{Exit, Result};
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {}
pub(crate) fn run(_: Args, _: &mut Context) -> Result<Exit> {
    Ok(Exit::Fine)
}
