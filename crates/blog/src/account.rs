//! Accounts: made, changed and disabled by owners.

use std::collections::HashMap;

use inkstand_identity::{AccountName, DisplayName, NewPassword};
use inkstand_model::{Account, AccountId, Action, Author, Role, Seq, Slice, Slug, Viewer, may};
use inkstand_storage::{AuditTarget, KeptAccount, Writing};
use tracing::instrument;

use crate::{BlogError, Reader, Refusal, RefusalCode, WriteError};

/// An account to be made, as somebody typed it.
#[derive(Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// What it signs in with.
    pub name: String,
    /// What others see; the name, where it is `None`.
    pub display_name: Option<String>,
    /// Where it can be reached.
    pub email: Option<String>,
    /// What it may do.
    pub role: Role,
    /// Without one it can act by tokens only.
    pub password: Option<String>,
    /// The author that it writes as, who must be there.
    pub author: Option<Slug>,
}

/// What is to be changed of an account, as somebody typed it; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// What it signs in with.
    pub name: Option<String>,
    /// What others see.
    pub display_name: Option<String>,
    /// Where it can be reached; `Some(None)` for nowhere.
    pub email: Option<Option<String>>,
    /// What it may do.
    pub role: Option<Role>,
    /// Whether it can sign in.
    pub disabled: Option<bool>,
    /// The author that it writes as; `Some(None)` for none.
    pub author: Option<Option<Slug>>,
}

impl AccountChange {
    /// Whether it changes only what everybody may change of their own account.
    fn is_personal(&self) -> bool {
        let Self { name, display_name: _, email: _, role, disabled, author } = self;
        name.is_none() && role.is_none() && disabled.is_none() && author.is_none()
    }
}

impl Reader {
    /// Makes an account.
    ///
    /// # Errors
    /// Where the viewer may not, something of it cannot be so, or the database fails.
    #[instrument(name = "blog.create_account", skip_all)]
    pub async fn create_account(&self, new: NewAccount) -> Result<(Account, Seq), WriteError> {
        self.must_be_allowed(Action::ManageAccounts)?;
        let checked = CheckedAccount::of(new)?;
        let password = match checked.password.clone() {
            Some(password) => Some(self.blog().inner.hashing.hash(password).await?),
            None => None,
        };
        let inner = &self.blog().inner;
        let mut writing = self.begin().await?;
        let account = checked.insert(&mut writing, inner.clock.new_id(), inner.clock.now(), password).await?;
        let detail = account.role.as_str();
        writing.audit("account.create", Some(target(&account)), detail).await?;
        Ok((account, self.blog().commit_unseen(writing).await?))
    }

    /// Changes an account. Everybody may change what others see of their own and its address; the rest is for owners.
    ///
    /// Whoever is disabled is signed out everywhere. The last owner who can sign in stays one.
    ///
    /// # Errors
    /// Where the viewer may not, something of it cannot be so, or the database fails.
    #[instrument(name = "blog.update_account", skip_all)]
    pub async fn update_account(
        &self,
        id: AccountId,
        change: AccountChange,
    ) -> Result<(Account, Seq), WriteError> {
        let own = matches!(self.viewer(), Viewer::Account(me) if me.account == id);
        self.must_be_allowed(if own && change.is_personal() {
            Action::ManageOwnAccount
        } else {
            Action::ManageAccounts
        })?;
        let inner = &self.blog().inner;
        let mut writing = self.begin().await?;
        let Some(KeptAccount { account: before, .. }) = writing.account(id).await? else {
            return Err(not_found("id").into());
        };
        let mut account = before.clone();
        let mut refusals = Vec::new();
        apply(&change, &mut account, inner.clock.now(), &mut refusals);
        if !refusals.is_empty() {
            return Err(WriteError::Refused(refusals));
        }
        if account.name != before.name && writing.account_by_name(&account.name).await?.is_some() {
            return Err(name_taken(&account.name).into());
        }
        let stays_owner = account.role == Role::Owner && account.is_active();
        let was_owner = before.role == Role::Owner && before.is_active();
        if was_owner && !stays_owner && writing.active_owners(Some(id)).await? == 0 {
            let field = if account.role == Role::Owner { "disabled" } else { "role" };
            let message = format!(
                "{} is the last owner who can sign in; make somebody else an owner first",
                before.name
            );
            return Err(Refusal::new(RefusalCode::NotPossible, field, message).into());
        }
        if let Some(author) = &change.author {
            link(&mut writing, id, author.as_ref()).await?;
        }
        if before.is_active() && !account.is_active() {
            writing.end_sessions(id, None).await?;
        }
        if stays_owner && !was_owner {
            writing.forget_setup_tokens().await?;
        }
        writing.update_account(&account).await?;
        let detail = told(&before, &account, &change);
        if !detail.is_empty() {
            writing.audit("account.update", Some(target(&account)), &detail).await?;
        }
        Ok((account, self.blog().commit_unseen(writing).await?))
    }

