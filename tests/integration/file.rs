//! Pictures and files: taken in, shown to whoever may see the text, cleared away.

use std::io::Cursor;
use std::time::Duration;

use image::{DynamicImage, ImageFormat};

use crate::support::TestServer;

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let picture = DynamicImage::new_rgb8(width, height);
    picture.write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

#[tokio::test]
async fn a_file_is_taken_for_what_it_is() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;

    let picture = ada
        .brings(&article, "Fridge.JPEG", png(3_000, 300))
        .await
        .expect(201)
        .json();
    assert_eq!(picture["media_type"], "image/png");
    assert_eq!(picture["name"], "Fridge.png");
    assert_eq!(
        (picture["width"].as_u64(), picture["height"].as_u64()),
        (Some(2_000), Some(200))
    );
    let address = picture["address"].as_str().unwrap();
    assert!(address.ends_with("/Fridge.png?2000x200"), "{address}");

    let again = ada
        .brings(&article, "Again.png", png(3_000, 300))
        .await
        .expect(201)
        .json();
    assert_eq!(
        again["hash"], picture["hash"],
        "the same picture is one file"
    );

    let shown = ada.get(address).await.expect(200);
    assert_eq!(shown.header("content-type"), "image/png");
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
    assert!(shown.header("content-security-policy").contains("sandbox"));
    let text = ada
        .brings(&article, "notes.png", b"no picture".to_vec())
        .await
        .expect(201)
        .json();
    assert_eq!(text["media_type"], "text/plain");
    let saved = ada.get(text["address"].as_str().unwrap()).await.expect(200);
    assert_eq!(
        saved.header("content-disposition"),
        "attachment; filename*=UTF-8''notes%2Etxt"
    );
}

#[tokio::test]
async fn what_is_no_such_file_is_refused_in_words() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;

    let torn = ada
        .brings(&article, "a.png", png(50, 50)[..60].to_vec())
        .await
        .expect(422);
    assert!(torn.text.contains("cannot be read"), "{}", torn.text);
    let program = ada
        .brings(&article, "a.pdf", b"MZ\x90\0\x03\0\0\0".to_vec())
        .await
        .expect(422);
    assert!(
        program.text.contains("possible are pictures"),
        "{}",
        program.text
    );
    let huge = ada
        .brings(&article, "a.txt", vec![b'x'; (25 << 20) + 1])
        .await
        .expect(413);
    assert!(huge.text.contains("26214400"), "{}", huge.text);
    let lead = server.person("lena", &["lead"]).await;
    lead.brings(&article, "a.png", png(5, 5)).await.expect(404);
}

#[tokio::test]
async fn readers_get_the_files_of_the_approved_text_and_no_others() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let rea = server.person("rea", &["reviewer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let lena = server.person("lena", &["lead"]).await;

    let shown = ada
        .brings(&article, "shown.png", png(30, 20))
        .await
        .expect(201)
        .json();
    let draft = ada
        .brings(&article, "draft.png", png(31, 20))
        .await
        .expect(201)
        .json();
    let address = |file: &serde_json::Value| file["address"].as_str().unwrap().to_owned();
    lena.get(&address(&shown)).await.expect(404);

    ada.writes(
        &article,
        "lead",
        &format!("![A fridge]({})", address(&shown)),
    )
    .await
    .expect(200);
    ada.fills(&article).await;
    let review = ada.requests_review(&article).await.expect(201).json();
    let record = server
        .app
        .articles
        .get(article.parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    let revision = server
        .app
        .revisions
        .get(record.latest_revision.unwrap())
        .await
        .unwrap()
        .unwrap();
    let counted = server
        .app
        .revisions
        .content(&revision)
        .await
        .unwrap()
        .attachments;
    assert_eq!(
        serde_json::json!(counted),
        serde_json::json!([shown["hash"]])
    );
    lena.get(&address(&shown)).await.expect(404);
    rea.approves(&review).await.expect(201);
    lena.get(&address(&shown)).await.expect(200);
    lena.get(&address(&draft)).await.expect(404);
    let page = lena
        .get(&format!("/api/v1/articles/{article}/effective?format=html"))
        .await;
    assert!(
        page.text
            .contains("width=\"30\" height=\"20\" loading=\"lazy\""),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn a_file_goes_along_with_copied_text_for_whoever_may_have_it() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let bo = server.person("bo", &["learner"]).await;
    let secret = ada.creates_module_that_is("Secret", "restricted").await;
    let open = ada.creates_module("Open").await;
    let (from, to) = (
        ada.starts(&secret, "From").await,
        ada.starts(&open, "To").await,
    );
    let file = ada
        .brings(&from, "a.png", png(30, 20))
        .await
        .expect(201)
        .json();
    let hash = file["hash"].as_str().unwrap();
    let path = format!("/api/v1/articles/{to}/files/{hash}");
    bo.put(&path, serde_json::json!({})).await.expect(404);
    bo.get(file["address"].as_str().unwrap()).await.expect(404);
    ada.put(&path, serde_json::json!({})).await.expect(200);
    bo.get(file["address"].as_str().unwrap()).await.expect(200);
}

#[tokio::test]
async fn a_file_that_nothing_names_is_cleared_away_after_a_day() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let loose = ada
        .brings(&article, "loose.png", png(30, 20))
        .await
        .expect(201)
        .json();
    let named = ada
        .brings(&article, "named.png", png(31, 20))
        .await
        .expect(201)
        .json();
    let address = |file: &serde_json::Value| file["address"].as_str().unwrap().to_owned();
    ada.writes(&article, "lead", &format!("![x]({})", address(&named)))
        .await
        .expect(200);

    let clear = async |hours: u64| {
        let then = server
            .app
            .clock
            .now()
            .plus(Duration::from_secs(hours * 3_600));
        server.app.attachment_cleaner.clean(then).await.unwrap()
    };
    assert_eq!(clear(23).await, 0);
    assert_eq!(clear(25).await, 1);
    ada.get(&address(&loose)).await.expect(404);
    ada.get(&address(&named)).await.expect(200);
    // What comes again is there again.
    ada.brings(&article, "loose.png", png(30, 20))
        .await
        .expect(201);
    ada.get(&address(&loose)).await.expect(200);
}

#[tokio::test]
async fn a_file_that_is_gone_from_the_disk_is_found() {
    let server = TestServer::start().await;
    let ada = server.person("ada", &["trainer"]).await;
    let module = ada.creates_module("Cold chain").await;
    let article = ada.starts(&module, "Vaccines").await;
    let file = ada
        .brings(&article, "fridge.png", png(30, 20))
        .await
        .expect(201);
    let hash = file.field("hash");
    let data = server.stop().await;
    let sound = lectern_audit::verify(data.path(), None).await.unwrap();
    assert_eq!(sound.findings, [""; 0]);

    let (folder, rest) = hash.split_at(2);
    std::fs::remove_file(data.path().join("blobs").join(folder).join(rest)).unwrap();
    let found = lectern_audit::verify(data.path(), None).await.unwrap();
    assert_eq!(
        found.findings,
        [format!(
            "attachment “fridge.png” of “Vaccines”: file {hash} is missing"
        )]
    );
}
