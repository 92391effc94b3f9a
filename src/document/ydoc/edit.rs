//! Replaces a section with a minimal live edit.

use std::cmp::Ordering;

use yrs::{Doc, Transact, TransactionMut, Xml, XmlElementRef, XmlFragment, XmlOut, XmlTextRef};

use super::plan::{ChildEdit, plan};
use super::{read, root, splice, suggestion, write};
use crate::schema::{Element, Node};
use crate::tree::{Block, footnote_labels, from_nodes, normalise_part, to_nodes};

/// Edits a section until it equals `new`, which must be normalised. Suggestions are kept except in
/// changed blocks.
pub(super) fn replace(doc: &Doc, key: &str, new: &[Block]) {
    let fragment = doc.get_or_insert_xml_fragment(root(key));
    let mut txn = doc.transact_mut();
    let old = read::children(&fragment, &txn);
    let new_nodes = to_nodes(new);
    let (said, blank) = meanings(&old);
    let spoken: Vec<_> = (0..old.len()).filter(|i| !blank[*i]).collect();
    let old_keys: Vec<_> = spoken.iter().map(|i| said[*i].as_slice()).collect();
    let new_keys: Vec<_> = new.iter().map(std::slice::from_ref).collect();
    let spoken_nodes: Vec<_> = spoken.iter().map(|i| &old[*i]).collect();
    let new_refs: Vec<_> = new_nodes.iter().collect();
    let similarity = Similarity::between(&spoken_nodes, &new_refs);
    let steps = plan(&old_keys, &new_keys, |i, j| similarity.of(i, j));
    apply(&fragment, &mut txn, &old, &blank, &new_nodes, &steps);
}

/// Returns the blocks of each old child, and whether it is an empty paragraph, which Markdown
/// omits.
///
/// In a section of empty paragraphs only, none counts as empty.
fn meanings(old: &[Node]) -> (Vec<Vec<Block>>, Vec<bool>) {
    let labels = footnote_labels(&from_nodes(old));
    let said: Vec<_> = old
        .iter()
        .map(|node| suggestion::without_suggestions(std::slice::from_ref(node)))
        .map(|said| normalise_part(from_nodes(&said), labels.clone()))
        .collect();
    let mut blank: Vec<_> = said.iter().map(Vec::is_empty).collect();
    if blank.iter().all(|blank| *blank) {
        blank.fill(false);
    }
    (said, blank)
}

fn apply(
    parent: &impl XmlFragment,
    txn: &mut TransactionMut,
    old: &[Node],
    blank: &[bool],
    new: &[Node],
    steps: &[ChildEdit],
) {
    let mut index = 0;
    let mut at = 0;
    for step in steps {
        if let ChildEdit::Insert(which) = step {
            write::insert(parent, txn, index, &new[*which]);
            index += 1;
            continue;
        }
        while blank[at] {
            (index, at) = (index + 1, at + 1);
        }
        match step {
            ChildEdit::Remove => parent.remove(txn, index),
            ChildEdit::Change(which) => {
                change(parent, txn, index, &old[at], &new[*which]);
                index += 1;
            }
            ChildEdit::Keep | ChildEdit::Insert(_) => index += 1,
        }
        at += 1;
    }
}

fn change(parent: &impl XmlFragment, txn: &mut TransactionMut, index: u32, old: &Node, new: &Node) {
    match (parent.get(txn, index), old, new) {
        (Some(XmlOut::Element(element)), Node::Element(old), Node::Element(new))
            if old.name == new.name =>
        {
            change_element(&element, txn, old, new);
        }
        (Some(XmlOut::Text(text)), Node::Text(old), Node::Text(new))
            if is_all_text(&text, txn, old) =>
        {
            splice::marked(&text, txn, old, new);
        }
        _ => {
            parent.remove(txn, index);
            write::insert(parent, txn, index, new);
        }
    }
}

