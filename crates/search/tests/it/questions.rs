//! What is found, and in which order.

use inkstand_model::{EntryKind, Facet, FacetField, SearchDocument, SearchOrder, SearchRequest};

use crate::blog::{Blog, asking, language, post, slug, term, terms};

#[test]
fn words_are_found_wherever_they_stand() {
    let blog = Blog::of([
        SearchDocument { tags: terms(&["Gardening"]), ..post(1, "Roses", "Thorns and petals") },
        SearchDocument { authors: terms(&["Zoë Müller"]), ..post(2, "Tulips", "From Holland") },
        SearchDocument { categories: terms(&["Flowers"]), ..post(3, "Daisies", "White") },
    ]);
    for (text, found) in [
        ("roses", vec![1]),
        ("petal ", vec![1]),
        ("gardening", vec![1]),
        ("zoe muller", vec![2]),
        ("flower", vec![3]),
        ("nonsense", vec![]),
    ] {
        assert_eq!(blog.find(text), found, "{text}");
    }
}

#[test]
fn stems_accents_and_scripts_do_not_hide_words() {
    let in_language =
        |number, text, tag| SearchDocument { language: language(tag), ..post(number, "", text) };
    let blog = Blog::of([
        in_language(1, "We launched résumés at the café", "en"),
        in_language(2, "Die Häuser und Straßen", "de"),
        in_language(3, "東京都に行きました。全文検索", "ja"),
        in_language(4, "การค้นหาข้อความเต็ม", "th"),
        in_language(5, "Les chevaux l'homme", "fr"),
        in_language(6, "Полнотекстовые поиски", "ru"),
        in_language(7, "Zażółć gęślą jaźń", "pl"),
        in_language(8, "한국어 검색을 위한", "ko"),
    ]);
    for (text, number) in [
        ("launching ", 1),
        ("cafe ", 1),
        ("resumes ", 1),
        ("CAFÉ ", 1),
        ("haus ", 2),
        ("strasse ", 2),
        ("東京", 3),
        ("検索", 3),
        ("東", 3),
        ("ค้นหา", 4),
        ("homme ", 5),
        ("поиск ", 6),
        ("zazolc ", 7),
        ("검색", 8),
    ] {
        assert_eq!(blog.find(text), [number], "{text}");
    }
}

#[test]
fn code_is_found() {
    let blog = Blog::of([
        post(1, "", "A Vec<T> of things"),
        post(2, "", "async_graphql in node.js"),
        post(3, "", "C++ and C# but not C"),
        post(4, "", "#[derive(Debug)] says E0502"),
        post(5, "", "my e-mail about T and Vec"),
    ]);
    for (text, found) in [
        ("Vec<T>", vec![1, 5]),
        ("\"Vec<T>\"", vec![1]),
        ("async_graphql", vec![2]),
        ("graphql ", vec![2]),
        ("node.js", vec![2]),
        ("nodejs ", vec![2]),
        ("C++", vec![3]),
        ("c# ", vec![3]),
        ("#[derive]", vec![4]),
        ("e0502", vec![4]),
        ("email ", vec![5]),
    ] {
        assert_eq!(blog.find(text), found, "{text}");
    }
}

#[test]
fn all_words_come_before_most() {
    let blog = Blog::of([
        post(1, "", "apple"),
        post(2, "", "apple banana"),
        post(3, "", "apple banana cherry with a lot of other words around them that make it long"),
        post(4, "Banana", "banana banana banana"),
    ]);
    assert_eq!(blog.find("apple banana cherry "), [3, 2]);
    assert_eq!(blog.find("apple banana "), [2, 3]);
    assert_eq!(blog.find("apple unheardof "), [1, 2, 3], "a word that is nowhere is left out");
    let newest = SearchRequest { order: SearchOrder::Newest, ..asking("apple banana cherry ") };
    assert_eq!(blog.ask(&newest), [3], "by date, less than all would stand among all");
}

#[test]
fn titles_phrases_and_tags_lift() {
    let filler = "and many more words that nobody asked for".repeat(3);
    let blog = Blog::of([
        post(1, "Static sites", &filler),
        post(2, "Something else", &format!("static and sites {filler}")),
        post(3, "Something else", &format!("the static sites {filler}")),
        SearchDocument { tags: terms(&["Full text"]), ..post(4, "About text", &filler) },
        post(5, "About full and text", &filler),
    ]);
    assert_eq!(blog.find("static sites "), [1, 3, 2]);
    assert_eq!(blog.find("full text ")[0], 4);
}

