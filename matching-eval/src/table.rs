//! Plain CSV tables: a header, numbers and words, no quotes.

use std::{collections::HashMap, fs, path::Path};

use anyhow::{Context, bail};

/// A table by column names.
pub struct Table {
    columns: HashMap<String, usize>,
    rows: Vec<Vec<String>>,
}

/// One row of a table.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    cells: &'a [String],
}

impl Table {
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path);
        let text = text.with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("{} is no table", path.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let mut lines = text.lines().map(split);
        let header = lines.next().context("it has no header")?;
        let rows: Vec<Vec<String>> = lines.collect();
        if let Some(row) = rows.iter().position(|row| row.len() != header.len()) {
            bail!(
                "row {} has another number of cells than the header",
                row + 2
            );
        }
        let columns = header.into_iter().enumerate();
        Ok(Self {
            columns: columns.map(|(place, name)| (name, place)).collect(),
            rows,
        })
    }

    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let rows = self.rows.iter();
        rows.map(|cells| Row { table: self, cells })
    }
}

impl Row<'_> {
    /// The cell as it is written; nothing where it is empty.
    pub fn text(&self, column: &str) -> anyhow::Result<Option<&str>> {
        let place = self.table.columns.get(column);
        let place = place.with_context(|| format!("the column `{column}` is missing"))?;
        Ok(Some(self.cells[*place].as_str()).filter(|cell| !cell.is_empty()))
    }

    /// The cell as a number; nothing where it is empty.
    pub fn number(&self, column: &str) -> anyhow::Result<Option<f64>> {
        let number = self.text(column)?.map(str::parse);
        number
            .transpose()
            .with_context(|| format!("`{column}` is no number"))
    }

    /// The cell as a whole number.
    pub fn integer(&self, column: &str) -> anyhow::Result<i64> {
        let text = self.text(column)?;
        let text = text.with_context(|| format!("`{column}` is empty"))?;
        text.parse()
            .with_context(|| format!("`{column}` is no whole number"))
    }
}

fn split(line: &str) -> Vec<String> {
    line.split(',').map(|cell| cell.trim().to_owned()).collect()
}
