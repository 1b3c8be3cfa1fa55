//! In a real browser: headless Chromium, driven through its own driver.

mod graphiql;
pub(crate) mod session;
