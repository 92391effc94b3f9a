//! The program under test.

/// Returns the path of Lectern's binary. `SERVER_BINARY` names another to compare with.
pub fn lectern() -> String {
    std::env::var("SERVER_BINARY").unwrap_or_else(|_| env!("CARGO_BIN_EXE_lectern").to_owned())
}
