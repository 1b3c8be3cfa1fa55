//! A page of numbers, in the order in which they are added.

use std::fmt;

use inkstand_figures::Distribution;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet, prometheus_text},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
    registry::Registry,
};

/// Labels of a number.
pub(super) type Labels = Vec<(&'static str, String)>;

/// By how much nanoseconds have to be divided to be seconds.
pub(super) const NANOSECONDS: f64 = 1e9;

/// The page.
#[derive(Debug, Default)]
pub(super) struct Page(Vec<Family>);

#[derive(Debug)]
struct Family {
    name: &'static str,
    help: &'static str,
    values: Values,
}

#[derive(Debug)]
enum Values {
    Counters(Vec<(Labels, f64)>),
    Gauges(Vec<(Labels, f64)>),
    Histograms(Vec<(Labels, Distribution)>, f64),
}

/// No labels.
pub(super) const NONE: Labels = Vec::new();

/// One label.
pub(super) fn label(name: &'static str, value: impl Into<String>) -> Labels {
    vec![(name, value.into())]
}

impl Page {
    /// What only grows; the format adds `_total` to the name.
    pub(super) fn counters(
        &mut self,
        name: &'static str,
        help: &'static str,
        counts: impl IntoIterator<Item = (Labels, u64)>,
    ) {
        let counts = counts.into_iter().map(|(labels, count)| (labels, count as f64));
        self.0.push(Family { name, help, values: Values::Counters(counts.collect()) });
    }

    /// The same of what is no whole number.
    pub(super) fn counter(&mut self, name: &'static str, help: &'static str, count: f64) {
        self.0.push(Family { name, help, values: Values::Counters(vec![(NONE, count)]) });
    }

    /// What there is now.
    pub(super) fn gauges(
        &mut self,
        name: &'static str,
        help: &'static str,
        values: impl IntoIterator<Item = (Labels, f64)>,
    ) {
        self.0.push(Family { name, help, values: Values::Gauges(values.into_iter().collect()) });
    }

    /// The same of one thing.
    pub(super) fn gauge(&mut self, name: &'static str, help: &'static str, value: f64) {
        self.gauges(name, help, [(NONE, value)]);
    }

    /// How large things were, in units of which the one that is told is `unit`.
    pub(super) fn histograms(
        &mut self,
        name: &'static str,
        help: &'static str,
        unit: f64,
        values: impl IntoIterator<Item = (Labels, Distribution)>,
    ) {
        self.0.push(Family { name, help, values: Values::Histograms(values.into_iter().collect(), unit) });
    }

    /// As Prometheus reads it.
    pub(super) fn text(self) -> String {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(self));
        let mut text = String::with_capacity(64 * 1024);
        // Writing into a text does not fail.
        let _ = prometheus_text::encode(&mut text, &registry);
        text
    }
}

impl Collector for Page {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for Family { name, help, values } in &self.0 {
            match values {
                Values::Counters(counts) => {
                    let mut encoder = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
                    for (labels, count) in counts {
                        ConstCounter::new(*count).encode(encoder.encode_family(labels)?)?;
                    }
                }
                Values::Gauges(values) => {
                    let mut encoder = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
                    for (labels, value) in values {
                        ConstGauge::new(*value).encode(encoder.encode_family(labels)?)?;
                    }
                }
                Values::Histograms(values, unit) => {
                    let mut encoder = encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
                    for (labels, counted) in values {
                        let bounds = counted.bounds.iter().map(|bound| *bound as f64 / unit);
                        let classes: Vec<(f64, u64)> =
                            bounds.chain([f64::INFINITY]).zip(counted.counts.iter().copied()).collect();
                        encoder.encode_family(labels)?.encode_histogram::<NoLabelSet>(
                            counted.sum as f64 / unit,
                            counted.count(),
                            &classes,
                            None,
                        )?;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use inkstand_figures::Histogram;

    use super::*;

    #[test]
    fn a_page_reads_as_prometheus_wants_it() {
        let histogram = Histogram::of(&[1_000_000, 2_000_000_000]);
        histogram.record(1_000_000);
        histogram.record(3_000_000_000);
        let mut page = Page::default();
        page.counters("asked", "What was asked.", [(label("by", "a\"b\\c\n"), 3)]);
        page.gauge("left", "What is left.", 1.5);
        page.histograms(
            "took_seconds",
            "How long it took.",
            NANOSECONDS,
            [(label("of", "x"), histogram.distribution())],
        );
        assert_eq!(
            page.text(),
            "# HELP asked_total What was asked.\n# TYPE asked_total counter\nasked_total{by=\"a\\\"b\\\\c\\n\"} 3.0\n\
             # HELP left What is left.\n# TYPE left gauge\nleft 1.5\n\
             # HELP took_seconds How long it took.\n# TYPE took_seconds histogram\n\
             took_seconds_bucket{of=\"x\",le=\"0.001\"} 1\ntook_seconds_bucket{of=\"x\",le=\"2\"} 1\n\
             took_seconds_bucket{of=\"x\",le=\"+Inf\"} 2\ntook_seconds_sum{of=\"x\"} 3.001\ntook_seconds_count{of=\"x\"} 2\n"
        );
    }
}
