//! The table.

use super::Found;

/// Signed out (`o`), learner, trainer, reviewer, lead (`D`), admin: first where the role is held for
/// the whole organisation, then where it is held for another module only. `-` is nobody.
const TABLE: &str = "
GET    /healthz                                         oLTRDA oLTRDA
GET    /readyz                                          oLTRDA oLTRDA
GET    /metrics                                         A      -
GET    /api/openapi.json                                oLTRDA oLTRDA
GET    /assets/{*path}                                  oLTRDA oLTRDA
GET    /sw.js                                           oLTRDA oLTRDA
GET    /diagram                                         oLTRDA oLTRDA
GET    /favicon.svg                                     oLTRDA oLTRDA
GET    /favicon.ico                                     oLTRDA oLTRDA
POST   /api/v1/session                                  oLTRDA oLTRDA
DELETE /api/v1/session                                  LTRDA  LTRDA
GET    /api/v1/me                                       LTRDA  LTRDA
PUT    /api/v1/me/password                              LTRDA  LTRDA
GET    /api/v1/me/second-factor                         LTRDA  LTRDA
POST   /api/v1/me/second-factor                         LTRDA  LTRDA
PUT    /api/v1/me/second-factor                         LTRDA  LTRDA
POST   /api/v1/me/second-factor/remove                  LTRDA  LTRDA
GET    /api/v1/me/delegations                           LTRDA  LTRDA
POST   /api/v1/me/delegations                           R      R
DELETE /api/v1/me/delegations/{id}                      LTRDA  LTRDA
GET    /api/v1/me/notifications                         LTRDA  LTRDA
GET    /api/v1/me/favourites                            LTRDA  LTRDA
PUT    /api/v1/me/favourites/{article}                  LTRDA  LTRDA
DELETE /api/v1/me/favourites/{article}                  LTRDA  LTRDA
GET    /api/v1/me/recent                                LTRDA  LTRDA
POST   /api/v1/me/notifications/read                    LTRDA  LTRDA
GET    /api/v1/me/sign-ins                              LTRDA  LTRDA
POST   /api/v1/me/sign-ins/{id}/report                  LTRDA  LTRDA
GET    /api/v1/people                                   A      -
POST   /api/v1/people                                   A      -
GET    /api/v1/people/{id}                              LTRDA  LTRDA
PUT    /api/v1/people/{id}/roles                        A      -
POST   /api/v1/people/{id}/roles/confirm                A      -
POST   /api/v1/people/{id}/deactivate                   A      -
POST   /api/v1/people/{id}/reactivate                   A      -
POST   /api/v1/people/{id}/password-link                A      -
POST   /api/v1/password                                 -      -
POST   /api/v1/people/{id}/unlock                       A      -
DELETE /api/v1/people/{id}/second-factor                A      -
GET    /api/v1/alerts                                   A      -
POST   /api/v1/alerts/{id}/settle                       A      -
GET    /api/v1/tokens                                   LTRDA  LTRDA
POST   /api/v1/tokens                                   LTRDA  LTRDA
DELETE /api/v1/tokens/{id}                              LTRDA  LTRDA
GET    /api/v1/journal                                  A      -
POST   /api/v1/journal/checkpoints                      A      -
GET    /api/v1/search                                   LTRDA  LTRDA
GET    /api/v1/modules                                  LTRDA  LTRDA
POST   /api/v1/modules                                  TR     -
GET    /api/v1/modules/{id}                             LTRDA  LTRDA
PATCH  /api/v1/modules/{id}                             TR     -
PUT    /api/v1/modules/{id}/order                       TR     -
PATCH  /api/v1/modules/{id}/order                       TR     -
POST   /api/v1/modules/{id}/pack                        TRA    -
GET    /api/v1/modules/{id}/rules                       LTR    -
PUT    /api/v1/modules/{id}/rules                       R      -
PUT    /api/v1/modules/{id}/members/{person}            TR     -
DELETE /api/v1/modules/{id}/members/{person}            TR     -
GET    /api/v1/templates                                LTRDA  LTRDA
GET    /api/v1/templates/{id}                           LTRDA  LTRDA
POST   /api/v1/articles                                 LTR    -
GET    /api/v1/articles/{id}                            LTRDA  LTRDA
GET    /api/v1/articles/{id}/draft                      LTR    -
GET    /api/v1/articles/{id}/draft/attribution          LTR    -
PUT    /api/v1/articles/{id}/draft/title                LTR    -
PUT    /api/v1/articles/{id}/draft/sections/{key}       LTR    -
PUT    /api/v1/articles/{id}/draft/fields/{key}         LTR    -
GET    /api/v1/articles/{id}/effective                  LTRDA  LTRDA
GET    /api/v1/articles/{id}/suggestions                LTR    -
GET    /api/v1/articles/{id}/writers                    LTR    -
POST   /api/v1/articles/{id}/pack                       TRA    -
POST   /api/v1/formulas                                 LTRDA  LTRDA
POST   /api/v1/markdown                                 LTRDA  LTRDA
POST   /api/v1/articles/{id}/tickets                    LTR    -
POST   /api/v1/articles/{id}/files                      LTR    -
PUT    /api/v1/articles/{id}/files/{hash}               LTR    -
GET    /files/{hash}/{name}                             LTRDA  LTRDA
GET    /collab/{article_id}                             LTR    -
GET    /collab/{article_id}/events                      LTR    -
POST   /collab/{article_id}/events/{line}               LTR    -
GET    /api/v1/articles/{id}/revisions                  LTR    -
POST   /api/v1/articles/{id}/revisions                  LTR    -
GET    /api/v1/revisions/{id}                           LTR    -
GET    /api/v1/revisions/{id}/diff                      LTR    -
POST   /api/v1/revisions/{id}/restore                   TR     -
GET    /api/v1/articles/{id}/reviews                    LTR    -
POST   /api/v1/articles/{id}/reviews                    LTR    -
GET    /api/v1/reviews                                  LTRDA  LTRDA
GET    /api/v1/reviews/{id}                             LTR    -
GET    /api/v1/reviews/{id}/changes                     LTR    -
GET    /api/v1/reviews/{id}/seen                        LTR    -
PUT    /api/v1/reviews/{id}/seen/{section}              LTR    -
DELETE /api/v1/reviews/{id}/seen/{section}              LTR    -
POST   /api/v1/reviews/{id}/decisions                   R      -
POST   /api/v1/reviews/{id}/withdraw                    TR     -
POST   /api/v1/reviews/{id}/resubmit                    LTR    -
POST   /api/v1/reviews/{id}/substitutes                 TR     -
GET    /api/v1/articles/{id}/signatures                 LTRDA  LTRDA
POST   /api/v1/articles/{id}/suspend                    R      -
POST   /api/v1/articles/{id}/reinstate                  R      -
POST   /api/v1/articles/{id}/reissue                    R      -
POST   /api/v1/articles/{id}/reaffirm                   R      -
POST   /api/v1/articles/{id}/retire                     R      -
GET    /api/v1/me/reading                               LTRDA  LTRDA
GET    /api/v1/modules/{id}/audience                    TRD    -
PUT    /api/v1/modules/{id}/audience                    TR     -
GET    /api/v1/articles/{id}/audience                   TRD    -
PUT    /api/v1/articles/{id}/audience                   TR     -
DELETE /api/v1/articles/{id}/audience                   TR     -
GET    /api/v1/articles/{id}/acknowledgements           TRD    -
POST   /api/v1/articles/{id}/acknowledgements           LTRDA  LTRDA
POST   /api/v1/articles/{id}/assignments                TR     -
POST   /api/v1/articles/{id}/reminders                  TR     -
GET    /api/v1/articles/{id}/threads                    LTR    -
POST   /api/v1/articles/{id}/threads                    LTR    -
GET    /api/v1/threads/{id}                             LTR    -
POST   /api/v1/threads/{id}/comments                    LTR    -
PUT    /api/v1/threads/{id}/comments/{number}           LTR    -
POST   /api/v1/threads/{id}/resolve                     TR     -
POST   /api/v1/threads/{id}/reopen                      LTR    -
GET    /                                                LTRDA  LTRDA
POST   /sidebar                                         oLTRDA oLTRDA
GET    /m/{module}/branch                               LTRDA  LTRDA
POST   /a/{slug}/favourite                              LTRDA  LTRDA
POST   /sample                                          TR     -
POST   /sample/remove                                   A      -
GET    /setup                                           -      -
POST   /setup                                           oLTRDA oLTRDA
GET    /sign-in                                         oLTRDA oLTRDA
POST   /sign-in                                         oLTRDA oLTRDA
POST   /sign-in/code                                    -      -
GET    /choose-password                                 oLTRDA oLTRDA
POST   /choose-password                                 -      -
POST   /sign-out                                        oLTRDA oLTRDA
GET    /search                                          LTRDA  LTRDA
GET    /notifications                                   LTRDA  LTRDA
GET    /notifications/{number}                          LTRDA  LTRDA
POST   /notifications/read                              LTRDA  LTRDA
GET    /me                                              LTRDA  LTRDA
GET    /me/password                                     LTRDA  LTRDA
POST   /me/password                                     LTRDA  LTRDA
GET    /me/second-factor                                LTRDA  LTRDA
POST   /me/second-factor                                LTRDA  LTRDA
POST   /me/second-factor/remove                         LTRDA  LTRDA
GET    /me/delegations                                  LTRDA  LTRDA
POST   /me/delegations                                  R      R
POST   /me/delegations/{id}/end                         LTRDA  LTRDA
POST   /me/sign-ins/{id}/accept                         LTRDA  LTRDA
POST   /me/sign-ins/{id}/report                         LTRDA  LTRDA
POST   /me/tokens                                       LTRDA  LTRDA
POST   /me/tokens/{id}/revoke                           LTRDA  LTRDA
GET    /shortcuts                                       LTRDA  LTRDA
POST   /theme                                           oLTRDA oLTRDA
GET    /templates                                       LTRDA  LTRDA
GET    /templates/{id}                                  LTRDA  LTRDA
GET    /modules/new                                     TR     -
POST   /modules                                         TR     -
GET    /m/{module}                                      LTRDA  LTRDA
POST   /m/{module}/order                                TR     -
GET    /m/{module}/rules                                LTR    -
POST   /m/{module}/rules                                R      -
POST   /m/{module}/learners                             TR     -
GET    /m/{module}/reading                              TRD    -
POST   /m/{module}/reading                              TR     -
POST   /m/{module}/reading/people                       TR     -
POST   /m/{module}/reading/reminders                    TR     -
POST   /m/{module}/pack                                 TRA    -
POST   /m/{module}/members                              TR     -
POST   /m/{module}/members/remove                       TR     -
GET    /new                                             LTRDA  LTRDA
POST   /new                                             LTR    -
GET    /a/{slug}                                        LTRDA  LTRDA
POST   /a/{slug}/acknowledge                            LTRDA  LTRDA
GET    /a/{slug}/changes                                -      -
GET    /a/{slug}/edit                                   LTR    -
GET    /a/{slug}/authors                                LTR    -
GET    /a/{slug}/history                                LTR    -
POST   /a/{slug}/revisions                              LTR    -
GET    /a/{slug}/revisions/{id}                         LTR    -
POST   /a/{slug}/restore                                TR     -
POST   /a/{slug}/pack                                   TRA    -
POST   /a/{slug}/set-aside                              TR     -
GET    /a/{slug}/diff                                   LTR    -
GET    /a/{slug}/standing                               R      -
POST   /a/{slug}/standing                               R      -
GET    /a/{slug}/request-review                         LTR    -
POST   /a/{slug}/request-review                         LTR    -
GET    /reviews/{id}                                    LTR    -
POST   /reviews/{id}/seen                               LTR    -
POST   /reviews/{id}/comments                           LTR    -
POST   /reviews/{id}/decisions                          R      -
POST   /reviews/{id}/withdraw                           TR     -
POST   /reviews/{id}/resubmit                           LTR    -
POST   /reviews/{id}/substitutes                        TR     -
GET    /admin                                           A      -
GET    /admin/people                                    A      -
POST   /admin/people                                    A      -
GET    /admin/people/{id}                               A      -
POST   /admin/people/{id}/roles                         A      -
POST   /admin/people/{id}/roles/confirm                 A      -
POST   /admin/people/{id}/grants                        A      -
POST   /admin/people/{id}/grants/remove                 A      -
POST   /admin/people/{id}/deactivate                    A      -
POST   /admin/people/{id}/reactivate                    A      -
POST   /admin/people/{id}/password                      A      -
POST   /admin/people/{id}/unlock                        A      -
POST   /admin/people/{id}/second-factor/remove          A      -
POST   /admin/alerts/{id}/settle                        A      -
GET    /admin/journal                                   A      -
POST   /admin/journal/checkpoint                        A      -
";

/// One line of the table.
pub fn line(route: &str, here: &str, elsewhere: &str) -> String {
    let (method, path) = route.split_once(' ').unwrap();
    let shown = |letters: &str| if letters.is_empty() { "-" } else { letters }.to_owned();
    format!(
        "{method:<6} {path:<48} {:<6} {}",
        shown(here),
        shown(elsewhere)
    )
}

/// Reads the table.
pub fn read() -> Found {
    let lines = TABLE.lines().filter(|line| !line.trim().is_empty());
    let entry = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [method, path, here, elsewhere] = words[..] else {
            panic!("a line of the table has four words: {line}");
        };
        let letters = |word: &str| word.trim_matches('-').to_owned();
        (
            format!("{method} {path}"),
            [letters(here), letters(elsewhere)],
        )
    };
    lines.map(entry).collect()
}
