//! A browser for one test.

use std::{path::Path, process::Stdio};

use fantoccini::{Client, ClientBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// A headless Chromium with a profile of its own, gone when this is dropped.
pub(crate) struct Session {
    /// The WebDriver client.
    pub(crate) client: Client,
    driver_url: String,
    _driver: Child,
    _profile: TempDir,
}

impl Session {
    /// Starts driver and browser.
    pub(crate) async fn start() -> Self {
        Self::start_as(&[], json!({})).await
    }

    /// The same, where pages run no scripts.
    pub(crate) async fn without_scripts() -> Self {
        Self::start_as(&[], json!({ "profile.managed_default_content_settings.javascript": 2 })).await
    }

    /// The same for a reader who likes it dark.
    pub(crate) async fn in_the_dark() -> Self {
        Self::start_as(&["--blink-settings=preferredColorScheme=0"], json!({})).await
    }

    async fn start_as(arguments: &[&str], preferences: Value) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("chromedriver (Debian's package chromium-driver; `bash .ci/test` installs it)");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines.next_line().await.unwrap().expect("chromedriver says its port");
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        // Nobody reads on, and a full pipe would stop the driver.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let driver_url = format!("http://127.0.0.1:{port}");
        let profile = tempfile::tempdir().unwrap();
        let client = ClientBuilder::new(hyper_connector())
            .capabilities(capabilities(profile.path(), arguments, preferences))
            .connect(&driver_url)
            .await
            .expect("a browser");
        Self { client, driver_url, _driver: driver, _profile: profile }
    }

    /// What the page wrote to the console as errors.
    pub(crate) async fn console_errors(&self) -> Vec<String> {
        let session = self.client.session_id().await.unwrap().expect("a session");
        let entries: Value = reqwest::Client::new()
            .post(format!("{}/session/{session}/se/log", self.driver_url))
            .json(&json!({ "type": "browser" }))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let entries = entries["value"].as_array().expect("a list").clone();
        let errors = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        errors.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

fn hyper_connector() -> hyper_util::client::legacy::connect::HttpConnector {
    hyper_util::client::legacy::connect::HttpConnector::new()
}

fn capabilities(profile: &Path, arguments: &[&str], preferences: Value) -> serde_json::Map<String, Value> {
    let binary = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .into_iter()
        .find(|path| Path::new(path).exists())
        .expect("Chromium (Debian's package chromium; `bash .ci/test` installs it)");
    let mut capabilities = json!({
        "goog:chromeOptions": {
            "binary": binary,
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--window-size=1280,900",
                format!("--user-data-dir={}", profile.display()),
            ],
            "prefs": preferences,
        },
        "goog:loggingPrefs": { "browser": "ALL" },
    });
    let all = capabilities["goog:chromeOptions"]["args"].as_array_mut().unwrap();
    all.extend(arguments.iter().map(|argument| json!(argument)));
    capabilities.as_object().unwrap().clone()
}
