//! Reacts to events of the live rooms and to changes of people's rights.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{broadcast, watch};

use lectern_access::live_rights;
use lectern_article::ArticleEvent;
use lectern_base::{ArticleId, ModuleId, PersonId, Subject};
use lectern_identity::{Person, Place, Steward};
use lectern_journal::{Actor, AuditEvent};
use lectern_live::{Close, Rights, RoomEvent};
use lectern_module::{Module, ModuleChange};
use lectern_revision::Reason;
use lectern_store::Batch;

use crate::{App, AppError};

/// The articles of each module whose drafts are open.
type OpenDrafts = Vec<(Place, Vec<ArticleId>)>;

/// Handles the events of the live rooms until shutdown. Events that were sent before are still
/// handled.
pub(crate) async fn follow_rooms(
    app: Arc<App>,
    mut events: UnboundedReceiver<RoomEvent>,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let event = tokio::select! {
            biased;
            event = events.recv() => event,
            () = stopped(&mut stop) => return,
        };
        match event {
            Some(event) => app.handle_event(event).await,
            None => return,
        }
    }
}

/// Waits for shutdown.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stopped| *stopped).await;
}

/// Applies changes of people's rights to open sockets until shutdown.
pub(crate) async fn follow_rights(
    app: Arc<App>,
    mut changes: broadcast::Receiver<PersonId>,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let changed = tokio::select! {
            changed = changes.recv() => changed,
            () = stopped(&mut stop) => return,
        };
        let done = match changed {
            Ok(person) => app.apply_rights_of(person).await,
            Err(RecvError::Lagged(_)) => app.apply_all_rights().await,
            Err(RecvError::Closed) => return,
        };
        if let Err(cause) = done {
            tracing::error!(%cause, "Changed rights could not be applied to open sockets");
        }
    }
}

impl App {
    async fn handle_event(&self, event: RoomEvent) {
        let done = match &event {
            RoomEvent::SessionEnded { article, .. } => self.save_session(*article).await,
            RoomEvent::Quarantined { article, what } => self.record_set_aside(*article, what).await,
            RoomEvent::Refused {
                article,
                person,
                why,
            } => self.record_refusal(*article, *person, why).await,
        };
        if let Err(cause) = done {
            tracing::error!(%cause, ?event, "An event of a live room could not be recorded");
        }
    }

    /// Saves a revision of a draft, if it changed.
    async fn save_session(&self, id: ArticleId) -> Result<(), AppError> {
        if let Some(article) = self.articles.get(id).await? {
            self.revisions
                .save(&article, Reason::SessionEnd, None, None)
                .await?;
        }
        Ok(())
    }

    async fn record_set_aside(&self, article: ArticleId, what: &[String]) -> Result<(), AppError> {
        let subject = Subject::article(article);
        let set_aside = ArticleEvent::DraftSetAside { new: what.to_vec() };
        let event = AuditEvent::new(Actor::System, set_aside, subject);
        self.journal.record(Batch::new(), vec![event]).await?;
        Ok(())
    }

    async fn record_refusal(
        &self,
        article: ArticleId,
        person: PersonId,
        why: &str,
    ) -> Result<(), AppError> {
        let event = AuditEvent::new(person, ArticleEvent::EditRefused, Subject::article(article))
            .because(why);
        self.journal.record(Batch::new(), vec![event]).await?;
        Ok(())
    }

    /// Changes a module, and applies the resulting rights to open sockets.
    pub async fn change_module(
        &self,
        steward: &Steward,
        change: ModuleChange,
    ) -> Result<Module, AppError> {
        let module = self.modules.update(steward, change).await?;
        self.apply_all_rights().await?;
        Ok(module)
    }

    async fn apply_rights_of(&self, person: PersonId) -> Result<(), AppError> {
        let open = self.open_drafts().await?;
        self.apply_rights(person, &open).await
    }

    async fn apply_all_rights(&self) -> Result<(), AppError> {
        let open = self.open_drafts().await?;
        for person in self.identity.everybody().await? {
            self.apply_rights(person.id, &open).await?;
        }
        Ok(())
    }

    /// Applies the current rights of a person to their sockets in open drafts.
    async fn apply_rights(&self, id: PersonId, open: &OpenDrafts) -> Result<(), AppError> {
        let person = self.identity.person(id).await?;
        let may_sign_in = |person: &Person| person.active && !self.identity.must_change(person);
        if !person.as_ref().is_some_and(may_sign_in) {
            self.rooms.close_person(id, Close::not_signed_in());
            return Ok(());
        }
        for (place, articles) in open {
            let caller = self.identity.rights_now(id, place).await;
            let rights = caller.map_or(Rights::Read, |caller| live_rights(&caller, place));
            for article in articles {
                if rights == Rights::Read {
                    let close = Close::forbidden("You may no longer write in this module.");
                    self.rooms.close_in(*article, id, close);
                } else {
                    self.rooms.set_rights(*article, id, rights);
                }
            }
        }
        Ok(())
    }

    /// Returns the articles whose drafts are open, with the places that permission checks need.
    async fn open_drafts(&self) -> Result<OpenDrafts, AppError> {
        let mut by_module: HashMap<ModuleId, (Place, Vec<ArticleId>)> = HashMap::new();
        for id in self.rooms.open_articles() {
            let Some(article) = self.articles.get(id).await? else {
                continue;
            };
            match by_module.entry(article.module) {
                Entry::Occupied(known) => known.into_mut().1.push(id),
                Entry::Vacant(unknown) => {
                    if let Some(module) = self.modules.get(article.module).await? {
                        unknown.insert((module.place(), vec![id]));
                    }
                }
            }
        }
        Ok(by_module.into_values().collect())
    }
}
