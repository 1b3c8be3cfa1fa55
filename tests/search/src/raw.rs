//! tantivy as it comes: its query parser over title and body, its snippets.

use std::path::Path;

use anyhow::{Context, Result};
use inkstand_model::SearchDocument;
use tantivy::aggregation::AggregationCollector;
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::collector::{Count, TopDocs};
use tantivy::indexer::IndexWriterOptions;
use tantivy::query::{BooleanQuery, FuzzyTermQuery, Occur, Query, QueryParser, TermQuery};
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value,
};
use tantivy::snippet::SnippetGenerator;
use tantivy::tokenizer::{
    LowerCaser, RemoveLongFilter, SimpleTokenizer, TextAnalyzer, Token, TokenFilter, TokenStream, Tokenizer,
};
use tantivy::{Index, IndexReader, TantivyDocument, Term};

use crate::engine::{Engine, used};
use crate::questions::{Class, Question};

/// The analysis that tantivy calls `en_stem`, without its feature: the stemmer is the same.
const ENGLISH: &str = "en_stem";

/// A raw index.
pub(crate) struct Raw {
    index: Index,
    reader: IndexReader,
    fields: Fields,
    facets: Aggregations,
}

#[derive(Clone, Copy)]
struct Fields {
    key: Field,
    title: Field,
    body: Field,
    tag: Field,
    category: Field,
    author: Field,
    published: Field,
    /// Title and body in one, for plain BM25.
    both: Option<Field>,
}

impl Raw {
    /// An empty index in a folder, or in memory, where it also knows plain BM25.
    pub(crate) fn create(folder: Option<&Path>) -> Result<Self> {
        let (schema, fields) = schema(folder.is_none());
        let index = match folder {
            Some(folder) => Index::create_in_dir(folder, schema)?,
            None => Index::create_in_ram(schema),
        };
        Self::of(index, fields)
    }

    /// The index that a folder has.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        Self::of(Index::open_in_dir(folder)?, schema(false).1)
    }

    fn of(index: Index, fields: Fields) -> Result<Self> {
        let analyzer = TextAnalyzer::builder(SimpleTokenizer::default())
            .filter(RemoveLongFilter::limit(40))
            .filter(LowerCaser)
            .filter(EnglishStems)
            .build();
        index.tokenizers().register(ENGLISH, analyzer);
        let reader = index.reader()?;
        let facets = r#"{"tag": {"terms": {"field": "tag", "size": 10}},
            "category": {"terms": {"field": "category", "size": 10}}}"#;
        Ok(Self { index, reader, fields, facets: serde_json::from_str(facets)? })
    }

    /// Fills it with what `chunks` gives, each entry with its key.
    pub(crate) fn fill(&self, chunks: impl Iterator<Item = Vec<(u64, SearchDocument)>>) -> Result<()> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(50_000_000)
            .build();
        let mut writer = self.index.writer_with_options(options)?;
        for (key, entry) in chunks.flatten() {
            let mut document = TantivyDocument::new();
            document.add_u64(self.fields.key, key);
            document.add_text(self.fields.title, &entry.title);
            document.add_text(self.fields.body, &entry.text);
            if let Some(both) = self.fields.both {
                document.add_text(both, format!("{} {}", entry.title, entry.text));
            }
            if let Some(published_at) = entry.published_at {
                document.add_i64(self.fields.published, published_at.millis());
            }
            for (terms, field) in [
                (&entry.tags, self.fields.tag),
                (&entry.categories, self.fields.category),
                (&entry.authors, self.fields.author),
            ] {
                terms.iter().for_each(|term| document.add_text(field, term.slug.as_str()));
            }
            writer.add_document(document)?;
        }
        writer.commit()?;
        self.reader.reload()?;
        Ok(())
    }

    /// The keys of the best entries by the query parser as it comes: any word will do.
    pub(crate) fn best(&self, text: &str, limit: usize) -> Result<Vec<u64>> {
        let (query, _) = self.parser().parse_query_lenient(text);
        self.keys(&query, limit)
    }

    /// The same where the last word is only begun.
    pub(crate) fn best_as_typed(&self, text: &str, limit: usize) -> Result<Vec<u64>> {
        let (whole, beginning) = text.rsplit_once(' ').unwrap_or(("", text));
        let mut clauses = Vec::new();
        if !whole.is_empty() {
            clauses.push((Occur::Should, self.parser().parse_query_lenient(whole).0));
        }
        clauses.push((Occur::Should, self.begun(beginning)));
        self.keys(&BooleanQuery::new(clauses), limit)
    }

    /// The keys of the best entries by plain BM25 over title and body in one, each word as often as it was typed.
    pub(crate) fn bm25(&self, text: &str, limit: usize) -> Result<Vec<u64>> {
        let both = self.fields.both.context("an index that does not know plain BM25")?;
        let mut analyzer = self.index.tokenizers().get(ENGLISH).context("no analyzer")?;
        let mut stream = analyzer.token_stream(text);
        let mut words: Vec<Box<dyn Query>> = Vec::new();
        while stream.advance() {
            let term = Term::from_field_text(both, &stream.token().text);
            words.push(Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)));
        }
        self.keys(&BooleanQuery::union(words), limit)
    }

    fn keys(&self, query: &dyn Query, limit: usize) -> Result<Vec<u64>> {
        let searcher = self.reader.searcher();
        let mut keys = Vec::new();
        for (_, address) in searcher.search(query, &TopDocs::with_limit(limit).order_by_score())? {
            let stored: TantivyDocument = searcher.doc(address)?;
            keys.extend(stored.get_first(self.fields.key).and_then(|key| key.as_u64()));
        }
        Ok(keys)
    }

    fn parser(&self) -> QueryParser {
        QueryParser::for_index(&self.index, vec![self.fields.title, self.fields.body])
    }

    fn begun(&self, beginning: &str) -> Box<dyn Query> {
        let begun = [self.fields.title, self.fields.body].map(|field| -> Box<dyn Query> {
            let term = Term::from_field_text(field, &beginning.to_lowercase());
            Box::new(FuzzyTermQuery::new_prefix(term, 0, true))
        });
        Box::new(BooleanQuery::union(begun.into()))
    }

    fn query(&self, question: &Question) -> Result<Box<dyn Query>> {
        let mut parser = self.parser();
        parser.set_conjunction_by_default();
        Ok(match question.class {
            Class::Phrase => parser.parse_query(&format!("\"{}\"", question.words))?,
            Class::Prefix => self.begun(&question.words),
            Class::Typo => {
                parser.set_field_fuzzy(self.fields.title, false, 1, true);
                parser.set_field_fuzzy(self.fields.body, false, 1, true);
                parser.parse_query(&question.words)?
            }
            _ => match &question.tag {
                None => parser.parse_query(&question.words)?,
                Some(tag) => {
                    let tag = Term::from_field_text(self.fields.tag, tag.as_str());
                    Box::new(BooleanQuery::intersection(vec![
                        parser.parse_query(&question.words)?,
                        Box::new(TermQuery::new(tag, IndexRecordOption::Basic)),
                    ]))
                }
            },
        })
    }
}

