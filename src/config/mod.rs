//! Settings: one struct per concern, from `lectern.toml`, the environment and the command line.
