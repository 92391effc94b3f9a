//! Packs as they are made, and what an inspector finds in them.

use std::fs;
use std::process::Command;

use reqwest::Method;
use serde_json::json;

use lectern_base::Hash;
use lectern_journal::{Checkpoint, Entry, SignedCheckpoint};

use super::house::{COMMENT, House, Pack, REJECTED, lectern, path};

const ARTICLE: &str = "articles/vaccines";

#[tokio::test]
async fn a_pack_is_checked_by_sha256sum_alone_and_a_changed_byte_is_named() {
    let house = House::build().await;
    let pack = house.pack_by(&house.rob).await;
    let sums = pack.sums();
    assert!(sums.status.success(), "{sums:?}");
    let listed = pack.text("SHA256SUMS");
    for (version, hash) in ["1.0", "2.0"].iter().zip(&house.hashes) {
        let name = format!("{ARTICLE}/versions/{version}/content.json");
        assert!(listed.contains(&format!("{hash}  {name}\n")), "{name}");
    }
    let file = format!("{ARTICLE}/attachments/{}.csv", house.file);
    assert!(listed.contains(&format!("{}  {file}\n", house.file)));
    for name in pack.files().iter().map(|(name, _)| name) {
        let apart = ["SHA256SUMS", "export.json"].contains(&name.as_str());
        assert_eq!(listed.contains(&format!("  {name}\n")), !apart, "{name}");
    }

    let name = format!("{ARTICLE}/versions/1.0/article.md");
    let mut bytes = fs::read(pack.path(&name)).unwrap();
    bytes[3] ^= 1;
    fs::write(pack.path(&name), bytes).unwrap();
    let sums = pack.sums();
    assert!(!sums.status.success());
    assert!(String::from_utf8_lossy(&sums.stdout).contains(&name));
}

#[tokio::test]
async fn printed_name_time_and_meaning_stand_on_the_page_of_a_version_and_in_its_json() {
    let house = House::build().await;
    let pack = house.pack_by(&house.rob).await;
    let folder = format!("{ARTICLE}/versions/2.0");
    let signature = pack.json(&format!("{folder}/signatures.json"))[0].clone();
    assert_eq!(signature["printed_name"], "ROB");
    assert_eq!(signature["meaning"], "approved");
    assert_eq!(signature["content_sha256"], house.hashes[1]);
    let at = signature["signed_at"].as_str().unwrap();
    let shown = format!("{} {} UTC", &at[..10], &at[11..19]);
    for page in [format!("{folder}/article.html"), "index.html".to_owned()] {
        let html = pack.text(&page);
        let cell = |class: &str| {
            let start = format!("<td class=\"{class}\">");
            let cells = html.split(start.as_str()).skip(1);
            let cells = cells.map(|rest| rest.split("</td>").next().unwrap().to_owned());
            cells.collect::<Vec<_>>()
        };
        assert!(cell("printed-name").contains(&"ROB".to_owned()), "{page}");
        assert!(cell("signed-at").contains(&shown), "{page}: {shown}");
        assert!(cell("meaning").contains(&"approved".to_owned()), "{page}");
    }
    let given = pack.json(&format!("{ARTICLE}/acknowledgements.json"))[0].clone();
    assert_eq!(given["meaning"], "read and understood");
    assert_eq!(given["content_sha256"], house.hashes[1]);
    let at = given["completed_at"].as_str().unwrap();
    let roll = pack.text(&format!("{ARTICLE}/acknowledgements.html"));
    let shown = format!("{} {} UTC", &at[..10], &at[11..19]);
    for part in ["LEN", &shown, "read and understood, signed"] {
        assert!(roll.contains(part), "{part} is not on the roll: {roll}");
    }
    let policy = signature["policy_version"].as_str().unwrap();
    let frozen = fs::read(pack.path(&format!("policy/{policy}.json"))).unwrap();
    assert_eq!(Hash::of(&frozen).to_string(), policy);
}

#[tokio::test]
async fn texts_changes_and_links_are_read_within_the_pack() {
    let house = House::build().await;
    let pack = house.pack_by(&house.rob).await;
    let html = pack.text(&format!("{ARTICLE}/versions/2.0/article.html"));
    let file = format!("href=\"../../attachments/{}.csv\"", house.file);
    assert!(html.contains(&file), "{html}");
    assert!(!html.contains("not for training use"));
    let before = pack.text(&format!("{ARTICLE}/versions/1.0/article.html"));
    assert!(before.contains("SUPERSEDED"));
    let own = "href=\"../../../../articles/vaccines/versions/2.0/article.html\"";
    assert!(html.contains(own), "{html}");
    assert!(!html.contains("href=\"/") && !html.contains("<script"));
    let markdown = pack.text(&format!("{ARTICLE}/versions/2.0/article.md"));
    assert!(markdown.starts_with("# Vaccines\n") && markdown.contains("5 °C"));
    let changes = pack.text(&format!("{ARTICLE}/versions/2.0/changes.html"));
    assert!(changes.contains("<ins>") && changes.contains("since version 1.0"));
    let people = pack.json("people.json");
    let logins = people.as_array().unwrap().iter();
    let logins: Vec<_> = logins.map(|one| one["login"].as_str().unwrap()).collect();
    assert_eq!(logins, ["ada", "rob", "len"]);
    assert!(pack.has("templates/topic-article@1.json"));
    let review = pack.json(&format!("{ARTICLE}/versions/2.0/review.json"));
    assert_eq!(review["decisions"][0]["checklist"][0]["yes"], true);
}