/// The Spanish stem of `life` is in one entry of sixty, and must not count as a rare word for that.
#[test]
fn an_entry_in_another_language_does_not_win_by_its_stems() {
    let others = (3..60).map(|number| match number % 3 {
        0 => post(number, "A life in letters", "About life, by an engineer"),
        1 => post(number, "Writing", "How engineers write"),
        _ => post(number, "Paper", "Where paper comes from"),
    });
    let blog = Blog::of(others.chain([
        SearchDocument {
            language: language("es"),
            ..post(1, "A day in the life - Ingeniero", "English version: /a-day-in-the-life-of-an-engineer/")
        },
        post(2, "A day in the life of an engineer", "It begins with tea"),
        post(60, "Negotiating", "The place of government writ large"),
        post(61, "A great place to write", "And so it is"),
    ]));
    assert_eq!(blog.find("life engineer")[0], 2);
    assert_eq!(blog.find("place write")[0], 61);
}

#[test]
fn the_query_language_is_understood() {
    let blog = Blog::of([
        SearchDocument {
            tags: terms(&["How we work"]),
            authors: terms(&["Jane Doe"]),
            hashtags: vec!["RustLang".into()],
            ..post(1, "Full text search", "in rust, quickly")
        },
        SearchDocument {
            categories: terms(&["News"]),
            category_ancestors: vec![slug("Everything")],
            language: language("pt-BR"),
            ..post(2, "Text that is full", "of rust")
        },
        SearchDocument {
            kind: EntryKind::Page,
            tags: terms(&["rustlang"]),
            ..post(30, "About rust", "iron")
        },
    ]);
    for (text, found) in [
        ("\"full text\"", vec![1]),
        ("“full text” rust", vec![1]),
        ("rust -quickly", vec![30, 2]),
        ("rust -\"full text\"", vec![30, 2]),
        ("-rust", vec![]),
        ("-iron", vec![2, 1]),
        ("tag:\"How we work\"", vec![1]),
        ("tag:how-we-work rust", vec![1]),
        ("-tag:how-we-work rust", vec![30, 2]),
        ("#rustlang", vec![30, 1]),
        ("category:news", vec![2]),
        ("category:everything", vec![2]),
        ("author:jane-doe", vec![1]),
        ("author:jane", vec![1]),
        ("author:\"doe jane\"", vec![1]),
        ("-author:jane", vec![30, 2]),
        ("title:searching", vec![1]),
        ("title:\"full text\"", vec![1]),
        ("-title:text", vec![30]),
        ("in:pages", vec![30]),
        ("in:posts in:pages", vec![30, 2, 1]),
        ("after:2021", vec![30]),
        ("before:2020-03-03", vec![1]),
        ("-after:2021", vec![2, 1]),
        ("lang:pt", vec![2]),
        ("lang:pt-br", vec![2]),
        ("lang:pt lang:en in:posts", vec![2, 1]),
    ] {
        assert_eq!(blog.find(text), found, "{text}");
    }
}

#[test]
fn no_text_is_an_error() {
    let blog = Blog::of([post(1, "To be or not", "the who, to be"), post(2, "Other", "words")]);
    let long = "word ".repeat(2_000) + &"x".repeat(10_000);
    for text in [
        "?!",
        "\"",
        "\"unbalanced",
        "''",
        "\u{0}",
        "a\u{0}b",
        "AND OR NOT",
        "((",
        "*",
        "~",
        "^2",
        "tag:",
        "-",
        "-\"",
        "\u{1}",
        "\u{1}the",
        "[a TO b]",
        "/re(gex/",
        "+ -- ++",
        "𐀀",
        "\u{300}",
        "日",
        &long,
        &"\"".repeat(999),
        &"-a ".repeat(999),
        &"日本語".repeat(999),
    ] {
        for marks in [false, true] {
            blog.index.search(&SearchRequest { marks, ..asking(text) }).unwrap();
        }
        blog.index.count(&asking(text)).unwrap();
        blog.index.suggest(text, 5).unwrap();
    }
    assert_eq!(blog.find("the who "), [1]);
    assert_eq!(blog.find("to be or not to be")[0], 1);
    assert_eq!(blog.find(""), [2, 1]);
    assert_eq!(blog.find("?! "), [2, 1], "nothing was asked for");
}

