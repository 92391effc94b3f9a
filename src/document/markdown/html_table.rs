//! Collects the cells of an HTML table.

use pulldown_cmark::Alignment;

use super::loss::{Loss, Losses};
use super::raw_html::{HtmlTag, HtmlToken};

type Line = Vec<HtmlToken>;

/// Columns of a table; what is in further cells joins the last.
const MOST_COLUMNS: usize = 100;
/// Empty cells that may stand for the rest of merged ones.
const MOST_FILLED: usize = 10_000;

/// An open table. A cell stays under its heading: empty cells stand for the rest of a merged one.
#[derive(Default)]
pub(super) struct HtmlTable {
    /// Lines that stand in no cell, such as a caption.
    outside: Vec<Line>,
    align: Vec<Alignment>,
    rows: Vec<Vec<Cell>>,
    /// How many rows, from the current one, each column is taken by a cell above or beside.
    taken: Vec<usize>,
    /// The first column of the row that may be free.
    column: usize,
    in_row: bool,
    in_cell: bool,
    /// Open tables within a cell.
    inner: usize,
    filled: usize,
}

struct Cell {
    column: usize,
    line: Line,
}

/// The parts of a table.
pub(super) struct TableParts {
    pub(super) outside: Vec<Line>,
    pub(super) align: Vec<Alignment>,
    /// Empty if no cell has any content.
    pub(super) rows: Vec<Vec<Line>>,
}

impl HtmlTable {
    pub(super) fn start(&mut self, tag: HtmlTag, lost: &mut Losses) {
        match tag.name.as_str() {
            "table" => {
                self.inner += 1;
                self.inline(HtmlToken::Start(tag));
            }
            "tr" if self.inner == 0 => self.start_row(),
            "td" | "th" if self.inner == 0 => self.start_cell(tag, lost),
            "thead" | "tbody" | "tfoot" | "colgroup" | "col" if self.inner == 0 => self.end_row(),
            "caption" if self.inner == 0 => {
                self.end_row();
                self.outside.push(Vec::new());
            }
            _ => self.inline(HtmlToken::Start(tag)),
        }
    }

    /// Handles an end tag; tells whether it ends this table.
    pub(super) fn end(&mut self, name: String) -> bool {
        match name.as_str() {
            "table" if self.inner == 0 => return true,
            "table" => {
                self.inner -= 1;
                self.inline(HtmlToken::End(name));
            }
            "td" | "th" if self.inner == 0 => self.in_cell = false,
            "tr" | "thead" | "tbody" | "tfoot" if self.inner == 0 => self.end_row(),
            "caption" if self.inner == 0 => self.outside.push(Vec::new()),
            _ => self.inline(HtmlToken::End(name)),
        }
        false
    }

    /// Adds to the open cell, or to the text outside the cells.
    pub(super) fn inline(&mut self, token: HtmlToken) {
        if self.in_cell
            && let Some(cell) = self.rows.last_mut().and_then(|row| row.last_mut())
        {
            return cell.line.push(token);
        }
        match self.outside.last_mut() {
            Some(line) => line.push(token),
            None => self.outside.push(vec![token]),
        }
    }

    pub(super) fn finish(self) -> TableParts {
        let has_text = |cell: &Cell| !cell.line.is_empty();
        let some = self.rows.iter().flatten().any(has_text);
        let rows = self.rows.into_iter().filter(|row| some && !row.is_empty());
        let row = |cells: Vec<Cell>| {
            let mut row: Vec<Line> = Vec::new();
            for cell in cells {
                row.resize_with(cell.column, Vec::new);
                row.push(cell.line);
            }
            row
        };
        TableParts {
            outside: self.outside,
            align: self.align,
            rows: rows.map(row).collect(),
        }
    }

    fn start_row(&mut self) {
        self.end_row();
        self.in_row = true;
        self.rows.push(Vec::new());
        self.column = 0;
        for rows in &mut self.taken {
            *rows = rows.saturating_sub(1);
        }
    }

    fn end_row(&mut self) {
        (self.in_row, self.in_cell) = (false, false);
    }

    fn start_cell(&mut self, tag: HtmlTag, lost: &mut Losses) {
        if !self.in_row {
            self.start_row();
        }
        self.in_cell = true;
        while self.taken.get(self.column).is_some_and(|rows| *rows > 0) {
            self.column += 1;
        }
        let column = self.column;
        if column >= MOST_COLUMNS {
            // What is in the cell follows the text of the one before.
            return self.inline(HtmlToken::Start(tag));
        }
        let (across, down) = (tag.span("colspan"), tag.span("rowspan"));
        if across > 1 || down > 1 {
            lost.add(Loss::MergedCell);
        }
        let across = match self.filled < MOST_FILLED {
            true => across.min(MOST_COLUMNS - column),
            false => 1,
        };
        self.filled += across - 1;
        self.column += across;
        if self.taken.len() < self.column {
            self.taken.resize(self.column, 0);
        }
        self.taken[column..self.column].fill(down);
        if self.rows.len() == 1 {
            self.align.resize(self.column, alignment_of(&tag));
        }
        if let Some(row) = self.rows.last_mut() {
            let line = Vec::new();
            row.push(Cell { column, line });
        }
    }
}

/// Returns how the text of a column or cell is aligned.
fn alignment_of(tag: &HtmlTag) -> Alignment {
    let style = tag.get("style").unwrap_or_default();
    let in_style = style
        .split(';')
        .filter_map(|rule| rule.split_once(':'))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("text-align"))
        .map(|(_, value)| value.trim());
    let align = tag.get("align").or(in_style).unwrap_or_default();
    match align.to_ascii_lowercase().as_str() {
        "left" => Alignment::Left,
        "center" => Alignment::Center,
        "right" => Alignment::Right,
        _ => Alignment::None,
    }
}
