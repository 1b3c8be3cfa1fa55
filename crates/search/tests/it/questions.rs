//! What is found, and in which order.

use inkstand_model::{
    EntryKind, HashtagMatch, SearchDocument, SearchMatching, SearchOrder, SearchRequest, Zone,
};

use crate::blog::{Blog, asking, instant, language, post, slug, terms};

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
fn what_the_text_can_ask_for_conditions_can_as_well() {
    let tagged = |names| SearchDocument { tags: terms(names), ..post(3, "Rust in practice", "three") };
    let blog = Blog::of([
        SearchDocument { hashtags: vec!["RustLang".into()], ..post(1, "Full text searches", "one") },
        SearchDocument { hashtags: vec!["Ink".into()], ..post(2, "Text that is full", "two") },
        tagged(&["rustlang", "ink"]),
        SearchDocument { year: Some(2021), ..post(4, "Launching", "four full text") },
    ]);
    let title = |title: &str| SearchMatching { title: Some(title.into()), ..SearchMatching::default() };
    let hashtags = |all: &[&str], any: &[&str], none: &[&str]| {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let hashtags = HashtagMatch { all: names(all), any: names(any), none: names(none) };
        SearchMatching { hashtags, ..SearchMatching::default() }
    };
    let years = |years: &[i32]| SearchMatching { years: years.to_vec(), ..SearchMatching::default() };
    for (matching, found) in [
        (title("full text"), vec![2, 1]),
        (title("\"full text\""), vec![1]),
        (title("search"), vec![1]),
        (title("text -full"), vec![2, 1]),
        (title("launch"), vec![4]),
        (title("nowhere full"), vec![]),
        (title("tag:rust"), vec![]),
        (title("  ?! \"\" "), vec![4, 3, 2, 1]),
        (hashtags(&[], &["rustlang"], &[]), vec![3, 1]),
        (hashtags(&[], &["#RUSTLANG", "ink"], &[]), vec![3, 2, 1]),
        (hashtags(&["ink", "rustlang"], &[], &[]), vec![3]),
        (hashtags(&[], &[], &["ink"]), vec![4, 1]),
        (hashtags(&[""], &[], &[]), vec![]),
        (years(&[2021]), vec![4]),
        (years(&[2020, 2021, 2020, -5]), vec![4, 3, 2, 1]),
        (years(&[i32::MAX, i32::MIN]), vec![]),
        (SearchMatching { title: Some("rust".into()), ..hashtags(&["ink"], &[], &[]) }, vec![3]),
    ] {
        let request = SearchRequest { matching: matching.clone(), ..asking("") };
        assert_eq!(blog.ask(&request), found, "{matching:?}");
    }
    let narrowed = SearchRequest { matching: title("text"), ..asking("one") };
    assert_eq!(blog.ask(&narrowed), [1]);
}

#[test]
fn dates_in_the_text_are_those_of_the_zone() {
    let late = SearchDocument { published_at: Some(instant("2024-06-30T20:00:00Z")), ..post(1, "Late", "") };
    let blog = Blog::of([late]);
    for (zone, text, found) in [
        ("UTC", "after:2024-07", vec![]),
        ("UTC", "before:2024-07", vec![1]),
        ("Asia/Tokyo", "after:2024-07", vec![1]),
        ("Asia/Tokyo", "before:2024-07-01", vec![]),
    ] {
        let request = SearchRequest { zone: Zone::parse(zone).unwrap(), ..asking(text) };
        assert_eq!(blog.ask(&request), found, "{zone} {text}");
    }
}

#[test]
fn what_a_rare_word_may_have_meant_is_offered() {
    let engines = (100..160).map(|number| post(number, "Engines", "about engines and ink"));
    let blog = Blog::of(engines.chain([
        post(1, "Engimes", "a slip of the pen"),
        post(2, "Henry Engine", "and the year 2023"),
        post(3, "Marten", "a name"),
        post(4, "Pen", "a pen of 2024, and 2024"),
    ]));
    let ask = |text: &str| {
        let request = SearchRequest { did_you_mean: true, ..asking(text) };
        let results = blog.index.search(&request).unwrap();
        (results.did_you_mean, results.corrected)
    };
    for (text, meant) in [
        ("engimes ", Some("engines ")),
        ("\"slip\" Engimes, pen ", Some("\"slip\" engines, pen ")),
        ("engines ", None),
        ("marten ", None),
        ("engimes nowhereatall ", None),
        ("", None),
        ("-engimes ", None),
        ("2023 ", None),
    ] {
        assert_eq!(ask(text).0.as_deref(), meant, "{text}");
        assert_eq!(ask(text).1, None, "{text}");
    }
    assert_eq!(ask("engimse "), (None, Some("engimes ".into())), "what is corrected was searched");
    assert_eq!(blog.find("engimes "), [1], "it is offered, not searched");
    assert_eq!(blog.index.search(&asking("engimes ")).unwrap().did_you_mean, None, "nobody asked");
}

/// A name that many entries have is no typo, however near it is to a word that more of them have.
#[test]
fn a_rare_word_with_many_results_is_not_questioned() {
    let others = (1000..2200).map(|number| post(number, "Martin", "said so"));
    let named = |number| post(number, "Marten", "said so");
    let meant = |blog: &Blog| {
        let request = SearchRequest { did_you_mean: true, ..asking("marten ") };
        blog.index.search(&request).unwrap().did_you_mean
    };
    let blog = Blog::of(others.clone().chain([named(1)]));
    assert_eq!(meant(&blog).as_deref(), Some("martin "));
    let blog = Blog::of(others.chain((1..12).map(named)));
    assert_eq!(meant(&blog), None);
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
