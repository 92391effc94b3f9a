//! The table that is printed.

/// Figures by row, one column for each size.
pub struct Table {
    sizes: Vec<u64>,
    rows: Vec<(&'static str, Vec<String>)>,
}

impl Table {
    /// Starts without rows.
    pub fn new(sizes: &[u64]) -> Self {
        Self {
            sizes: sizes.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds the figure of the next size to a row.
    pub fn add(&mut self, name: &'static str, figure: impl Into<String>) {
        let figure = figure.into();
        eprintln!("{name}: {figure}");
        match self.rows.iter_mut().find(|(known, _)| *known == name) {
            Some((_, figures)) => figures.push(figure),
            None => self.rows.push((name, vec![figure])),
        }
    }

    /// Prints the rows.
    pub fn print(&self) {
        print!("| Journal entries |");
        self.sizes.iter().for_each(|size| print!(" {size} |"));
        println!("\n|---|{}", "---|".repeat(self.sizes.len()));
        for (name, figures) in &self.rows {
            println!("| {name} | {} |", figures.join(" | "));
        }
    }
}
