//! What is counted of requests: by operation and outcome, how long they took, what they cost.
//!
//! A kept answer knows which operation it answers, so that to count it is one addition and no look-up.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::http::StatusCode;
use inkstand_figures::{Counter, Distribution, Gauge, Held, Histogram};
use inkstand_graphql::{KnownOperation, OperationNames, Outcome};

/// What a query may cost in all is 100 000.
const COSTS: &[u64] = &[10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000];

/// What became of a request, for whoever watches. The first two are told from the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Answered with what was kept.
    Kept,
    /// The same, by 304: the client has it.
    Unchanged,
    /// It ran, without errors.
    Answered,
    /// It ran, and some fields are missing for reasons that the client was told.
    Partly,
    /// The client asked for what it may not have: 4xx, or a refusal in the answer.
    Refused,
    /// It is over its quota.
    OverQuota,
    /// The database was away, or nothing is written here.
    Hindered,
    /// There was no room for it.
    Overloaded,
    /// It took too long.
    TimedOut,
    /// Something failed that should not have.
    Failed,
    /// The client went away before it was answered.
    Abandoned,
}

impl Verdict {
    /// All of them, as they are numbered.
    pub const ALL: [Self; 11] = [
        Self::Kept,
        Self::Unchanged,
        Self::Answered,
        Self::Partly,
        Self::Refused,
        Self::OverQuota,
        Self::Hindered,
        Self::Overloaded,
        Self::TimedOut,
        Self::Failed,
        Self::Abandoned,
    ];

    /// In a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Unchanged => "unchanged",
            Self::Answered => "answered",
            Self::Partly => "partly",
            Self::Refused => "refused",
            Self::OverQuota => "over_quota",
            Self::Hindered => "hindered",
            Self::Overloaded => "overloaded",
            Self::TimedOut => "timed_out",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }

    fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Answered => Self::Answered,
            Outcome::Partly => Self::Partly,
            Outcome::Failed => Self::Failed,
            Outcome::Hindered(_) => Self::Hindered,
            Outcome::Refused | Outcome::NotReadOnly | Outcome::Unproven => Self::Refused,
            Outcome::OverQuota => Self::OverQuota,
        }
    }

    /// Of an answer that no gateway made.
    fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::TOO_MANY_REQUESTS => Self::OverQuota,
            StatusCode::SERVICE_UNAVAILABLE => Self::Overloaded,
            StatusCode::GATEWAY_TIMEOUT | StatusCode::REQUEST_TIMEOUT => Self::TimedOut,
            status if status.is_server_error() => Self::Failed,
            status if status.is_client_error() => Self::Refused,
            _ => Self::Answered,
        }
    }
}

/// What is known of a request when it is answered; goes along with the response to where requests are counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    operation: KnownOperation,
    verdict: Verdict,
    cost: Option<u64>,
}

impl Account {
    /// Of what the gateway made.
    pub(crate) fn of(operation: KnownOperation, outcome: Outcome, cost: u64) -> Self {
        Self { operation, verdict: Verdict::of(outcome), cost: Some(cost) }
    }

    /// Of what was refused before the gateway saw it, though by a status that says nothing of that.
    pub(crate) fn refused() -> Self {
        Self { operation: KnownOperation::default(), verdict: Verdict::Refused, cost: Some(0) }
    }

    /// Of what was kept.
    pub(crate) fn of_kept(operation: KnownOperation, status: StatusCode) -> Self {
        let verdict = if status == StatusCode::NOT_MODIFIED { Verdict::Unchanged } else { Verdict::Kept };
        Self { operation, verdict, cost: None }
    }
}

/// The requests of a server, in numbers. Cheap to clone; the clones count together.
#[derive(Clone, Debug)]
pub struct RequestFigures(Arc<Counted>);

#[derive(Debug)]
struct Counted {
    names: Vec<String>,
    operations: Vec<OfOperation>,
    running: Gauge,
    routes: [[Counter; CLASSES]; Route::ALL.len()],
}

const CLASSES: usize = 5;
const CLASS_NAMES: [&str; CLASSES] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The place of a status among the classes.
fn class_of(status: StatusCode) -> usize {
    usize::from(status.as_u16() / 100).saturating_sub(1).min(CLASSES - 1)
}

#[derive(Debug)]
struct OfOperation {
    verdicts: [Counter; Verdict::ALL.len()],
    took: Histogram,
    costs: Histogram,
}

/// What is served; pages are among the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Graphql,
    Socket,
    Schema,
    Assets,
    Health,
    Ready,
    Other,
}

impl Route {
    const ALL: [Self; 7] =
        [Self::Graphql, Self::Socket, Self::Schema, Self::Assets, Self::Health, Self::Ready, Self::Other];

    pub(crate) fn of(path: &str) -> Self {
        match path {
            crate::graphql::ADDRESS => Self::Graphql,
            "/graphql/ws" => Self::Socket,
            "/graphql/schema.graphql" => Self::Schema,
            "/healthz" => Self::Health,
            "/readyz" => Self::Ready,
            path if path.starts_with("/graphql/assets/") => Self::Assets,
            _ => Self::Other,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Graphql => crate::graphql::ADDRESS,
            Self::Socket => "/graphql/ws",
            Self::Schema => "/graphql/schema.graphql",
            Self::Assets => "/graphql/assets",
            Self::Health => "/healthz",
            Self::Ready => "/readyz",
            Self::Other => "other",
        }
    }
}

