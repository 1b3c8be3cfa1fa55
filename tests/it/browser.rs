//! In a real browser: headless Chromium, driven through its own driver.

mod graphiql;
mod session;