/// Tells whether the runs cover the whole text, without embedded objects.
fn is_all_text(text: &XmlTextRef, txn: &TransactionMut, runs: &[crate::schema::TextRun]) -> bool {
    let length: usize = runs.iter().map(|run| run.text.encode_utf16().count()).sum();
    yrs::Text::len(text, txn) as usize == length
}

fn change_element(element: &XmlElementRef, txn: &mut TransactionMut, old: &Element, new: &Element) {
    for (key, value) in &new.attributes {
        if old.attributes.get(key) != Some(value) {
            write::set_attribute(element, txn, key, value);
        }
    }
    let gone = old
        .attributes
        .keys()
        .filter(|key| !new.attributes.contains_key(*key));
    for key in gone {
        element.remove_attribute(txn, key);
    }
    // Content nested too deeply was read as text and is rewritten.
    let old_children = read::children(element, txn);
    let old_refs: Vec<_> = old_children.iter().collect();
    let new_refs: Vec<_> = new.children.iter().collect();
    let similarity = Similarity::between(&old_refs, &new_refs);
    let steps = plan(&old_children, &new.children, |i, j| similarity.of(i, j));
    let blank = vec![false; old_children.len()];
    apply(element, txn, &old_children, &blank, &new.children, &steps);
}

/// The similarity of nodes: same kind, and the amount of shared text, at both ends or by words.
struct Similarity<'a> {
    old: Vec<NodeFeatures<'a>>,
    new: Vec<NodeFeatures<'a>>,
}

/// What a node is compared by.
struct NodeFeatures<'a> {
    name: Option<&'a str>,
    letters: Vec<char>,
    /// Sorted.
    words: Vec<String>,
}

/// Maximum number of characters compared per node.
const COMPARED: usize = 200;

impl<'a> Similarity<'a> {
    fn between(old: &[&'a Node], new: &[&'a Node]) -> Self {
        let features =
            |nodes: &[&'a Node]| nodes.iter().map(|node| NodeFeatures::of(node)).collect();
        Self {
            old: features(old),
            new: features(new),
        }
    }

    fn of(&self, old: usize, new: usize) -> usize {
        let (old, new) = (&self.old[old], &self.new[new]);
        if old.name != new.name {
            return 0;
        }
        let shared = at_ends(&old.letters, &new.letters).max(in_words(&old.words, &new.words));
        1 + 100 * shared / old.letters.len().max(new.letters.len()).max(1)
    }
}

impl<'a> NodeFeatures<'a> {
    fn of(node: &'a Node) -> Self {
        let mut letters = Vec::new();
        gather(node, &mut letters);
        let mut words: Vec<_> = letters
            .split(|c| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(String::from_iter)
            .collect();
        words.sort_unstable();
        Self {
            name: name(node),
            letters,
            words,
        }
    }
}

/// Returns how many characters two texts share at their beginning and end.
fn at_ends(old: &[char], new: &[char]) -> usize {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - start;
    let ends = old.iter().rev().zip(new.iter().rev());
    start + ends.take(rest).take_while(|(a, b)| a == b).count()
}

/// Returns how many characters are in words that both texts have.
fn in_words(old: &[String], new: &[String]) -> usize {
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    let mut shared = 0;
    while let (Some(a), Some(b)) = (old.peek(), new.peek()) {
        match a.cmp(b) {
            Ordering::Less => drop(old.next()),
            Ordering::Greater => drop(new.next()),
            Ordering::Equal => {
                shared += a.chars().count();
                old.next();
                new.next();
            }
        }
    }
    shared
}

fn name(node: &Node) -> Option<&str> {
    match node {
        Node::Element(element) => Some(&element.name),
        Node::Text(_) => None,
    }
}

fn gather(node: &Node, out: &mut Vec<char>) {
    match node {
        Node::Text(runs) => {
            for run in runs {
                let left = COMPARED.saturating_sub(out.len());
                out.extend(run.text.chars().take(left));
            }
        }
        Node::Element(element) => element.children.iter().for_each(|child| gather(child, out)),
    }
}
