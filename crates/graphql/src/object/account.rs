//! Accounts and their tokens.

use async_graphql::{Context, Enum, ID, Object, Result};
use inkstand_blog::Reader;
use inkstand_model as model;

use crate::{
    error::fault,
    loader::{AuthorOfAccount, TokensOf, load},
    node_id::NodeId,
    object::Author,
    scalar::DateTime,
};

/// Somebody who can sign in. Only they themselves and owners see it; what readers see is an `Author`.
pub(crate) struct Account {
    account: model::Account,
    /// Whose eyes see it, where they are not those of whoever asked: who signs in sees their account already.
    reader: Option<Reader>,
}

impl Account {
    /// As somebody sees it who is not the one who asked.
    pub(crate) fn seen_by(reader: Reader, account: model::Account) -> Self {
        Self { account, reader: Some(reader) }
    }
}

impl From<model::Account> for Account {
    fn from(account: model::Account) -> Self {
        Self { account, reader: None }
    }
}

/// Somebody who can sign in. Only they themselves and owners see it; what readers see is an `Author`.
#[Object]
impl Account {
    /// The global id: opaque, never given to anything else.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Account(self.account.id).into()
    }

    /// A small number, unique among its kind.
    async fn number(&self) -> i32 {
        i32::try_from(self.account.number).unwrap_or(i32::MAX)
    }

    /// What it signs in with.
    async fn name(&self) -> &str {
        &self.account.name
    }

    /// What others see.
    async fn display_name(&self) -> &str {
        &self.account.display_name
    }

    /// Where it can be reached.
    async fn email(&self) -> Option<&str> {
        self.account.email.as_deref()
    }

    /// What it may do.
    async fn role(&self) -> Role {
        self.account.role.into()
    }

    /// Since when it cannot sign in; null where it can.
    async fn disabled_at(&self) -> Option<DateTime> {
        self.account.disabled_at.map(DateTime)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.account.created_at)
    }

    /// The author as whom it writes.
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<Author>> {
        let id = self.account.id;
        let author = match &self.reader {
            None => load(ctx, AuthorOfAccount(id)).await?,
            Some(reader) => {
                let authors = reader.authors_of_accounts(&[id]).await;
                authors.map_err(|error| fault(ctx, error))?.remove(&id)
            }
        };
        Ok(author.map(Author))
    }

    /// The tokens with which programs act for it, the latest first; those that have expired or were revoked too. With
    /// a token, only one of scope `ADMIN` sees them.
    async fn api_tokens(&self, ctx: &Context<'_>) -> Result<Vec<ApiToken>> {
        let id = self.account.id;
        let tokens = match &self.reader {
            None => load(ctx, TokensOf(id)).await?,
            Some(reader) => {
                let tokens = reader.tokens_of_accounts(&[id]).await;
                tokens.map_err(|error| fault(ctx, error))?.remove(&id)
            }
        };
        Ok(tokens.unwrap_or_default().into_iter().map(ApiToken).collect())
    }
}

/// With what a program acts for an account. Its secret was shown once, and is kept nowhere.
pub(crate) struct ApiToken(pub(crate) model::ApiToken);

/// With what a program acts for an account. Its secret was shown once, and is kept nowhere.
#[Object]
impl ApiToken {
    /// The global id: opaque, never given to anything else.
    async fn id(&self) -> ID {
        NodeId::Token(self.0.id).into()
    }

    /// What it is called.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it is good for.
    async fn scopes(&self) -> Vec<Scope> {
        self.0.scopes.iter().copied().map(Into::into).collect()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last used, to the minute; null where it never was.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.used_at.map(DateTime)
    }

    /// From when on it is good for nothing; null where it does not expire.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }

    /// Since when it is good for nothing, because it was taken back; null where it was not.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.0.revoked_at.map(DateTime)
    }

    /// Whose it is.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<Account>> {
        Ok(load(ctx, self.0.account).await?.map(Account::from))
    }
}

/// What an account may do, each role all that the ones before it may.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::Role")]
pub(crate) enum Role {
    /// Comment.
    Subscriber,
    /// Write posts of their own.
    Author,
    /// Write everybody's, and pages; order tags, categories, series, authors and menus.
    Editor,
    /// Everything: settings, accounts, webhooks.
    Owner,
}

/// What a token is good for, each scope also for what the ones before it are; never for more than its account may.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::Scope")]
pub(crate) enum Scope {
    /// Read what the account may read, drafts too.
    Read,
    /// Write posts, pages and what they are filed under.
    Write,
    /// Change settings, accounts and webhooks.
    Admin,
}
