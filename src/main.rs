#![allow(dead_code)]
mod event;
mod ids;
mod plan;
mod runner;
fn main() {}