    /// Sets somebody else's password, and signs them out everywhere.
    ///
    /// # Errors
    /// Where the viewer may not, the password is none, or the database fails.
    #[instrument(name = "blog.set_account_password", skip_all)]
    pub async fn set_account_password(
        &self,
        id: AccountId,
        password: &str,
    ) -> Result<(Account, Seq), WriteError> {
        self.must_be_allowed(Action::ManageAccounts)?;
        if matches!(self.viewer(), Viewer::Account(me) if me.account == id) {
            let message = "your own password is changed with the current one: use changePassword";
            return Err(Refusal::new(RefusalCode::NotPossible, "id", message).into());
        }
        let inner = &self.blog().inner;
        let Some(kept) = inner.storage.account(id).await? else { return Err(not_found("id").into()) };
        let password = new_password("password", password, &kept.account)?;
        let password = inner.hashing.hash(password).await?;
        let mut writing = self.begin().await?;
        writing.set_password(id, password).await?;
        writing.end_sessions(id, None).await?;
        writing.audit("account.set_password", Some(target(&kept.account)), "").await?;
        Ok((kept.account, self.blog().commit_unseen(writing).await?))
    }

    /// An account that the viewer may know: their own, or anybody's for owners.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, BlogError> {
        Ok(self.accounts_by_ids(&[id]).await?.remove(&id))
    }

    /// The account that signs in with that name, if the viewer may know it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn account_by_name(&self, name: &str) -> Result<Option<Account>, BlogError> {
        let Ok(name) = AccountName::typed(name) else { return Ok(None) };
        let kept = self.storage().account_by_name(name.as_str()).await?;
        Ok(kept.map(|kept| kept.account).filter(|account| self.knows(account.id)))
    }

    /// Accounts that the viewer may know, by their ids.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn accounts_by_ids(&self, ids: &[AccountId]) -> Result<HashMap<AccountId, Account>, BlogError> {
        let known: Vec<AccountId> = ids.iter().copied().filter(|id| self.knows(*id)).collect();
        if known.is_empty() {
            return Ok(HashMap::new());
        }
        let accounts = self.storage().accounts_by_ids(&known).await?;
        Ok(accounts.into_iter().map(|account| (account.id, account)).collect())
    }

    /// A part of the list of all accounts by name: at most so many past `after`.
    ///
    /// # Errors
    /// Where the viewer may not see it.
    pub async fn accounts(&self, after: Option<&str>, limit: u32) -> Result<Slice<Account>, BlogError> {
        self.must_be_allowed(Action::ManageAccounts)?;
        let accounts = self.storage().accounts(after, u64::from(limit) + 1).await?;
        Ok(Slice::of_one_more(accounts, limit, after.is_some()))
    }

    /// The authors as whom accounts write that the viewer may know.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn authors_of_accounts(
        &self,
        ids: &[AccountId],
    ) -> Result<HashMap<AccountId, Author>, BlogError> {
        let known: Vec<AccountId> = ids.iter().copied().filter(|id| self.knows(*id)).collect();
        if known.is_empty() {
            return Ok(HashMap::new());
        }
        Ok(self.storage().authors_of_accounts(&known).await?)
    }

    /// Whether the viewer may know of an account.
    pub(crate) fn knows(&self, account: AccountId) -> bool {
        let own = matches!(self.viewer(), Viewer::Account(me) if me.account == account);
        own || may(self.viewer(), Action::ManageAccounts)
    }
}

