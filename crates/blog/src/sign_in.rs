//! Signing in with a password.

use std::{net::IpAddr, time::Duration};

use inkstand_identity::{AccountName, GivenPassword, Secret, SecretKind};
use inkstand_model::{Account, Seq, SessionId, SignedIn, Via, Viewer};
use inkstand_storage::{AttemptLimit, KeptAccount, SessionRecord};
use tracing::{info, instrument};

use crate::{Reader, Refusal, RefusalCode, SESSION_LIFE, WriteError, account::target};

/// Attempts are counted within so long.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// Attempts on one name from one address.
const MOST_FROM_ONE_PLACE: u32 = 10;

/// Attempts on one name from anywhere, and from one address on any name. The former lets a crowd lock a name out for
/// a while, which is better than letting it guess on.
const MOST_IN_ALL: u32 = 100;

/// Bytes of what a browser calls itself.
const LONGEST_AGENT: usize = 200;

/// Where a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The address that attempts are counted under.
    pub address: IpAddr,
    /// What the program calls itself.
    pub user_agent: String,
}

/// Somebody who wants to sign in.
#[derive(Clone)]
pub struct SignIn {
    /// The name of an account, as typed.
    pub name: String,
    /// The password, as typed.
    pub password: String,
    /// Where they are.
    pub caller: Caller,
}

/// A session that was just begun.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Whose it is.
    pub account: Account,
    /// Who it is that has it.
    pub viewer: Viewer,
    /// What proves it from now on: it is kept nowhere.
    pub secret: Secret,
}

impl Reader {
    /// Begins a session, and ends the one that the viewer came with, if any.
    ///
    /// Whether a name is unknown, disabled or without a password cannot be told from the answer, nor from the work
    /// that it takes. Attempts are counted in the database before they are checked, so that neither many replicas nor
    /// many attempts at once give more guesses.
    ///
    /// # Errors
    /// Where name or password is wrong, there were too many attempts, or the database fails.
    #[instrument(name = "blog.sign_in", skip_all)]
    pub async fn sign_in(&self, sign_in: SignIn) -> Result<(NewSession, Seq), WriteError> {
        let SignIn { name, password, caller } = sign_in;
        let name = AccountName::typed(&name).ok();
        let attempt = Attempt::of(name.as_ref(), caller.address);
        let kept = self.check_password(name.as_ref(), &password, &attempt).await?;

        let inner = &self.blog().inner;
        let (id, now) = (SessionId::from_uuid(inner.clock.new_id()), inner.clock.now());
        let actor = signed_in(&kept.account, id).actor();
        let mut writing = inner.storage.write(actor, inner.clock.as_ref()).await?;
        // It may have been disabled, or its password changed, while this one was checked.
        let unchanged = writing
            .account(kept.account.id)
            .await?
            .filter(|now| now.account.is_active() && now.password == kept.password);
        let Some(KeptAccount { account, sessions_from, .. }) = unchanged else {
            return Err(wrong_credentials().into());
        };
        if let Viewer::Account(SignedIn { via: Via::Session(before), .. }) = self.viewer() {
            writing.end_session(*before).await?;
        }
        let secret = Secret::generate(SecretKind::Session);
        // The clock of the replica that last ended this account's sessions may be ahead of ours.
        let created_at = now.max(sessions_from);
        let session = SessionRecord {
            id,
            account: account.id,
            created_at,
            used_at: now,
            expires_at: now.plus(SESSION_LIFE),
            user_agent: printable(&caller.user_agent),
        };
        writing.insert_session(&session, secret.digest().as_bytes()).await?;
        writing.forget_attempts(&attempt.here, &[&attempt.name, &attempt.address]).await?;
        writing.audit("session.begin", Some(target(&account)), &caller.address.to_string()).await?;
        let seq = self.blog().commit_unseen(writing).await?;
        let viewer = Viewer::Account(signed_in(&account, id));
        Ok((NewSession { account, viewer, secret }, seq))
    }

    /// The active account of that name, if that is its password. Always counts an attempt and computes one hash.
    pub(crate) async fn check_password(
        &self,
        name: Option<&AccountName>,
        password: &str,
        attempt: &Attempt,
    ) -> Result<KeptAccount, WriteError> {
        let inner = &self.blog().inner;
        let mut writing = self.begin().await?;
        if let Some(wait) = writing.count_attempt(&attempt.limits(), WINDOW).await? {
            info!(attempt = attempt.here, "too many attempts to sign in");
            return Err(WriteError::TooManyAttempts(
                wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX),
            ));
        }
        self.blog().commit_unseen(writing).await?;

        let kept = match name {
            Some(name) => inner.storage.account_by_name(name.as_str()).await?,
            None => None,
        };
        let kept = kept.filter(|kept| kept.account.is_active());
        let hash = kept.as_ref().and_then(|kept| kept.password.clone());
        let right = inner.hashing.verify(hash, GivenPassword::new(password)).await?;
        kept.filter(|_| right).ok_or_else(|| wrong_credentials().into())
    }
}

/// The keys under which an attempt is counted.
pub(crate) struct Attempt {
    /// Name and address together.
    pub(crate) here: String,
    pub(crate) name: String,
    pub(crate) address: String,
}

impl Attempt {
    pub(crate) fn of(name: Option<&AccountName>, address: IpAddr) -> Self {
        // All texts that cannot be names are one: nothing that somebody mistyped here is kept.
        let name = name.map_or("?", AccountName::as_str);
        let address = place(address);
        Self {
            here: format!("sign-in {name} {address}"),
            name: format!("sign-in {name}"),
            address: format!("sign-in {address}"),
        }
    }

    fn limits(&self) -> Vec<AttemptLimit> {
        let limit = |key: &String, most| AttemptLimit { key: key.clone(), most };
        vec![
            limit(&self.here, MOST_FROM_ONE_PLACE),
            limit(&self.name, MOST_IN_ALL),
            limit(&self.address, MOST_IN_ALL),
        ]
    }
}

/// Whom an address belongs to: in IPv6, a household has a /64 for itself.
fn place(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

pub(crate) fn wrong_credentials() -> Refusal {
    let message = "name or password is wrong, or the account cannot sign in";
    Refusal::new(RefusalCode::WrongCredentials, "", message)
}

fn signed_in(account: &Account, session: SessionId) -> SignedIn {
    SignedIn {
        account: account.id,
        name: account.name.clone(),
        role: account.role,
        via: Via::Session(session),
    }
}

fn printable(agent: &str) -> String {
    let agent: String = agent.chars().filter(|c| !c.is_control()).collect();
    agent[..agent.floor_char_boundary(LONGEST_AGENT)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_counts_as_whoever_has_it() {
        for (address, counted) in [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
            ("::1", "0:0:0:0::/64"),
        ] {
            assert_eq!(place(address.parse().unwrap()), counted);
        }
    }

    #[test]
    fn what_a_browser_calls_itself_is_cut() {
        assert_eq!(printable("curl/8\n\0"), "curl/8");
        assert_eq!(printable(&"é".repeat(500)).len(), LONGEST_AGENT);
    }
}
