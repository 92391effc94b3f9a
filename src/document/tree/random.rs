//! Random trees for property tests.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{AlertKind, Align, Block, Image, Inline, Item, Link, ListKind, Marks, Script};

/// Sections as people and programs might write them, not normalised.
pub(crate) fn sections() -> impl Strategy<Value = Vec<Block>> {
    vec(blocks(), 0..6)
}

/// Ordinary text mixed with Markdown syntax.
pub(crate) fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => "[a-zA-Z0-9]{1,6}",
        4 => Just(" ".to_owned()),
        3 => "[-+*_~`#>|!\\[\\]()<&:.=^$\"'\\\\/{}]{1,3}",
        1 => prop::sample::select(vec![
            "é", "日本", "🧪", "\u{a0}", "\t", "  ", "1. ", "- ", "http://a.example", "[^1]",
            "[[x]]", "<br>", "<b>", "<sup>", "</sup>", "<SUB>", "</sub>", "<td>", "<li>", "</p>", "<a href=x>", "10^6", "⁶", "&amp;", "&#32;", "---", "```", "[ ] ", "\n", "| - |", "~~", "$", "$5", "$$", "$x$", "@",
        ]).prop_map(String::from),
    ];
    vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

fn marks() -> impl Strategy<Value = Marks> {
    let link = option::weighted(0.1, links());
    let on = || prop::bool::weighted(0.25);
    let script = option::weighted(0.25, prop::sample::select(Script::ALL.to_vec()));
    (link, on(), on(), on(), prop::bool::weighted(0.1), script).prop_map(
        |(link, bold, italic, strike, code, script)| Marks {
            link,
            bold,
            italic,
            strike,
            code,
            script,
        },
    )
}

fn links() -> impl Strategy<Value = Link> {
    let address = prop::sample::select(vec![
        "/a",
        "https://a.example/b?c=d&e=(f)",
        "#x",
        "",
        "a b",
        "<>",
        "\\(",
        "mailto:a@b.example",
        "javascript:alert(1)",
        "a)b",
        "é",
    ]);
    (address, option::weighted(0.2, texts())).prop_map(|(href, title)| Link {
        href: href.to_owned(),
        title,
    })
}

fn inlines() -> impl Strategy<Value = Inline> {
    prop_oneof![
        12 => (texts(), marks()).prop_map(|(text, marks)| Inline::Text { text, marks }),
        2 => Just(Inline::Break),
        1 => (links(), texts(), option::weighted(0.3, links())).prop_map(|(address, alt, link)| {
            Inline::Image(Image {
                src: address.href,
                alt,
                title: address.title,
                link,
            })
        }),
        1 => labels().prop_map(Inline::FootnoteReference),
        1 => (texts(), option::of(texts()))
            .prop_map(|(title, label)| Inline::WikiLink { title, label }),
        1 => (people(), texts()).prop_map(|(person, name)| Inline::Mention { person, name }),
        1 => (formulas(), any::<bool>())
            .prop_map(|(latex, display)| Inline::Math { latex, display }),
    ]
}

fn people() -> impl Strategy<Value = String> {
    let ids = ["01890a5d-ac96-774b-bcce-b302099a8057", "nobody", ""];
    prop::sample::select(ids.to_vec()).prop_map(String::from)
}

fn formulas() -> impl Strategy<Value = String> {
    let latex = [
        "x",
        "\\frac{a}{b}",
        "a < b > c",
        "\\{1, 2\\}",
        "|x|",
        "a_i * b_j",
        "{",
        "}{",
        "a\\",
        "5\\$",
        "2`3`",
        "\\\\",
        "[a](b)",
        "<br>",
        "&lt;",
    ];
    prop_oneof![
        3 => prop::sample::select(latex.to_vec()).prop_map(String::from),
        1 => texts(),
    ]
}

fn lines() -> impl Strategy<Value = Vec<Inline>> {
    vec(inlines(), 0..5)
}

fn labels() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["1", "A", "a", "note-2", "x]y"]).prop_map(String::from)
}

fn leaves() -> impl Strategy<Value = Block> {
    let align =
        || prop::sample::select(vec![Align::None, Align::Left, Align::Center, Align::Right]);
    let code = (option::of("[a-z+#]{0,5}"), vec(texts(), 0..4));
    prop_oneof![
        8 => lines().prop_map(Block::Paragraph),
        2 => (1u8..7, lines()).prop_map(|(level, content)| Block::Heading { level, content }),
        1 => Just(Block::Rule),
        1 => code.prop_map(|(language, text)| Block::Code { language, text: text.join("\n") }),
        1 => (vec(align(), 0..3), vec(vec(lines(), 0..4), 0..4))
            .prop_map(|(align, rows)| Block::Table { align, rows }),
    ]
}

fn blocks() -> impl Strategy<Value = Block> {
    leaves().prop_recursive(4, 24, 4, |inner| {
        let kind = prop::sample::select(vec![
            ListKind::Bullet,
            ListKind::Ordered(1),
            ListKind::Ordered(7),
            ListKind::Ordered(0),
            ListKind::Task,
        ]);
        let alert = prop::sample::select(vec![
            AlertKind::Note,
            AlertKind::Tip,
            AlertKind::Important,
            AlertKind::Warning,
            AlertKind::Caution,
        ]);
        let content = || vec(inner.clone(), 0..4);
        let item =
            (any::<bool>(), content()).prop_map(|(checked, content)| Item { checked, content });
        prop_oneof![
            6 => (kind, any::<bool>(), vec(item, 0..4))
                .prop_map(|(kind, tight, items)| Block::List { kind, tight, items }),
            2 => content().prop_map(Block::Quote),
            1 => (alert, content()).prop_map(|(kind, content)| Block::Alert { kind, content }),
            1 => (labels(), content())
                .prop_map(|(label, content)| Block::Footnote { label, content }),
        ]
    })
}
