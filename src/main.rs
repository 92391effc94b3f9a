//! The `lectern` command.

fn main() -> std::process::ExitCode {
    lectern::cli::run()
}
