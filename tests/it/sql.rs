//! Handing over to the program with DuckDB; what that answers is tested in `crates/server`.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::synthetic::{commits, run, store};
use crate::support::{Project, Ran, run as ended};

fn project(name: &str) -> Project {
    let project = Project::new(name).toml("").under_git();
    let commits = commits(project.root(), 1);
    store(project.root(), run(0, &commits[0], &[("squares".to_owned(), Some(500.0))]));
    project
}

/// The tool with a program in the place of the server.
fn with_server(project: &Project, server: &Path, arguments: &[&str]) -> Ran {
    let mut command = project.command(arguments);
    command.env("ACCEL_BENCH_SERVER", server);
    ended(command)
}

/// A program that prints its arguments, one a line, and ends with this code.
fn echo(project: &Project, code: i32) -> std::path::PathBuf {
    let path = project.path("server.sh");
    fs::write(&path, format!("#!/bin/sh\nprintf '%s\\n' \"$@\"\nexit {code}\n")).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
    path
}

#[test]
fn the_server_gets_the_table_the_limits_and_the_query() {
    let project = project("sql-arguments");
    let query = ["sql", "--format", "csv", "--rows", "7", "SELECT -1 -- it's"];
    let ran = with_server(&project, &echo(&project, 0), &query).exits(0);
    let lines: Vec<_> = ran.stdout.lines().collect();
    assert_eq!(lines[..2], ["sql", "--history"]);
    let folder = Path::new(lines[2]);
    assert!(
        folder.ends_with(".accel-bench/history") && folder.read_dir().expect("a folder").count() > 0,
        "it is up to date"
    );
    assert_eq!(
        lines[3..],
        ["--format=csv", "--rows=7", "--timeout=30", "--memory=2GB", "--", "SELECT -1 -- it's"]
    );
}

#[test]
fn copies_are_made_by_the_server() {
    let project = project("sql-export");
    let ran =
        with_server(&project, &echo(&project, 0), &["history", "export", "--sqlite", "out.db"]).exits(0);
    let lines: Vec<_> = ran.stdout.lines().collect();
    assert_eq!((lines[0], lines[3]), ("export", "--sqlite"));
    assert!(lines[4].ends_with("/out.db") && Path::new(lines[4]).is_absolute(), "{lines:?}");
    with_server(&project, &echo(&project, 0), &["history", "export"]).exits(2);
}

#[test]
fn its_exit_code_is_passed_on() {
    let project = project("sql-codes");
    for (code, expected) in [(0, 0), (2, 2), (4, 4), (8, 8), (127, 2), (77, 101)] {
        with_server(&project, &echo(&project, code), &["sql", "SELECT 1"]).exits(expected);
    }
}

#[test]
fn without_the_server_there_is_one_command_to_get_it() {
    let project = project("sql-none");
    let gone = project.path("no-such-server");
    let ran = with_server(&project, &gone, &["sql", "SELECT 1"]).exits(2);
    ran.says("cannot start").says("crates/server/install");
}

#[test]
fn the_dashboard_gets_the_tool_the_project_and_the_table() {
    let project = project("dashboard");
    let ran = with_server(&project, &echo(&project, 0), &["dashboard", "--port", "7878", "--print", "json"])
        .exits(0);
    let lines: Vec<_> = ran.stdout.lines().collect();
    assert_eq!((lines[0], lines[1], lines[3], lines[5]), ("serve", "--tool", "--project", "--history"));
    assert!(lines[2].ends_with("cargo-accel-bench") && Path::new(lines[4]).is_dir(), "{lines:?}");
    assert!(Path::new(lines[6]).read_dir().expect("a folder").count() > 0, "it is up to date");
    assert_eq!(lines[7..9], ["--port=7878", "--print=json"]);
    assert!(lines[9].starts_with("--parent=") && lines.len() == 10, "no browser is opened: {lines:?}");
    let told = with_server(&project, &echo(&project, 2), &["dashboard", "--no-open"]).exits(2).stdout;
    assert!(told.contains("--print=text") && !told.contains("--open"), "{told}");
    with_server(&project, &echo(&project, 0), &["dashboard", "--print", "xml"]).exits(2);
}
