//! Tokens with which programs act for accounts.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use inkstand_blog::NewToken;

use crate::{
    node_id::NodeId,
    object::{ApiToken, Scope},
    payload::{UserError, payload, user_errors},
    request::state,
    scalar::{DateTime, Seq},
};

/// Tokens with which programs act for accounts.
#[derive(Default)]
pub(crate) struct TokenMutations;

#[Object]
impl TokenMutations {
    /// Makes a token for one's own account. Send it as `Authorization: Bearer …`. With a token, only one of scope
    /// `ADMIN` makes others.
    async fn create_api_token(
        &self,
        ctx: &Context<'_>,
        input: CreateApiTokenInput,
    ) -> Result<CreateApiTokenPayload> {
        let CreateApiTokenInput { name, scopes, expires_at } = input;
        let new = NewToken {
            account: None,
            name,
            scopes: scopes.into_iter().map(Into::into).collect(),
            expires_at: expires_at.map(|at| at.0),
        };
        let outcome = state(ctx).reader.create_token(new).await;
        state(ctx).forget();
        Ok(match outcome {
            Ok(((token, secret), seq)) => CreateApiTokenPayload {
                api_token: Some(ApiToken(token)),
                secret: Some(secret.reveal()),
                seq: Some(Seq(seq)),
                user_errors: Vec::new(),
            },
            Err(error) => CreateApiTokenPayload {
                api_token: None,
                secret: None,
                seq: None,
                user_errors: user_errors(ctx, error)?,
            },
        })
    }

    /// Takes a token back: one's own, or anybody's for owners. It is good for nothing from the next request on.
    async fn revoke_api_token(
        &self,
        ctx: &Context<'_>,
        input: RevokeApiTokenInput,
    ) -> Result<ApiTokenPayload> {
        let outcome = state(ctx).reader.revoke_token(NodeId::parse_token(&input.id)?).await;
        ApiTokenPayload::of(ctx, outcome, ApiToken)
    }
}

/// A token to be made.
#[derive(InputObject)]
pub(crate) struct CreateApiTokenInput {
    /// What it is for: a name by which to know it in a list.
    name: String,
    /// What it is good for. `WRITE` is good for reading, too, and `ADMIN` for all.
    scopes: Vec<Scope>,
    /// From when on it is good for nothing. Without it, it does not expire.
    expires_at: Option<DateTime>,
}

/// A token to be taken back.
#[derive(InputObject)]
pub(crate) struct RevokeApiTokenInput {
    /// Which token.
    id: ID,
}

/// The answer to the making of a token.
#[derive(SimpleObject)]
pub(crate) struct CreateApiTokenPayload {
    /// The token; null where none was made.
    api_token: Option<ApiToken>,
    /// Its secret, `ink_pat_…`: it is shown here and never again.
    secret: Option<String>,
    /// The position in the change log at which everybody sees it. Null where nothing was written.
    seq: Option<Seq>,
    /// What was wrong with the input; empty where it was done.
    user_errors: Vec<UserError>,
}

payload! {
    /// The answer to what was done with a token.
    ApiTokenPayload {
        /// The token as it is now; null where nothing was done.
        api_token: ApiToken
    }
}
