//! Backs up the running server and restores the backup.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::server::ServerProcess;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_made_while_people_type_restores_to_what_was_saved() {
    let mut server = ServerProcess::prepare();
    let ada = server.add_person("ada", "trainer");
    server.start().await;
    let article = server.make_article(&ada).await;
    let mut peer = server.peer(&ada, &article).await.synced().await;
    peer.type_title(0, "Saved ").await;
    peer.barrier().await;
    let typing = tokio::spawn(async move {
        for _ in 0..200 {
            peer.type_title(0, "x").await;
            if !peer.try_barrier().await {
                break;
            }
        }
        peer
    });
    let folder = tempfile::tempdir().unwrap();
    let (copy, again) = (folder.path().join("copy"), folder.path().join("again"));
    let said = server.lectern(&["backup", "--to", text(&copy)]).await;
    assert!(said.status.success(), "{said:?}");
    let head = lines(&said.stdout)[1].clone();
    for folder in [server.data(), &copy] {
        assert_eq!(open_to_others(folder), Vec::<PathBuf>::new());
    }
    let taken = server.lectern(&["backup", "--to", text(&copy)]).await;
    assert!(!taken.status.success());
    assert!(
        String::from_utf8_lossy(&taken.stderr).contains("not empty"),
        "{taken:?}"
    );
    let mut peer = typing.await.unwrap();
    assert!(peer.try_barrier().await, "the server went on serving");

    let restored = ServerProcess::run_on(&again, &["restore", "--from", text(&copy)]).await;
    assert!(restored.status.success(), "{restored:?}");
    let verified = ServerProcess::run_on(&again, &["verify"]).await;
    assert!(verified.status.success(), "{verified:?}");
    assert_eq!(lines(&verified.stdout)[1], head, "the same journal");
    let mut second = ServerProcess::over(folder, "again");
    second.start().await;
    let title = second.draft_title(&ada, &article).await;
    assert!(title.ends_with("Saved Pipettes"), "{title}");
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn lines(output: &[u8]) -> Vec<String> {
    let output = String::from_utf8_lossy(output);
    output.lines().map(str::to_owned).collect()
}

/// The files and folders that other accounts may read or write.
fn open_to_others(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(path) = waiting.pop() {
        let known = std::fs::symlink_metadata(&path).unwrap();
        if known.permissions().mode() & 0o077 != 0 {
            found.push(path.clone());
        }
        if known.is_dir() {
            let entries = std::fs::read_dir(&path).unwrap();
            waiting.extend(entries.map(|entry| entry.unwrap().path()));
        }
    }
    found
}
