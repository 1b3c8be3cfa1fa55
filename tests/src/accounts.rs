//! Accounts for a test, each made when it first needs one.

use inkstand_blog::NewAccount;
use inkstand_model::{Account, Role, Viewer};

use crate::{Client, TestBlog};

/// The password of every account that [`TestBlog::account`] makes.
pub const PASSWORD: &str = "a notebook is a log";

impl TestBlog {
    /// The account of that name, made with that role where there is none.
    ///
    /// # Panics
    /// Where it cannot be made.
    pub async fn account(&self, name: &str, role: Role) -> Account {
        let operator = self.blog().reader(Viewer::Operator);
        if let Some(account) = operator.account_by_name(name).await.expect("a database") {
            return account;
        }
        let new = NewAccount {
            name: name.to_owned(),
            display_name: None,
            email: None,
            role,
            password: Some(PASSWORD.to_owned()),
            author: None,
        };
        operator.create_account(new).await.expect("an account").0
    }

    /// A client by a session of the account of that name, made with that role where there is none.
    ///
    /// # Panics
    /// Where it is not let in.
    pub async fn signed_in(&self, name: &str, role: Role) -> Client {
        let account = self.account(name, role).await;
        let cookie = self.client().sign_in(&account.name, PASSWORD).await;
        self.client().with_cookie(&cookie)
    }

    /// The secret of a new token of that account.
    ///
    /// # Panics
    /// Where it cannot be made.
    pub async fn token_secret(&self, account: &Account, scope: inkstand_model::Scope) -> String {
        let new = inkstand_blog::NewToken {
            account: Some(account.id),
            name: format!("{} for {}", scope.as_str(), account.name),
            scopes: vec![scope],
            expires_at: None,
        };
        let ((_, secret), _) = self.blog().reader(Viewer::Operator).create_token(new).await.expect("a token");
        secret.reveal()
    }
}
