//! Makes a checkpoint of the running server and verifies it once the server has stopped.

use super::server::ServerProcess;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_made_while_serving_verifies_after_a_kill() {
    let mut server = ServerProcess::prepare();
    let ada = server.add_person("ada", "trainer");
    server.start().await;
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept.json");
    let kept = kept.to_str().unwrap();
    let printed = server.lectern(&["checkpoint", "--public-key"]).await;
    assert!(printed.status.success(), "{printed:?}");
    let key = String::from_utf8(printed.stdout).unwrap().trim().to_owned();
    assert_eq!(key.len(), 64);
    let made = server.lectern(&["checkpoint", "--out", kept]).await;
    assert!(made.status.success(), "{made:?}");
    let again = server.lectern(&["checkpoint", "--out", kept]).await;
    assert!(!again.status.success(), "what is kept is not overwritten");
    server.make_article(&ada).await;
    server.kill();
    let checked = ["verify", "--checkpoint", kept, "--public-key", &key];
    let said = server.lectern(&checked).await;
    assert!(said.status.success(), "{said:?}");
}
