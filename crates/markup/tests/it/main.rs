//! Markup through its public interface: a table for each feature, properties, hostile texts, a real blog.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test may")]

mod excerpt;
mod hashtag;
mod heading;
mod highlighting;
mod hostile;
mod html;
mod property;
mod real_blog;
mod safety;
mod words;
mod xss;

use inkstand_markup::{RenderOptions, render};
use inkstand_model::{Format, Rendered};

fn markdown(source: &str) -> Rendered {
    render(source, Format::Markdown, &RenderOptions::default())
}

fn html(source: &str) -> Rendered {
    render(source, Format::Html, &RenderOptions::default())
}