#[tokio::test]
async fn every_entry_of_the_extract_is_proven_by_hand_and_the_manifest_by_a_signed_entry() {
    let house = House::build().await;
    let pack = house.pack_by(&house.rob).await;
    let journal = pack.text(&format!("{ARTICLE}/journal.jsonl"));
    let entries: Vec<Entry> = journal
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let deeds: Vec<_> = entries.iter().map(|entry| entry.deed.as_str()).collect();
    for deed in [
        "article.created",
        "signature.given",
        "version.effective",
        "thread.opened",
    ] {
        assert!(deeds.contains(&deed), "{deed}");
    }
    let readme = pack.text("README.txt");
    let recipe = readme.split("line=$(").nth(1).unwrap();
    let recipe = format!("line=$({}", recipe.split("| sha256sum").next().unwrap());
    for (number, entry) in entries.iter().enumerate() {
        let script =
            recipe.replace("sed -n 1p", &format!("sed -n {}p", number + 1)) + "| sha256sum";
        let mut bash = Command::new("bash");
        let done = bash.args(["-c", &script]).current_dir(pack.path(ARTICLE));
        let done = done.output().unwrap();
        let said = String::from_utf8(done.stdout).unwrap();
        assert_eq!(
            said.split(' ').next().unwrap(),
            entry.hash.to_string(),
            "{said}"
        );
    }

    let made = pack.json("export.json");
    let manifest = Hash::of(pack.text("SHA256SUMS").as_bytes());
    assert_eq!(made["manifest_sha256"], manifest.to_string());
    assert_eq!(made["exported_by"]["login"], "rob");
    let entry: Entry = serde_json::from_value(made["entry"].clone()).unwrap();
    assert_eq!(entry.compute(), entry.hash);
    assert_eq!(entry.new.unwrap()["manifest"], manifest.to_string());
    let signed: SignedCheckpoint = serde_json::from_value(made["checkpoint"].clone()).unwrap();
    let end = Checkpoint {
        seq: entry.seq,
        hash: entry.hash,
    };
    assert_eq!(signed.prove(None), Ok(end));
}

#[tokio::test]
async fn the_page_the_interface_and_the_command_line_make_the_same_pack_and_journal_it() {
    let house = House::build().await;
    let root = house.server.person("root", &["admin"]).await;
    let slug = "/m/cold-chain/pack";
    let by_page = Pack::made(&house.rob, slug).await;
    let address = format!("/api/v1/modules/{}/pack", house.module);
    let by_interface = Pack::made(&house.rob, &address).await;
    let article = Pack::made(&house.rob, "/a/vaccines/pack").await;
    assert!(article.sums().status.success());
    let texts = |pack: &Pack| {
        let mut files = pack.files();
        files.retain(|(name, _)| name.starts_with("articles/"));
        files
    };
    assert_eq!(texts(&by_page), texts(&by_interface));
    let trail = |pack: &Pack| pack.text("modules/cold-chain/journal.jsonl");
    let more = trail(&by_interface);
    let more = more.strip_prefix(&trail(&by_page)).unwrap();
    assert_eq!(more.lines().count(), 1, "the pack before is in the trail");
    assert!(!trail(&by_page).contains("member_added"));

    let body = json!({"reason": "Inspection 7"});
    let address = format!("/api/v1/articles/{}/pack", house.article);
    let request = house.rob.request(Method::POST, &address).json(&body);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let long = json!({"reason": "x".repeat(4_001)});
    let refused = house.rob.post(&address, long).await.problem(422);
    assert_eq!(refused["field"], "reason");
    let told = root.get("/api/v1/journal?deed=pack.exported").await.json();
    assert_eq!(told["items"].as_array().unwrap().len(), 4);
    assert_eq!(told["items"][0]["reason"], "Inspection 7");
    assert_eq!(told["items"][0]["subject"]["kind"], "article");

    let page = house.ada.page("/a/vaccines/history").await.expect(200).text;
    assert!(page.contains("action=\"/a/vaccines/pack\""));
    let page = house.ada.page("/m/cold-chain").await.expect(200).text;
    assert!(page.contains("action=\"/m/cold-chain/pack\""));

    let data = house.server.stop().await;
    let out = data.path().join("pack.zip");
    let options = [
        "export",
        "--data",
        path_of(&data),
        "--article",
        &house.article,
    ];
    let options = [&options[..], &["--reason", "x", "--out", path(&out)]].concat();
    lectern(&options).done();
    let by_command = Pack::of(fs::read(&out).unwrap());
    assert!(by_command.sums().status.success());
    lectern(&options).refused("File exists");
    assert!(by_command.says(REJECTED) && by_command.says(COMMENT));
    let all = data.path().join("all.zip");
    lectern(&[
        "export",
        "--data",
        path_of(&data),
        "--all",
        "--out",
        path(&all),
    ])
    .done();
    let all = Pack::of(fs::read(&all).unwrap());
    assert!(trail(&all).contains("member_added"));
    let nothing = ["export", "--data", path_of(&data), "--out", "x.zip"];
    lectern(&nothing).refused("--article");
    lectern(&["verify", "--data", path_of(&data)]).done();
}

