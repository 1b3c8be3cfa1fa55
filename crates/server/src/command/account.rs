//! `inkstand account`.

use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use inkstand_blog::{AccountChange, NewAccount, Reader};
use inkstand_model::{Account, AccountId, Slug, Viewer};

use super::{closing, done, open, open_existing, password::password};
use crate::{
    Settings,
    cli::{AccountCommand, CreateAccountArgs},
    say::say,
};

/// Accounts that are read at once.
const PAGE: u32 = 500;

/// Makes, lists or changes accounts.
pub(crate) async fn account(settings: &Settings, command: AccountCommand) -> Result<ExitCode> {
    match command {
        AccountCommand::Create(args) => create(settings, args).await?,
        AccountCommand::List => {
            let blog = open_existing(settings).await?;
            closing(&blog, list(&blog.reader(Viewer::Operator))).await?;
        }
        AccountCommand::SetRole { name, role } => {
            let change = AccountChange { role: Some(role), ..AccountChange::default() };
            let account = update(settings, &name, change).await?;
            say(format_args!("{} is {} now", account.name, with_article(account.role.as_str())))?;
        }
        AccountCommand::Rename { name, new_name } => {
            let change = AccountChange { name: Some(new_name), ..AccountChange::default() };
            let account = update(settings, &name, change).await?;
            say(format_args!("signs in as {} now", account.name))?;
        }
        AccountCommand::Disable { name } => {
            let change = AccountChange { disabled: Some(true), ..AccountChange::default() };
            let account = update(settings, &name, change).await?;
            say(format_args!(
                "{} cannot sign in any more, and its tokens are good for nothing",
                account.name
            ))?;
        }
        AccountCommand::Enable { name } => {
            let change = AccountChange { disabled: Some(false), ..AccountChange::default() };
            let account = update(settings, &name, change).await?;
            say(format_args!(
                "{} can sign in again; tokens that were not revoked are good again",
                account.name
            ))?;
        }
        AccountCommand::SetPassword { name, password: args } => {
            let blog = open_existing(settings).await?;
            let changed = async {
                let reader = blog.reader(Viewer::Operator);
                let id = named(&reader, &name).await?.id;
                done(reader.set_account_password(id, &password(&args).await?).await)
            };
            let changed = closing(&blog, changed).await?;
            say(format_args!("{} has another password, and is signed out everywhere", changed.name))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn create(settings: &Settings, args: CreateAccountArgs) -> Result<()> {
    // Before anything is opened: a blog that is not there yet is made here, but not by a slip of the finger.
    let password = if args.no_password { None } else { Some(password(&args.password).await?) };
    let slug =
        |text: &str| Slug::from_title(text).with_context(|| format!("{text:?} is no slug of an author"));
    let author = args.author.as_deref().map(slug).transpose()?;
    let new = NewAccount {
        name: args.name,
        display_name: args.display_name,
        email: args.email,
        role: args.role,
        password,
        author,
    };
    let blog = open(settings).await?;
    let created = async { done(blog.reader(Viewer::Operator).create_account(new).await) };
    let account = closing(&blog, created).await?;
    say(format_args!("made {}, {}", account.name, with_article(account.role.as_str())))
}

async fn list(reader: &Reader) -> Result<()> {
    let mut after: Option<String> = None;
    loop {
        let part = reader.accounts(after.as_deref(), PAGE).await?;
        let ids: Vec<AccountId> = part.items.iter().map(|account| account.id).collect();
        let authors = reader.authors_of_accounts(&ids).await?;
        if part.items.is_empty() && after.is_none() {
            return say("there are no accounts; make one with `inkstand account create NAME --role owner`");
        }
        for account in &part.items {
            let state = if account.is_active() { "" } else { "  disabled" };
            let author = authors.get(&account.id).map(|author| format!("  writes as {}", author.slug));
            say(format_args!(
                "{:<20} {:<11} {}{}{state}",
                account.name,
                account.role.as_str(),
                account.display_name,
                author.unwrap_or_default()
            ))?;
        }
        after = part.items.last().map(|account| account.name.clone()).filter(|_| part.has_next);
        if after.is_none() {
            return Ok(());
        }
    }
}

async fn update(settings: &Settings, name: &str, change: AccountChange) -> Result<Account> {
    let blog = open_existing(settings).await?;
    let updated = async {
        let reader = blog.reader(Viewer::Operator);
        let id = named(&reader, name).await?.id;
        done(reader.update_account(id, change).await)
    };
    closing(&blog, updated).await
}

/// The account of that name.
pub(crate) async fn named(reader: &Reader, name: &str) -> Result<Account> {
    let account = reader.account_by_name(name).await?;
    account.ok_or_else(|| {
        anyhow!("there is no account {name:?}; `inkstand account list` prints those there are")
    })
}

fn with_article(role: &str) -> String {
    let article = if role.starts_with(['a', 'e', 'o']) { "an" } else { "a" };
    format!("{article} {role}")
}