/// What was counted of one operation.
#[derive(Clone, Debug)]
pub struct OperationFigures<'a> {
    /// Its name; the first is what is none of the known ones.
    pub name: &'a str,
    /// How many requests came to what end.
    pub verdicts: Vec<(Verdict, u64)>,
    /// How long answers took that were not kept, in nanoseconds.
    pub took: Distribution,
    /// What they cost.
    pub costs: Distribution,
}

impl RequestFigures {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(operations: &OperationNames) -> Self {
        let names = operations.all().to_vec();
        let operations = names.iter().map(|_| OfOperation {
            verdicts: Default::default(),
            took: Histogram::of_time(),
            costs: Histogram::of(COSTS),
        });
        let operations = operations.collect();
        Self(Arc::new(Counted { names, operations, running: Gauge::default(), routes: Default::default() }))
    }

    /// The operations that were asked for; the rest, without a name, always.
    pub fn operations(&self) -> impl Iterator<Item = OperationFigures<'_>> {
        let all = self.0.names.iter().zip(&self.0.operations).enumerate();
        all.filter_map(|(place, (name, counted))| {
            let verdicts = Verdict::ALL.into_iter().zip(counted.verdicts.iter().map(Counter::get));
            let verdicts: Vec<_> = verdicts.collect();
            let asked = verdicts.iter().any(|(_, count)| *count > 0);
            (asked || place == 0).then(|| OperationFigures {
                name,
                verdicts,
                took: counted.took.distribution(),
                costs: counted.costs.distribution(),
            })
        })
    }

    /// Responses by what was asked for, and by the first digit of their status.
    pub fn responses(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        let kept = |verdict: Verdict| -> u64 {
            self.0.operations.iter().map(|counted| counted.verdicts[verdict as usize].get()).sum()
        };
        // Those are counted once, by their operation.
        let kept = [0, kept(Verdict::Kept), kept(Verdict::Unchanged), 0, 0];
        Route::ALL.into_iter().flat_map(move |route| {
            let counts = self.0.routes[route as usize].each_ref().map(Counter::get);
            let more = if route == Route::Graphql { kept } else { [0; CLASSES] };
            CLASS_NAMES
                .into_iter()
                .zip(counts.into_iter().zip(more))
                .map(move |(class, (count, more))| (route.as_str(), class, count + more))
        })
    }

    /// Requests that are being answered now; kept answers are too quick to be among them.
    #[must_use]
    pub fn running(&self) -> u64 {
        self.0.running.get()
    }

    /// Counts a kept answer that goes ahead of everything else.
    pub(crate) fn count_kept(&self, operation: KnownOperation, status: StatusCode) {
        self.count(Account::of_kept(operation, status));
    }

    /// The same for a page.
    pub(crate) fn count_kept_page(&self, status: StatusCode) {
        self.0.routes[Route::Other as usize][class_of(status)].add(1);
    }

    /// Counts a request from now on until it is answered, or dropped.
    pub(crate) fn begin(&self, path: &str) -> Counting {
        Counting {
            figures: self.clone(),
            route: Route::of(path),
            began: Instant::now(),
            answered: false,
            _running: self.0.running.hold(),
        }
    }

    fn count(&self, account: Account) {
        if let Some(counted) = self.0.operations.get(account.operation.place()) {
            counted.verdicts[account.verdict as usize].add(1);
        }
    }

    fn count_made(&self, account: Account, took: Duration) {
        self.count(account);
        if let Some(counted) = self.0.operations.get(account.operation.place()) {
            counted.took.record_time(took);
            if let Some(cost) = account.cost {
                counted.costs.record(cost);
            }
        }
    }
}

/// A request that is being answered.
pub(crate) struct Counting {
    figures: RequestFigures,
    route: Route,
    began: Instant,
    answered: bool,
    _running: Held,
}

impl Counting {
    /// How long it has taken so far.
    pub(crate) fn took(&self) -> Duration {
        self.began.elapsed()
    }

    /// Counts the answer.
    pub(crate) fn end(mut self, response: &axum::response::Response) {
        self.answered = true;
        let status = response.status();
        let account = response.extensions().get::<Account>().copied();
        // Kept answers are added to the others when somebody asks.
        let is_kept = account.is_some_and(|account| account.cost.is_none());
        if !is_kept {
            self.figures.0.routes[self.route as usize][class_of(status)].add(1);
        }
        match account {
            Some(account) if is_kept => self.figures.count(account),
            Some(account) => self.figures.count_made(account, self.took()),
            // GraphiQL's page is no request to the gateway.
            None if self.route == Route::Graphql && !status.is_success() => {
                let verdict = Verdict::of_status(status);
                let account = Account { operation: KnownOperation::default(), verdict, cost: None };
                self.figures.count_made(account, self.took());
            }
            None => {}
        }
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        if !self.answered && self.route == Route::Graphql {
            let verdict = Verdict::Abandoned;
            self.figures.count(Account { operation: KnownOperation::default(), verdict, cost: None });
        }
    }
}