impl Engine for Raw {
    fn name(&self) -> &'static str {
        "raw tantivy"
    }

    fn knows(&self, class: Class) -> bool {
        class != Class::Suggest
    }

    fn ask(&mut self, question: &Question) -> Result<u64> {
        let searcher = self.reader.searcher();
        let query = self.query(question)?;
        let top = TopDocs::with_limit(10).order_by_score();
        let (found, total) = if question.class == Class::Facets {
            let facets = AggregationCollector::from_aggs(
                self.facets.clone(),
                tantivy::aggregation::AggContextParams::default(),
            );
            let (found, total, facets) = searcher.search(&query, &(top, Count, facets))?;
            used(facets);
            (found, total)
        } else {
            searcher.search(&query, &(top, Count))?
        };
        let snippets = SnippetGenerator::create(&searcher, &query, self.fields.body)?;
        for (_, address) in found {
            let stored: TantivyDocument = searcher.doc(address)?;
            used(snippets.snippet_from_doc(&stored).to_html());
        }
        Ok(total as u64)
    }
}

/// Title and body analysed as English, terms as they are.
fn schema(both: bool) -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let english = TextFieldIndexing::default()
        .set_tokenizer(ENGLISH)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let words = TextOptions::default().set_indexing_options(english);
    let text = words.clone().set_stored();
    let fields = Fields {
        key: builder.add_u64_field("key", STORED),
        title: builder.add_text_field("title", text.clone()),
        body: builder.add_text_field("body", text),
        tag: builder.add_text_field("tag", STRING | FAST),
        category: builder.add_text_field("category", STRING | FAST),
        author: builder.add_text_field("author", STRING | FAST),
        published: builder.add_i64_field("published", INDEXED | FAST),
        both: both.then(|| builder.add_text_field("both", words)),
    };
    (builder.build(), fields)
}

/// Words to their stems.
#[derive(Clone)]
struct EnglishStems;

impl TokenFilter for EnglishStems {
    type Tokenizer<T: Tokenizer> = EnglishTokenizer<T>;

    fn transform<T: Tokenizer>(self, inner: T) -> EnglishTokenizer<T> {
        EnglishTokenizer { inner }
    }
}

#[derive(Clone)]
struct EnglishTokenizer<T> {
    inner: T,
}

impl<T: Tokenizer> Tokenizer for EnglishTokenizer<T> {
    type TokenStream<'a> = EnglishStream<T::TokenStream<'a>>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        let stemmer = frostem::Stemmer::new(frostem::Algorithm::English);
        EnglishStream { tail: self.inner.token_stream(text), stemmer }
    }
}

struct EnglishStream<T> {
    tail: T,
    stemmer: frostem::Stemmer,
}

impl<T: TokenStream> TokenStream for EnglishStream<T> {
    fn advance(&mut self) -> bool {
        if !self.tail.advance() {
            return false;
        }
        let token = self.tail.token_mut();
        let stem = self.stemmer.stem(&token.text);
        if *stem != *token.text {
            token.text = stem.into_owned();
        }
        true
    }

    fn token(&self) -> &Token {
        self.tail.token()
    }

    fn token_mut(&mut self) -> &mut Token {
        self.tail.token_mut()
    }
}
