//! The log.

use std::{error::Error, fmt, io::IsTerminal};

use serde_json::{Map, Value};
use thiserror::Error;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
};
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    field::MakeExt,
    fmt::{
        FmtContext, FormatEvent, FormatFields, FormattedFields, MakeWriter,
        format::{JsonFields, Writer},
        time::{FormatTime, SystemTime},
    },
    layer::SubscriberExt,
    registry::LookupSpan,
    util::{SubscriberInitExt, TryInitError},
};

use crate::{Traces, log_count::Counting};

/// What libraries say that we say ourselves, unless the level names them.
const QUIET: &str = "sea_orm_migration=warn,sqlx::postgres::notice=warn,";

/// The span of a request (`http::request_log`).
const REQUEST: &str = "http.request";

/// What can be wrong with a log.
#[derive(Debug, Error)]
pub enum LogError {
    /// Nothing can be told by that.
    #[error(transparent)]
    Level(#[from] BadLevel),
    /// This process has a log already.
    #[error("cannot start the log: {0}")]
    Started(#[from] TryInitError),
}

/// A level that is none.
#[derive(Debug, Error)]
pub enum BadLevel {
    /// A word that is no level.
    #[error("{0:?} is no log level; {EXAMPLES}")]
    Word(String),
    /// Directives that cannot be read.
    #[error("the log level {level:?} cannot be read: {why}; {EXAMPLES}")]
    Directives {
        /// What was given.
        level: String,
        /// What is wrong with it.
        why: String,
    },
}

const EXAMPLES: &str = "take error, warn, info, debug, trace, or directives such as info,inkstand_http=debug";

/// Installs the subscriber of this process; the log goes to standard error, for `human` eyes or as JSON, and spans to
/// `traces`, if there are any, whatever the level of the log.
///
/// # Errors
/// Where the level is none, or this process has a log already.
pub fn start(human: bool, level: &str, traces: Option<&Traces>) -> Result<(), LogError> {
    let filter = filter(level)?;
    let lines = if human {
        let ansi = std::io::stderr().is_terminal();
        // The library would tell of a line that cannot be written by `eprintln!`, which panics where standard error is
        // what cannot be written: on a full disk, whoever logs would be broken off.
        let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).log_internal_errors(false);
        lines.fmt_fields(people_fields()).with_ansi(ansi).with_target(false).compact().boxed()
    } else {
        json(std::io::stderr).boxed()
    };
    let registry = Registry::default();
    match traces {
        // Spans that the log does not want are not even made.
        None => registry.with(lines).with(Counting).with(filter).try_init()?,
        Some(traces) => {
            registry.with(lines.and_then(Counting).with_filter(filter)).with(traces.layer()).try_init()?;
        }
    }
    Ok(())
}

/// Fields for people, without those that are for collectors alone.
fn people_fields() -> impl for<'w> FormatFields<'w> + Send + Sync + 'static {
    tracing_subscriber::fmt::format::debug_fn(|writer, field, value| match field.name() {
        "message" => write!(writer, "{value:?}"),
        name if is_for_collectors(name) => Ok(()),
        name => write!(writer, "{name}={value:?}"),
    })
    .delimited(" ")
}

/// What OpenTelemetry is told by the names of fields: readers of a log have it otherwise, or not at all.
fn is_for_collectors(name: &str) -> bool {
    name.starts_with("otel.") || name.starts_with("http.")
}

fn filter(level: &str) -> Result<EnvFilter, BadLevel> {
    for directive in level.split(',').map(str::trim) {
        // The library takes a lone word for the name of a crate, and a misspelt level would silence the log.
        let is_level = !directive.is_empty() && directive.parse::<LevelFilter>().is_ok();
        if !is_level && !directive.contains('=') {
            return Err(BadLevel::Word(directive.to_owned()));
        }
    }
    EnvFilter::try_new(format!("{QUIET}{level}"))
        .map_err(|error| BadLevel::Directives { level: level.to_owned(), why: error.to_string() })
}