fn path_of(data: &tempfile::TempDir) -> &str {
    path(data.path())
}

#[tokio::test]
async fn the_same_records_give_the_same_manifest() {
    let house = House::build().await;
    let data = house.server.stop().await;
    let copy = tempfile::TempDir::new().unwrap();
    let mut made = Vec::new();
    for name in ["one", "two"] {
        let folder = copy.path().join(name);
        let backup = ["backup", "--data", path_of(&data), "--to", path(&folder)];
        lectern(&backup).done();
        let out = copy.path().join(format!("{name}.zip"));
        let options = [
            "export",
            "--data",
            path(&folder),
            "--all",
            "--out",
            path(&out),
        ];
        let said = lectern(&options).done();
        made.push(said.lines().last().unwrap().to_owned());
    }
    assert_eq!(made[0], made[1]);
}

#[tokio::test]
async fn who_may_make_a_pack_gets_what_they_may_see() {
    let house = House::build().await;
    let path = format!("/api/v1/articles/{}/pack", house.article);
    let of_module = format!("/api/v1/modules/{}/pack", house.module);
    let nobody = json!({});
    for role in ["learner", "lead"] {
        let who = house.server.person(role, &[role]).await;
        who.post(&path, nobody.clone()).await.problem(403);
        who.post(&of_module, nobody.clone()).await.problem(403);
    }
    house
        .server
        .stranger()
        .post(&path, nobody.clone())
        .await
        .problem(401);

    let root = house.server.person("root", &["admin"]).await;
    let pack = house.pack_by(&root).await;
    assert!(pack.sums().status.success());
    assert!(!pack.says(REJECTED) || !pack.has(&format!("{ARTICLE}/comments.json")));
    assert!(!pack.has(&format!("{ARTICLE}/comments.json")));
    let contents = pack.json("pack.json");
    let reviews = contents["articles"][0]["reviews"].as_array().unwrap();
    let folder = reviews[0]["folder"].as_str().unwrap();
    assert_eq!(reviews[0]["text"], false);
    assert!(pack.has(&format!("{folder}/review.json")));
    assert!(!pack.has(&format!("{folder}/content.json")));
    let left_out = contents["left_out"][0].as_str().unwrap();
    assert!(left_out.contains("comments"), "{left_out}");
    let whole = house.pack_by(&house.ada).await;
    assert!(whole.says(REJECTED) && whole.has(&format!("{ARTICLE}/comments.json")));
    assert!(whole.has(&format!("{folder}/content.json")));
    let page = whole.text(&format!("{folder}/article.html"));
    assert!(page.contains("NOT APPROVED"));
}

#[tokio::test]
async fn a_restricted_module_is_nothing_to_others_and_a_draft_is_nothing_on_record() {
    let house = House::build().await;
    let root = house.server.person("root", &["admin"]).await;
    let hidden = house
        .ada
        .creates_module_that_is("Recall", "restricted")
        .await;
    let article = house.ada.starts(&hidden, "Recall").await;
    for path in [
        format!("/api/v1/modules/{hidden}/pack"),
        format!("/api/v1/articles/{article}/pack"),
        "/m/recall/pack".to_owned(),
    ] {
        for who in [&root, &house.rob] {
            let request = who.request(Method::POST, &path);
            who.send(request).await.expect(404);
        }
    }
    let address = format!("/api/v1/articles/{article}/pack");
    let refused = house.ada.post(&address, json!({})).await.problem(409);
    let why = refused["detail"].as_str().unwrap();
    assert!(why.to_lowercase().contains("on record"), "{why}");
}
