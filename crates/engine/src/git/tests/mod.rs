//! Real repositories in temporary folders, made by the `git` command, which is what users have.

mod checkout;
mod hook;
mod lineage;
mod merge;
mod repository;
mod scratch;
mod shared;
mod working_tree;

use scratch::Scratch;