fn json<S, W>(writer: W) -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    // As above.
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).log_internal_errors(false);
    lines.fmt_fields(JsonFields::new()).event_format(JsonLines)
}

/// One flat object a line: what the event says, and what the request is that it happened in, so that
/// `jq 'select(.request_id == "…")'` finds all of a request, however deep. The library's own JSON puts the fields of
/// spans into objects of their own, and knows an error's message only.
struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        ctx: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut timestamp = String::new();
        SystemTime.format_time(&mut Writer::new(&mut timestamp))?;
        let mut line = Map::new();
        line.insert("timestamp".to_owned(), timestamp.into());
        line.insert("level".to_owned(), event.metadata().level().as_str().into());
        line.insert("target".to_owned(), event.metadata().target().into());
        event.record(&mut Fields(&mut line));
        let mut inner = None;
        for span in ctx.event_scope().into_iter().flatten() {
            let fields = span.extensions().get::<FormattedFields<N>>().map(|fields| fields.fields.clone());
            let mut fields: Map<String, Value> =
                fields.and_then(|fields| serde_json::from_str(&fields).ok()).unwrap_or_default();
            fields.retain(|name, _| !is_for_collectors(name));
            if span.name() == REQUEST {
                for (name, value) in fields {
                    line.entry(name).or_insert(value);
                }
            } else if inner.is_none() {
                let mut named = Map::from_iter([("name".to_owned(), span.name().into())]);
                named.extend(fields);
                inner = Some(named);
            }
        }
        if let Some(inner) = inner {
            line.entry("span").or_insert(inner.into());
        }
        writeln!(writer, "{}", Value::Object(line))
    }
}

struct Fields<'a>(&'a mut Map<String, Value>);

impl Fields<'_> {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    /// With all its causes: a message alone does not repeat them.
    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let causes = std::iter::successors(Some(value), |error| (*error).source());
        self.put(field, causes.map(ToString::to_string).collect::<Vec<_>>().join(": "));
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex},
    };

    use anyhow::Context;
    use tracing::{debug_span, error, error_span, field};

    use super::*;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(level: &str, work: impl FnOnce()) -> Vec<Value> {
        let captured = Captured::default();
        let writer = captured.clone();
        let lines = json(move || writer.clone());
        let subscriber = Registry::default().with(lines).with(filter(level).unwrap());
        tracing::subscriber::with_default(subscriber, work);
        let bytes = captured.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn every_line_of_a_request_carries_its_id_and_operation() {
        for level in ["error", "debug"] {
            let lines = logged(level, || {
                let request = error_span!("http.request", request_id = "r1", operation = field::Empty);
                let _request = request.enter();
                request.record("operation", "FrontPage");
                error!("outside");
                let _inner = debug_span!("db.entry.list", limit = 11).entered();
                let fault = Err::<(), _>(io::Error::other("disk full")).context("the database failed");
                let fault = fault.unwrap_err();
                error!(status = 500, fault = fault.as_ref() as &dyn Error, "inside");
            });
            assert_eq!(lines.len(), 2);
            for line in &lines {
                assert_eq!((&line["request_id"], &line["operation"]), (&"r1".into(), &"FrontPage".into()));
            }
            let inside = &lines[1];
            assert_eq!((&inside["message"], &inside["status"]), (&"inside".into(), &500.into()));
            assert_eq!(inside["fault"], "the database failed: disk full");
            if level == "debug" {
                assert_eq!(inside["span"], serde_json::json!({ "name": "db.entry.list", "limit": 11 }));
            }
        }
    }

    #[test]
    fn a_misspelt_level_is_refused() {
        for good in
            ["info", "WARN", "off", "info,inkstand_http=debug", "sqlx=debug, warn", "[db.commit]=trace"]
        {
            assert!(filter(good).is_ok(), "{good}");
        }
        for bad in ["inof", "", "info,inkstand_http", "inkstand_http=inof", "info,"] {
            assert!(filter(bad).is_err(), "{bad}");
        }
    }
}
