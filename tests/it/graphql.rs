//! `/graphql`, one module a subject.

mod bad_input;
