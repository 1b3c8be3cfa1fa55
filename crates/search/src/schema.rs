//! The fields of the index.

use tantivy::schema::{
    BytesOptions, FAST, Field, INDEXED, IndexRecordOption, NumericOptions, STORED, Schema, TextFieldIndexing,
    TextOptions,
};
use tantivy::tokenizer::TokenizerManager;

use crate::analyzer::SectionTokenizer;

/// The name of the analysis that made an index. It stands in the stored schema, so that an index of another
/// format does not have our schema and is refused at opening. **Change it whenever fields, tokens, stems or the
/// weights of sections change.**
const ANALYSIS: &str = "inkstand-2";

/// Handles of the fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    /// 16 bytes, to delete and to filter by.
    pub(crate) id: Field,
    /// The id's upper half: hits are named from fast fields, without reading stored documents.
    pub(crate) id_high: Field,
    /// The id's lower half.
    pub(crate) id_low: Field,
    /// 0 post, 1 page.
    pub(crate) kind: Field,
    /// The stage of what is not published, exact.
    pub(crate) status: Field,
    /// Whose it is, of what is not published: 16 bytes for each author.
    pub(crate) byline: Field,
    /// All words of all sections: the one field that is scored.
    pub(crate) words: Field,
    /// The words of the title alone, for `title:` and suggestions.
    pub(crate) title_words: Field,
    /// Slugs, exact.
    pub(crate) tag: Field,
    /// Slugs, exact.
    pub(crate) category: Field,
    /// Slugs of the categories above, exact.
    pub(crate) category_above: Field,
    /// Slugs, exact.
    pub(crate) author: Field,
    /// Slug, exact.
    pub(crate) series: Field,
    /// Folded, exact.
    pub(crate) hashtag: Field,
    /// `pt-br` and `pt`: a filter by the shorter tag finds the longer.
    pub(crate) language: Field,
    /// Milliseconds.
    pub(crate) published: Field,
    /// Milliseconds.
    pub(crate) updated: Field,
    /// Of publication, in the site's zone.
    pub(crate) year: Field,
    /// Featured.
    pub(crate) featured: Field,
    /// `slug NUL name`: facets are counted by these without reading documents, and know their labels.
    pub(crate) tag_label: Field,
    /// The same for categories.
    pub(crate) category_label: Field,
    /// The same for authors.
    pub(crate) author_label: Field,
    /// For marks.
    pub(crate) stored_title: Field,
    /// For marks.
    pub(crate) stored_text: Field,
    /// The language that the stored texts were analysed in.
    pub(crate) stored_language: Field,
}

/// The schema and its fields.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let words = |positions| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default().set_tokenizer(ANALYSIS).set_index_option(positions),
        )
    };
    let exact = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::Basic),
    );
    let label = TextOptions::default().set_fast("raw");
    let id = BytesOptions::default().set_indexed();
    let fast: NumericOptions = FAST.into();
    let fields = Fields {
        id: builder.add_bytes_field("id", id.clone()),
        id_high: builder.add_u64_field("id_high", fast.clone()),
        id_low: builder.add_u64_field("id_low", fast.clone()),
        kind: builder.add_u64_field("kind", FAST | INDEXED),
        status: builder.add_text_field("status", exact.clone()),
        byline: builder.add_bytes_field("byline", id),
        words: builder.add_text_field("words", words(IndexRecordOption::WithFreqsAndPositions)),
        title_words: builder.add_text_field("title_words", words(IndexRecordOption::WithFreqsAndPositions)),
        tag: builder.add_text_field("tag", exact.clone()),
        category: builder.add_text_field("category", exact.clone()),
        category_above: builder.add_text_field("category_above", exact.clone()),
        author: builder.add_text_field("author", exact.clone()),
        series: builder.add_text_field("series", exact.clone()),
        hashtag: builder.add_text_field("hashtag", exact.clone()),
        language: builder.add_text_field("language", exact),
        published: builder.add_i64_field("published", fast.clone()),
        updated: builder.add_i64_field("updated", fast.clone()),
        year: builder.add_i64_field("year", fast),
        featured: builder.add_bool_field("featured", INDEXED),
        tag_label: builder.add_text_field("tag_label", label.clone()),
        category_label: builder.add_text_field("category_label", label.clone()),
        author_label: builder.add_text_field("author_label", label),
        stored_title: builder.add_text_field("stored_title", STORED),
        stored_text: builder.add_text_field("stored_text", STORED),
        stored_language: builder.add_text_field("stored_language", STORED),
    };
    (builder.build(), fields)
}

/// The tokenizers that the schema names.
pub(crate) fn tokenizers() -> TokenizerManager {
    // tantivy looks for its own under its names for fields that are not even text.
    let tokenizers = TokenizerManager::default();
    tokenizers.register(ANALYSIS, SectionTokenizer::default());
    tokenizers
}
