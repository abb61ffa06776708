//! A page of titles and values whose columns line up, as Go's text/tabwriter sets them (padding 2): a column is a run
//! of lines that have a cell there, and the last cell of a line belongs to none.

/// A page that is being written.
#[derive(Default)]
pub(super) struct Page {
    lines: Vec<Vec<String>>,
}

impl Page {
    /// A line, indented by two spaces a level; tabs part its cells.
    pub(super) fn line(&mut self, level: usize, text: impl AsRef<str>) {
        let text = format!("{}{}", "  ".repeat(level), text.as_ref());
        self.lines.push(text.split('\t').map(str::to_owned).collect());
    }

    /// A title and its value.
    pub(super) fn field(&mut self, level: usize, title: &str, value: impl AsRef<str>) {
        self.line(level, format!("{title}:\t{}", one_cell(value.as_ref())));
    }

    /// A title, and a line for each value, one below the other; `<none>` where there is none.
    pub(super) fn fields(&mut self, level: usize, title: &str, values: &[String]) {
        let Some((first, rest)) = values.split_first() else { return self.field(level, title, "<none>") };
        self.field(level, title, first);
        for value in rest {
            self.line(level, format!("\t{}", one_cell(value)));
        }
    }

    /// Text that is nobody's column.
    pub(super) fn text(&mut self, level: usize, text: &str) {
        for line in text.split('\n') {
            self.line(level, one_cell(line));
        }
    }

    /// The page, aligned.
    pub(super) fn finish(self) -> String {
        let mut widths: Vec<Vec<usize>> = self.lines.iter().map(|cells| vec![0; cells.len() - 1]).collect();
        let most = widths.iter().map(Vec::len).max().unwrap_or(0);
        for column in 0..most {
            let mut from = 0;
            while from < self.lines.len() {
                let block = self.lines[from..].iter().take_while(|cells| cells.len() > column + 1);
                let block: Vec<usize> = block.map(|cells| cells[column].chars().count() + 2).collect();
                let width = block.iter().copied().max().unwrap_or(0);
                widths[from..from + block.len()].iter_mut().for_each(|line| line[column] = width);
                from += block.len().max(1);
            }
        }
        let mut out = String::new();
        for (cells, widths) in self.lines.iter().zip(widths) {
            for (cell, width) in cells.iter().zip(widths.iter().map(Some).chain([None])) {
                out.push_str(cell);
                let pad = width.map_or(0, |width| width - cell.chars().count());
                out.extend(std::iter::repeat_n(' ', pad));
            }
            out.push('\n');
        }
        out
    }
}

/// A foreign tab must not begin a cell.
fn one_cell(text: &str) -> String {
    text.replace('\t', "    ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_run_of_lines_needs() {
        let mut page = Page::default();
        page.field(0, "Name", "x");
        page.fields(0, "Labels", &["a=1".into(), "b=\t2".into()]);
        page.line(0, "Template:");
        page.field(1, "A long title", "y");
        page.line(0, "No columns");
        let wanted = "Name:    x\nLabels:  a=1\n         b=    2\nTemplate:\n  A long title:  y\nNo columns\n";
        assert_eq!(page.finish(), wanted);
    }
}