#[test]
fn typos_and_unfinished_words_are_understood() {
    let blog = Blog::of([
        post(1, "Infrastructure as code", "terraform"),
        post(2, "Shared kitchens", "cooking"),
        post(3, "Sharpened knives", "cutting"),
    ]);
    let corrected = |text: &str| blog.index.search(&asking(text)).unwrap().corrected;
    assert_eq!(blog.find("infrastrutcure code"), [1]);
    assert_eq!(corrected("infrastrutcure code").as_deref(), Some("infrastructure code"));
    assert_eq!(corrected("sharde ").as_deref(), Some("shared "));
    assert_eq!(blog.find("infra"), [1]);
    assert_eq!(corrected("infra"), None);
    assert_eq!(blog.find("infra "), [0; 0], "a space ends the word");
    assert_eq!(blog.find("sha"), [3, 2]);
    assert_eq!(blog.find("infrastrutc"), [1], "unfinished and misspelt");
    assert_eq!(blog.find("cot "), [0; 0], "too short for a typo");
}

#[test]
fn facets_count_what_is_found() {
    let blog = Blog::of([
        SearchDocument { tags: terms(&["Rust", "Web"]), authors: terms(&["Ann"]), ..post(1, "one", "apple") },
        SearchDocument { tags: terms(&["Rust"]), authors: terms(&["Ann", "Bob"]), ..post(2, "two", "apple") },
        SearchDocument { tags: terms(&["Ada"]), categories: terms(&["News"]), ..post(30, "three", "apple") },
        SearchDocument { tags: terms(&["Web"]), ..post(31, "four", "pear") },
    ]);
    let facet = |value: &str, label: &str, count| Facet { value: value.into(), label: label.into(), count };
    let facets = |text: &str, field| blog.index.facets(&asking(text), field, 10).unwrap();
    assert_eq!(
        facets("apple", FacetField::Tag),
        [facet("rust", "Rust", 2), facet("ada", "Ada", 1), facet("web", "Web", 1)]
    );
    assert_eq!(facets("", FacetField::Category), [facet("news", "News", 1)]);
    assert_eq!(facets("", FacetField::Author), [facet("ann", "Ann", 2), facet("bob", "Bob", 1)]);
    assert_eq!(facets("", FacetField::Year), [facet("2020", "2020", 2), facet("2021", "2021", 2)]);
    assert_eq!(facets("nonsense", FacetField::Tag), []);
    assert_eq!(blog.index.facets(&asking(""), FacetField::Tag, 1).unwrap(), [facet("rust", "Rust", 2)]);

    blog.apply(vec![SearchDocument { tags: vec![], ..post(1, "one", "apple") }], &[30], 2);
    assert_eq!(facets("apple", FacetField::Tag), [facet("rust", "Rust", 1)]);
}

#[test]
fn pages_neither_repeat_nor_lose() {
    let blog = Blog::of((0..25).map(|number| post(number, "Same", "words")));
    for order in [SearchOrder::Relevance, SearchOrder::Newest, SearchOrder::Oldest] {
        for text in ["", "words"] {
            let all = blog.ask(&SearchRequest { order, ..asking(text) });
            let mut expected: Vec<u64> = (0..25).rev().collect();
            if order == SearchOrder::Oldest {
                expected.reverse();
            }
            assert_eq!(all, expected, "{order:?} {text:?}");
            for skip in 0..27 {
                let request = SearchRequest { order, limit: 7, skip, ..asking(text) };
                let page = blog.index.search(&request).unwrap();
                assert_eq!(page.has_next, skip + 7 < 25);
                let expected: Vec<u64> = all.iter().copied().skip(skip as usize).take(7).collect();
                assert_eq!(blog.ask(&request), expected);
            }
        }
    }
    let none = blog.index.search(&SearchRequest { limit: 0, ..asking("words") }).unwrap();
    assert!(none.hits.is_empty() && none.has_next);
    let all = blog.index.search(&SearchRequest { limit: u32::MAX, skip: 3, ..asking("words") }).unwrap();
    assert!(all.hits.len() == 22 && !all.has_next);
    assert!(blog.ask(&SearchRequest { skip: u32::MAX, ..asking("words") }).is_empty());
}

#[test]
fn what_is_related_is_near() {
    let blog = Blog::of([
        post(1, "Baking bread", "sourdough and rye and the oven"),
        post(2, "Rye", "sourdough for beginners"),
        post(3, "Bicycles", "chains and wheels and the road"),
        SearchDocument {
            series: Some(term("Wheels")),
            ..post(4, "Cars", "wheels and the oven of the summer")
        },
    ]);
    let related = blog.index.related(crate::blog::id(1), 2).unwrap();
    assert_eq!(related[0], crate::blog::id(2));
    assert!(!related.contains(&crate::blog::id(1)));
    assert!(blog.index.related(crate::blog::id(99), 2).unwrap().is_empty());
}
