//! `inkstand token`.

use std::{io::IsTerminal, process::ExitCode, time::Duration};

use anyhow::{Context, Result};
use inkstand_blog::{NewToken, Reader};
use inkstand_model::{AccountId, ApiToken, Clock, Instant, TokenId, Viewer};
use uuid::Uuid;

use super::{account::named, closing, done, open_existing};
use crate::{
    Settings, SystemClock,
    cli::{CreateTokenArgs, TokenCommand},
    say::say,
};

/// Tokens that are read at once.
const PAGE: u32 = 500;

/// A day has so many seconds.
const DAY: u64 = 24 * 60 * 60;

/// Makes, lists or revokes tokens.
pub(crate) async fn token(settings: &Settings, command: TokenCommand) -> Result<ExitCode> {
    let blog = open_existing(settings).await?;
    let reader = blog.reader(Viewer::Operator);
    let work = async {
        match command {
            TokenCommand::Create(args) => create(&reader, args).await,
            TokenCommand::List { account } => list(&reader, account.as_deref()).await,
            TokenCommand::Revoke { id } => {
                let token = done(reader.revoke_token(parse_id(&id)?).await)?;
                say(format_args!("the token {:?} is good for nothing any more", token.name))
            }
        }
    };
    closing(&blog, work).await?;
    Ok(ExitCode::SUCCESS)
}

async fn create(reader: &Reader, args: CreateTokenArgs) -> Result<()> {
    let account = named(reader, &args.account).await?;
    let life = Duration::from_secs(u64::from(args.days) * DAY);
    let new = NewToken {
        account: Some(account.id),
        name: args.name,
        scopes: vec![args.scope],
        expires_at: (!args.no_expiry).then(|| SystemClock.now().plus(life)),
    };
    let (_, secret) = done(reader.create_token(new).await)?;
    // Alone on its line, so that a script can take it; a person is told more.
    say(secret.reveal())?;
    if std::io::stdout().is_terminal() {
        say(format_args!(
            "acts for {}; it is shown this once: keep it where only the program can read it",
            account.name
        ))?;
    }
    Ok(())
}

async fn list(reader: &Reader, account: Option<&str>) -> Result<()> {
    let now = SystemClock.now();
    let mut nothing = true;
    if let Some(name) = account {
        let id = named(reader, name).await?.id;
        let tokens = reader.tokens_of_accounts(&[id]).await?.remove(&id).unwrap_or_default();
        for token in &tokens {
            nothing = false;
            say(line(token, name, now))?;
        }
    } else {
        let mut after: Option<(Instant, TokenId)> = None;
        loop {
            let part = reader.api_tokens(after, PAGE).await?;
            let ids: Vec<AccountId> = part.items.iter().map(|token| token.account).collect();
            let accounts = reader.accounts_by_ids(&ids).await?;
            for token in &part.items {
                nothing = false;
                say(line(token, accounts.get(&token.account).map_or("?", |it| it.name.as_str()), now))?;
            }
            after = part.items.last().map(|it| (it.created_at, it.id)).filter(|_| part.has_next);
            if after.is_none() {
                break;
            }
        }
    }
    if nothing {
        say("there are no tokens; make one with `inkstand token create ACCOUNT NAME --scope read`")?;
    }
    Ok(())
}

fn line(token: &ApiToken, account: &str, now: Instant) -> String {
    let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
    let used = token.used_at.map_or("never used".to_owned(), |at| format!("used {at}"));
    let state = match (token.revoked_at, token.expires_at) {
        (Some(at), _) => format!("revoked {at}"),
        (None, Some(at)) if token.is_live(now) => format!("until {at}"),
        (None, Some(at)) => format!("expired {at}"),
        (None, None) => "does not expire".to_owned(),
    };
    format!("token_{}  {account:<20} {:<6} {state}  {used}  {}", token.id, scopes.join("+"), token.name)
}

fn parse_id(text: &str) -> Result<TokenId> {
    let hex = text.strip_prefix("token_").unwrap_or(text);
    let id = Uuid::try_parse(hex).ok().filter(|_| hex.len() == 32);
    let id = id.with_context(|| {
        format!("{text:?} is no id of a token; `inkstand token list` prints them, such as token_0199…")
    })?;
    Ok(TokenId::from_uuid(id))
}
