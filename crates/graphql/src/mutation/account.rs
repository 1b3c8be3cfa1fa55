//! Signing in and out, and accounts.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use inkstand_blog::{AccountChange, NewAccount, SetUp, SignIn};

use crate::{
    code,
    error::refusal,
    node_id::NodeId,
    object::{Account, Role},
    payload::payload,
    request::{SessionChange, state},
    scalar::Slug,
};

/// Signing in and out, and accounts.
#[derive(Default)]
pub(crate) struct AccountMutations;

#[Object]
impl AccountMutations {
    /// Signs in with name and password: the answer sets a cookie, which says from the next request on who asks. It
    /// lasts until thirty days after its last use. After ten wrong passwords for a name from one address, or a hundred
    /// from all together, the next attempt has to wait for up to a quarter of an hour. Programs use tokens instead.
    async fn sign_in(&self, ctx: &Context<'_>, input: SignInInput) -> Result<AccountPayload> {
        let state = state(ctx);
        if !state.can_begin_session() {
            let message = "sign in by POST to /graphql: a socket cannot set the cookie";
            return Err(refusal(code::BAD_REQUEST, message));
        }
        let SignInInput { name, password } = input;
        let sign_in = SignIn { name, password, caller: state.caller.clone() };
        let outcome = state.reader.sign_in(sign_in).await;
        if let Ok((begun, _)) = &outcome {
            state.change_session(SessionChange::Begun(begun.secret.reveal()));
        }
        AccountPayload::of(ctx, outcome, |begun| {
            Account::seen_by(state.reader.with_viewer(begun.viewer), begun.account)
        })
    }

    /// Ends the session with which one has signed in, and takes its cookie away.
    async fn sign_out(&self, ctx: &Context<'_>) -> Result<AccountPayload> {
        let outcome = state(ctx).reader.sign_out().await;
        if outcome.is_ok() {
            state(ctx).change_session(SessionChange::Ended);
        }
        AccountPayload::of(ctx, outcome, Account::from)
    }

    /// Ends every session of the account, this one too. Its tokens stay good.
    async fn sign_out_everywhere(&self, ctx: &Context<'_>) -> Result<AccountPayload> {
        let outcome = state(ctx).reader.sign_out_everywhere().await;
        if outcome.is_ok() {
            state(ctx).change_session(SessionChange::Ended);
        }
        AccountPayload::of(ctx, outcome, Account::from)
    }

    /// Makes the first owner, by the token that the server says when it starts and there is none. Sign in afterwards.
    async fn redeem_setup_token(
        &self,
        ctx: &Context<'_>,
        input: RedeemSetupTokenInput,
    ) -> Result<AccountPayload> {
        let RedeemSetupTokenInput { token, name, password, display_name } = input;
        let set_up = SetUp { token, name, password, display_name };
        let outcome = state(ctx).reader.redeem_setup_token(set_up).await;
        AccountPayload::of(ctx, outcome, Account::from)
    }

    /// Changes one's own password, and ends all one's other sessions. Tokens stay good.
    async fn change_password(&self, ctx: &Context<'_>, input: ChangePasswordInput) -> Result<AccountPayload> {
        let ChangePasswordInput { current_password, new_password } = input;
        let state = state(ctx);
        let outcome = state.reader.change_password(&current_password, &new_password, &state.caller).await;
        AccountPayload::of(ctx, outcome, Account::from)
    }

    /// Makes an account. For owners.
    async fn create_account(&self, ctx: &Context<'_>, input: CreateAccountInput) -> Result<AccountPayload> {
        let CreateAccountInput { name, display_name, email, role, password, author } = input;
        let new = NewAccount {
            name,
            display_name,
            email,
            role: role.into(),
            password,
            author: author.map(|slug| slug.0),
        };
        let outcome = state(ctx).reader.create_account(new).await;
        AccountPayload::of(ctx, outcome, Account::from)
    }

