//! Questions to the tool, and to this program for SQL: each in a process of its own, with limits.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::sync::Semaphore;

use super::problem::Problem;
use crate::arguments::ServeArgs;

/// Processes at once; more questions wait.
const AT_ONCE: usize = 2;

/// A question that takes longer is given up, and its process ended.
const LIMIT: Duration = Duration::from_secs(60);

/// The longest answer, in bytes.
const MOST: u64 = 64 << 20;

/// The programs that are asked.
#[derive(Clone, Debug)]
pub(super) struct Tool {
    tool: PathBuf,
    own: PathBuf,
    project: PathBuf,
    history: PathBuf,
    turns: Arc<Semaphore>,
}

impl Tool {
    pub(super) fn new(args: &ServeArgs) -> io::Result<Self> {
        Ok(Self {
            tool: args.tool.clone(),
            own: std::env::current_exe()?,
            project: args.project.clone(),
            history: args.history.clone(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        })
    }

    /// Runs the tool with these arguments, which the caller has checked, and returns its stdout.
    pub(super) async fn ask(&self, words: &[&str]) -> Result<String, Problem> {
        let mut command = Command::new(&self.tool);
        command.arg("accel-bench").arg("--quiet").args(words);
        self.answer(command).await
    }

    /// The last `n` runs, newest first.
    pub(super) async fn runs(&self, n: usize) -> Result<String, Problem> {
        self.ask(&["log", "--format", "json", "-n", &n.to_string()]).await
    }

    /// The run of this id, which the caller has checked.
    pub(super) async fn run(&self, id: &str) -> Result<String, Problem> {
        self.ask(&["show", id, "--format", "json"]).await
    }

    /// Answers a query over the history, as JSON.
    pub(super) async fn query(&self, query: &str, rows: usize) -> Result<String, Problem> {
        let mut command = Command::new(&self.own);
        command.args(["sql", "--format=json", "--memory=512MB", "--timeout=30"]);
        command.arg(format!("--rows={rows}")).arg("--history").arg(&self.history).arg("--").arg(query);
        self.answer(command).await
    }

    async fn answer(&self, mut command: Command) -> Result<String, Problem> {
        let busy = |_| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the server ends");
        let _turn = self.turns.acquire().await.map_err(busy)?;
        command.current_dir(&self.project).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let broken = |error: io::Error| {
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("the tool cannot be asked: {error}"))
        };
        let mut child = command.spawn().map_err(broken)?;
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let all = async {
            let (out, err) = tokio::join!(read(out), read(err));
            Ok::<_, io::Error>((out?, err?, child.wait().await?))
        };
        let late =
            |_| Problem::new(StatusCode::GATEWAY_TIMEOUT, format!("no answer within {} s", LIMIT.as_secs()));
        let (out, err, status) = tokio::time::timeout(LIMIT, all).await.map_err(late)?.map_err(broken)?;
        // A regression, a failed case and the like are answers.
        match (status.code(), out.is_empty()) {
            (Some(0 | 1 | 3 | 7), false) | (Some(0), true) => Ok(out),
            (code, _) => Err(Problem::of(code, &err)),
        }
    }
}

async fn read(from: Option<impl AsyncRead + Unpin>) -> io::Result<String> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        from.take(MOST + 1).read_to_end(&mut bytes).await?;
    }
    if bytes.len() as u64 > MOST {
        return Err(io::Error::other("the answer is too long"));
    }
    String::from_utf8(bytes).map_err(io::Error::other)
}