/// A new account of which everything was checked that can be without the database.
pub(crate) struct CheckedAccount {
    name: AccountName,
    display_name: String,
    email: Option<String>,
    role: Role,
    pub(crate) password: Option<NewPassword>,
    author: Option<Slug>,
}

impl CheckedAccount {
    /// All that is wrong with it at once.
    pub(crate) fn of(new: NewAccount) -> Result<Self, WriteError> {
        let NewAccount { name, display_name, email, role, password, author } = new;
        let mut refusals = Vec::new();
        let name = noted(&mut refusals, account_name(&name));
        let display_name = match display_name {
            Some(text) => noted(&mut refusals, display_name_of(&text)),
            None => name.as_ref().map(ToString::to_string),
        };
        let email = match email {
            Some(text) => noted(&mut refusals, email_of(&text)).flatten(),
            None => None,
        };
        let password = match (password, &name) {
            (Some(text), Some(name)) => noted(
                &mut refusals,
                NewPassword::parse(&text, name).map_err(|error| bad_password("password", error)),
            ),
            _ => None,
        };
        match (name, display_name) {
            (Some(name), Some(display_name)) if refusals.is_empty() => {
                Ok(Self { name, display_name, email, role, password, author })
            }
            _ => Err(WriteError::Refused(refusals)),
        }
    }

    /// What it is to sign in with.
    pub(crate) fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Keeps it. What it is to write as must be there, and free.
    pub(crate) async fn insert(
        self,
        writing: &mut Writing<'_>,
        id: uuid::Uuid,
        now: inkstand_model::Instant,
        password: Option<String>,
    ) -> Result<Account, WriteError> {
        if writing.account_by_name(self.name.as_str()).await?.is_some() {
            return Err(name_taken(self.name.as_str()).into());
        }
        let mut account = Account {
            id: AccountId::from_uuid(id),
            number: 0,
            name: self.name.to_string(),
            display_name: self.display_name,
            email: self.email,
            role: self.role,
            disabled_at: None,
            created_at: now,
        };
        writing.insert_account(&mut account, password).await?;
        if let Some(author) = &self.author {
            link(writing, account.id, Some(author)).await?;
        }
        if account.role == Role::Owner {
            writing.forget_setup_tokens().await?;
        }
        Ok(account)
    }
}

/// The name under which an account stands in the audit.
pub(crate) fn target(account: &Account) -> AuditTarget<'_> {
    AuditTarget { kind: "account", id: Some(account.id.uuid()), label: &account.name }
}

pub(crate) fn not_found(field: &str) -> Refusal {
    Refusal::new(RefusalCode::NotFound, field, "there is no such account")
}

pub(crate) fn new_password(field: &str, text: &str, account: &Account) -> Result<NewPassword, Refusal> {
    let name = account_name(&account.name)?;
    NewPassword::parse(text, &name).map_err(|error| bad_password(field, error))
}

fn bad_password(field: &str, error: inkstand_identity::InvalidPassword) -> Refusal {
    let code = match error {
        inkstand_identity::InvalidPassword::TooLong => RefusalCode::TooLong,
        _ => RefusalCode::Invalid,
    };
    Refusal::new(code, field, error.to_string())
}