    /// Changes an account; what is left out stays. For owners; everybody may change `displayName` and `email` of their
    /// own. What is taken away is gone with the account's next request.
    async fn update_account(&self, ctx: &Context<'_>, input: UpdateAccountInput) -> Result<AccountPayload> {
        let UpdateAccountInput { id, name, display_name, email, role, disabled, author } = input;
        let change = AccountChange {
            name,
            display_name,
            email: email.into(),
            role: role.map(Into::into),
            disabled,
            author: author.map_value(|slug| slug.0).into(),
        };
        let outcome = state(ctx).reader.update_account(NodeId::parse_account(&id)?, change).await;
        AccountPayload::of(ctx, outcome, Account::from)
    }

    /// Sets somebody else's password, and ends their sessions. For owners.
    async fn set_account_password(
        &self,
        ctx: &Context<'_>,
        input: SetAccountPasswordInput,
    ) -> Result<AccountPayload> {
        let id = NodeId::parse_account(&input.id)?;
        let outcome = state(ctx).reader.set_account_password(id, &input.password).await;
        AccountPayload::of(ctx, outcome, Account::from)
    }
}

/// Name and password.
#[derive(InputObject)]
pub(crate) struct SignInInput {
    /// The name of an account.
    name: String,
    /// Its password.
    #[graphql(secret)]
    password: String,
}

/// Who becomes the first owner.
#[derive(InputObject)]
pub(crate) struct RedeemSetupTokenInput {
    /// What the server said when it started: `ink_setup_…`. It is good once, for a day.
    #[graphql(secret)]
    token: String,
    /// What they want to sign in with: 2 to 40 lower-case letters from a to z, digits, and `.`, `-`, `_` between them.
    name: String,
    /// At least 12 characters.
    #[graphql(secret)]
    password: String,
    /// What others see; the name, if left out.
    display_name: Option<String>,
}

/// A password and the one that takes its place.
#[derive(InputObject)]
pub(crate) struct ChangePasswordInput {
    /// The password until now.
    #[graphql(secret)]
    current_password: String,
    /// The password from now on, at least 12 characters.
    #[graphql(secret)]
    new_password: String,
}

/// An account to be made.
#[derive(InputObject)]
pub(crate) struct CreateAccountInput {
    /// What it signs in with: 2 to 40 lower-case letters from a to z, digits, and `.`, `-`, `_` between them.
    name: String,
    /// What others see; the name, if left out.
    display_name: Option<String>,
    /// Where it can be reached.
    email: Option<String>,
    /// What it may do.
    role: Role,
    /// At least 12 characters. Without one, it can act by tokens only, until `setAccountPassword` gives it one.
    #[graphql(secret)]
    password: Option<String>,
    /// The slug of the author as whom it writes. Without one, an author is made when it first needs one.
    author: Option<Slug>,
}

/// What is to be changed of an account.
#[derive(InputObject)]
pub(crate) struct UpdateAccountInput {
    /// Which account.
    id: ID,
    /// What it signs in with.
    name: Option<String>,
    /// What others see.
    display_name: Option<String>,
    /// Where it can be reached; null for nowhere.
    email: MaybeUndefined<String>,
    /// What it may do. The last owner who can sign in stays one.
    role: Option<Role>,
    /// Whether it can sign in. Its sessions end where it cannot, and its tokens are good for nothing meanwhile.
    disabled: Option<bool>,
    /// The slug of the author as whom it writes; null for none.
    author: MaybeUndefined<Slug>,
}

/// A password for somebody else.
#[derive(InputObject)]
pub(crate) struct SetAccountPasswordInput {
    /// Which account.
    id: ID,
    /// At least 12 characters.
    #[graphql(secret)]
    password: String,
}

payload! {
    /// The answer to what was done with an account.
    AccountPayload {
        /// The account as it is now; null where nothing was done.
        account: Account
    }
}
