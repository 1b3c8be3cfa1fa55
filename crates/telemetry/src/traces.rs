//! Traces: what this process does, told to an OTLP collector span by span, as protobuf over HTTP.
//!
//! Whether a trace is kept is decided by its id, so that all servers of one ratio decide alike. A caller may say that its
//! trace is not kept; nobody can have more kept than the ratio says.

use std::{collections::HashMap, sync::OnceLock, time::Duration};

use inkstand_outgoing::{InvalidOutgoingUrl, NoClient, OutgoingUrl, Reach};
use opentelemetry::{
    KeyValue,
    propagation::{Extractor, TextMapPropagator},
    trace::{SpanContext, TraceContextExt, TracerProvider},
};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{ParentBasedSampler, Sampler, SdkTracerProvider},
};
use thiserror::Error;
use tokio::runtime::Handle;
use tracing::{Level, Metadata, Span, Subscriber, warn};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{filter::filter_fn, layer::Layer, registry::LookupSpan};

use crate::collector::Collector;

/// Where a collector takes spans, below its own address.
const PATH: &str = "/v1/traces";

/// What waits to be sent when the process ends gets so long.
const LAST: Duration = Duration::from_secs(3);

/// The spans of this process on their way to a collector.
#[derive(Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
}

/// Why no traces can be told.
#[derive(Debug, Error)]
pub enum NoTraces {
    /// The collector's address is none.
    #[error(
        "the OTLP endpoint cannot be used: {0}; name one such as http://127.0.0.1:4318 with --otlp-endpoint"
    )]
    Endpoint(#[source] InvalidOutgoingUrl),
    /// Requests cannot be sent.
    #[error(transparent)]
    Client(#[from] NoClient),
    /// The exporter does not like its settings, some of which are of the environment.
    #[error("traces cannot be told: {0}; look at the variables OTEL_EXPORTER_OTLP_… of the environment")]
    Exporter(#[from] ExporterBuildError),
}

impl Traces {
    /// Tells the collector at `endpoint` that part of all traces, from 0 to 1. Requests run on `runtime`.
    ///
    /// # Errors
    /// Where that cannot be done.
    pub fn start(endpoint: &str, ratio: f64, runtime: &Handle) -> Result<Self, NoTraces> {
        let whole = format!("{}{PATH}", endpoint.trim_end_matches('/').trim_end_matches(PATH));
        // Not the endpoint itself, which may hold a password.
        let url = OutgoingUrl::parse(&whole, Reach::Anywhere).map_err(NoTraces::Endpoint)?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::at(url, runtime.clone())?)
            .with_endpoint(whole)
            .build()?;
        let part = || Sampler::TraceIdRatioBased(ratio);
        let sampler = ParentBasedSampler::new(part()).with_remote_parent_sampled(part());
        let resource = Resource::builder()
            .with_service_name("inkstand")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(sampler)
            .with_resource(resource)
            .build();
        Ok(Self { provider })
    }

    /// What has spans told.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        let layer = tracing_opentelemetry::layer().with_tracer(self.provider.tracer("inkstand"));
        let layer = layer.with_location(false).with_threads(false).with_target(false);
        layer.with_filter(filter_fn(is_told))
    }

    /// Sends what waits, for a moment at most. Not to be called on a thread of the runtime, which it needs.
    pub fn end(self) {
        if let Err(fault) = self.provider.shutdown_with_timeout(LAST) {
            warn!(%fault, "the last traces are lost");
        }
    }
}

/// Our own spans, and what went wrong in them.
fn is_told(metadata: &Metadata<'_>) -> bool {
    let least = if metadata.is_span() { Level::DEBUG } else { Level::WARN };
    metadata.target().starts_with("inkstand") && *metadata.level() <= least
}

/// Has `span` go on the trace of whoever sent a request with these headers (W3C Trace Context), where this process tells
/// traces; and gives the trace's id, for the log.
#[must_use]
pub fn join_trace(span: &Span, traceparent: Option<&str>, tracestate: Option<&str>) -> Option<String> {
    let caller = propagator().extract(&Headers { traceparent, tracestate });
    let sent = caller.span().span_context().clone();
    if sent.is_valid() {
        // Fails where no traces are told.
        let _ = span.set_parent(caller);
    }
    let ours = span.context().span().span_context().clone();
    [ours, sent].into_iter().find(SpanContext::is_valid).map(|context| context.trace_id().to_string())
}

/// How whoever is called now is told of the trace that calls it: names and values of headers; none where this process
/// tells no traces.
#[must_use]
pub fn trace_headers() -> Vec<(String, String)> {
    let context = Span::current().context();
    let mut headers: HashMap<String, String> = HashMap::new();
    if context.span().span_context().is_valid() {
        propagator().inject_context(&context, &mut headers);
    }
    headers.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn propagator() -> &'static TraceContextPropagator {
    static PROPAGATOR: OnceLock<TraceContextPropagator> = OnceLock::new();
    PROPAGATOR.get_or_init(TraceContextPropagator::new)
}

struct Headers<'a> {
    traceparent: Option<&'a str>,
    tracestate: Option<&'a str>,
}

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            "traceparent" => self.traceparent,
            "tracestate" => self.tracestate,
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent", "tracestate"]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trace_that_is_one_is_gone_on_with() {
        let joined = |traceparent: &str| join_trace(&Span::none(), Some(traceparent), None);
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(joined(&format!("00-{id}-00f067aa0ba902b7-01")).as_deref(), Some(id));
        assert_eq!(joined(&format!("00-{id}-00f067aa0ba902b7-00")).as_deref(), Some(id));
        for bad in ["", "00", "00-0-0-01", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "x\ny"]
        {
            assert_eq!(joined(bad), None, "{bad:?}");
        }
        assert_eq!(join_trace(&Span::none(), None, None), None);
    }

    #[test]
    fn an_endpoint_that_is_none_is_told() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for bad in ["collector:4318", "ftp://collector", "http://u:secret@collector:4318", "nonsense"] {
            let error = Traces::start(bad, 1.0, runtime.handle()).unwrap_err().to_string();
            assert!(error.contains("--otlp-endpoint") && !error.contains("secret"), "{error}");
        }
    }
}