fn apply(
    change: &AccountChange,
    account: &mut Account,
    now: inkstand_model::Instant,
    refusals: &mut Vec<Refusal>,
) {
    if let Some(name) = change.name.as_deref().and_then(|text| noted(refusals, account_name(text))) {
        account.name = name.to_string();
    }
    if let Some(name) = change.display_name.as_deref().and_then(|text| noted(refusals, display_name_of(text)))
    {
        account.display_name = name;
    }
    match &change.email {
        Some(Some(text)) => {
            if let Some(email) = noted(refusals, email_of(text)) {
                account.email = email;
            }
        }
        Some(None) => account.email = None,
        None => {}
    }
    if let Some(role) = change.role {
        account.role = role;
    }
    match change.disabled {
        Some(true) => account.disabled_at = account.disabled_at.or(Some(now)),
        Some(false) => account.disabled_at = None,
        None => {}
    }
}

/// What was done, for the audit.
fn told(before: &Account, after: &Account, change: &AccountChange) -> String {
    let mut told = Vec::new();
    if before.name != after.name {
        told.push(format!("renamed from {}", before.name));
    }
    if before.role != after.role {
        told.push(format!("role from {} to {}", before.role.as_str(), after.role.as_str()));
    }
    match (before.is_active(), after.is_active()) {
        (true, false) => told.push("disabled".to_owned()),
        (false, true) => told.push("enabled".to_owned()),
        _ => {}
    }
    if before.display_name != after.display_name {
        told.push("display name".to_owned());
    }
    if before.email != after.email {
        told.push("email".to_owned());
    }
    match &change.author {
        Some(Some(author)) => told.push(format!("writes as {author}")),
        Some(None) => told.push("writes as nobody".to_owned()),
        None => {}
    }
    told.join(", ")
}

async fn link(
    writing: &mut Writing<'_>,
    account: AccountId,
    author: Option<&Slug>,
) -> Result<(), WriteError> {
    let author = match author {
        None => None,
        Some(slug) => {
            let found = writing.author_by_slug(slug.as_str()).await?.ok_or_else(|| {
                Refusal::new(RefusalCode::NotFound, "author", format!("there is no author {slug}"))
            })?;
            if found.account.is_some_and(|other| other != account) {
                let message = format!("{slug} is the author of another account; take it from there first");
                return Err(Refusal::new(RefusalCode::Taken, "author", message).into());
            }
            Some(found.id)
        }
    };
    Ok(writing.link_author(account, author).await?)
}

fn noted<T>(refusals: &mut Vec<Refusal>, checked: Result<T, Refusal>) -> Option<T> {
    checked.map_err(|refusal| refusals.push(refusal)).ok()
}

fn account_name(text: &str) -> Result<AccountName, Refusal> {
    AccountName::parse(text).map_err(|error| Refusal::new(RefusalCode::Invalid, "name", error.to_string()))
}

fn display_name_of(text: &str) -> Result<String, Refusal> {
    let checked = DisplayName::parse(text).map_err(|error| {
        let code = match error {
            inkstand_identity::InvalidDisplayName::Length(_) => RefusalCode::TooLong,
            _ => RefusalCode::Invalid,
        };
        Refusal::new(code, "displayName", error.to_string())
    })?;
    Ok(checked.as_str().to_owned())
}

/// Only what cannot be an address is refused; whether somebody reads it, only a mail can tell. Nothing is none.
fn email_of(text: &str) -> Result<Option<String>, Refusal> {
    /// RFC 5321 §4.5.3.1.3, with the angle brackets taken off.
    const LONGEST: usize = 254;
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > LONGEST {
        let message = format!("an address of mail has at most {LONGEST} bytes");
        return Err(Refusal::new(RefusalCode::TooLong, "email", message));
    }
    let parts = text.rsplit_once('@');
    let plain =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_control() || c.is_whitespace());
    if !parts.is_some_and(|(mailbox, host)| plain(mailbox) && plain(host) && !mailbox.contains('@')) {
        let message = "this is no address of mail; one looks like ada@blog.example";
        return Err(Refusal::new(RefusalCode::Invalid, "email", message));
    }
    Ok(Some(text.to_owned()))
}

fn name_taken(name: &str) -> Refusal {
    Refusal::new(RefusalCode::Taken, "name", format!("somebody else signs in as {name}"))
}
