//! Accounts for a test.

use inkstand_blog::{NewAccount, NewToken};
use inkstand_model::{Account, AccountId, Role, Scope, Viewer};

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
        match operator.account_by_name(name).await.expect("a database") {
            Some(account) => account,
            None => self.make_account(name, role, Some(PASSWORD)).await,
        }
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

    /// A client of a new account with that role and without a password, by a token with that scope.
    ///
    /// # Panics
    /// Where there is an account of that name.
    pub async fn member(&self, name: &str, role: Role, scope: Scope) -> Client {
        let account = self.make_account(name, role, None).await;
        self.token(account.id, scope).await
    }

    /// A client with a new token of an account.
    ///
    /// # Panics
    /// Where there is no such account.
    pub async fn token(&self, account: AccountId, scope: Scope) -> Client {
        self.client().with_token(&self.make_token(account, "test".to_owned(), scope).await)
    }

    /// The secret of a new token of that account.
    ///
    /// # Panics
    /// Where it cannot be made.
    pub async fn token_secret(&self, account: &Account, scope: Scope) -> String {
        self.make_token(account.id, format!("{} for {}", scope.as_str(), account.name), scope).await
    }

    async fn make_account(&self, name: &str, role: Role, password: Option<&str>) -> Account {
        let new = NewAccount {
            name: name.to_owned(),
            display_name: None,
            email: None,
            role,
            password: password.map(str::to_owned),
            author: None,
        };
        self.blog().reader(Viewer::Operator).create_account(new).await.expect("an account").0
    }

    async fn make_token(&self, account: AccountId, name: String, scope: Scope) -> String {
        let new = NewToken { account: Some(account), name, scopes: vec![scope], expires_at: None };
        let ((_, secret), _) = self.blog().reader(Viewer::Operator).create_token(new).await.expect("a token");
        secret.reveal()
    }
}
