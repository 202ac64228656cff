//! The package as its users see it. Everything runs on ndarray: the other backends are held to the same folders by
//! the binary `parity`.

#![cfg(feature = "ndarray")]

mod checkpoints;
mod configs;
mod encoder_decoder;
mod folder;
mod models;
mod parity_binary;
mod seeds;
mod speech;
mod written;
