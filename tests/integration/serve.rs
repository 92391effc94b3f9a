//! `lectern serve` with settings that are unsafe on a network.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

const SETTING: &str = "LECTERN_IDENTITY_ARGON2_MEMORY_KIB";

/// `lectern serve` with passwords that are hashed with 8 KiB.
fn serve(data: &Path, listen: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lectern"));
    command
        .args(["serve", "--listen", listen, "--data"])
        .arg(data)
        .env(SETTING, "8");
    command
}

#[test]
fn a_server_with_weak_password_hashing_does_not_start_on_a_network() {
    let base = tempfile::tempdir().unwrap();
    let data = base.path().join("data");
    let refused = serve(&data, "0.0.0.0:0").output().unwrap();
    assert!(!refused.status.success());
    let message = String::from_utf8(refused.stderr).unwrap();
    for part in [SETTING, "19456", "0.0.0.0:0", "OWASP"] {
        assert!(message.contains(part), "{message}");
    }
    assert!(!data.exists(), "nothing was created");
}

#[test]
fn a_server_with_weak_password_hashing_warns_once_on_a_loopback_address() {
    let data = tempfile::tempdir().unwrap();
    let mut server = serve(data.path(), "127.0.0.1:0")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let printed = BufReader::new(server.stdout.take().unwrap());
    let ready = printed
        .lines()
        .any(|line| line.unwrap().starts_with("Lectern is at"));
    server.kill().unwrap();
    let logged = server.wait_with_output().unwrap().stderr;
    let logged = String::from_utf8(logged).unwrap();
    assert!(ready, "{logged}");
    assert_eq!(logged.matches(SETTING).count(), 1, "{logged}");
}
