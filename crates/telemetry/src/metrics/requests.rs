//! What is asked, and how it is answered.

use super::{
    Sources,
    page::{NANOSECONDS, Page, label},
};

pub(super) fn add(page: &mut Page, sources: &Sources) {
    let operations: Vec<_> = sources.requests.operations().collect();
    page.counters(
        "inkstand_requests",
        "GraphQL requests by HTTP, by operation and outcome",
        operations.iter().flat_map(|operation| {
            operation.verdicts.iter().map(|(verdict, count)| {
                let labels =
                    vec![("operation", operation.name.to_owned()), ("outcome", verdict.as_str().to_owned())];
                (labels, *count)
            })
        }),
    );
    page.histograms(
        "inkstand_request_duration_seconds",
        "Time from the head of a request to its answer, of those that were not answered with a kept one",
        NANOSECONDS,
        operations.iter().map(|operation| (label("operation", operation.name), operation.took.clone())),
    );
    page.histograms(
        "inkstand_request_cost",
        "Cost of requests in units of the query budget, of those that were not answered with a kept one",
        1.0,
        operations.iter().map(|operation| (label("operation", operation.name), operation.costs.clone())),
    );
    page.counters(
        "inkstand_http_responses",
        "Responses by what was asked for and by class of status",
        sources.requests.responses().map(|(route, class, count)| {
            (vec![("route", route.to_owned()), ("code", class.to_owned())], count)
        }),
    );
    page.gauge(
        "inkstand_requests_running",
        "Requests that are being answered now",
        sources.requests.running() as f64,
    );
}
