//! The open `<sup>` and `<sub>` tags of a line.

use crate::tree::Script;

/// Open tags, outermost first. A section holds one level of raised or lowered text; a script within
/// a script is written as text: `2<sup>3<sup>2</sup></sup>` is 2 to the power of `3^(2)`.
#[derive(Default)]
pub(super) struct ScriptStack {
    open: Vec<OpenScript>,
    superscripts: usize,
    /// The script of the text so far, and the number of tags that were open when it began.
    begun: Option<(Script, usize)>,
    /// How many open tags, from the outermost, are known to stand around text.
    resolved: usize,
}

struct OpenScript {
    script: Script,
    parenthesised: bool,
}

impl ScriptStack {
    pub(super) fn open(&mut self, script: Script) {
        self.superscripts += usize::from(script == Script::Superscript);
        let parenthesised = false;
        self.open.push(OpenScript {
            script,
            parenthesised,
        });
    }

    /// Closes the innermost tag of this kind and those within it. Returns the parentheses that
    /// close with them; a tag that was never opened closes none.
    pub(super) fn close(&mut self, script: Script) -> String {
        let mut text = String::new();
        if self.count(script) == 0 {
            return text;
        }
        while let Some(closed) = self.open.pop() {
            self.superscripts -= usize::from(closed.script == Script::Superscript);
            if closed.parenthesised {
                text.push(')');
            }
            if closed.script == script {
                break;
            }
        }
        let depth = self.open.len();
        self.resolved = self.resolved.min(depth);
        self.begun = self.begun.filter(|(_, begun)| *begun <= depth);
        text
    }

    fn count(&self, script: Script) -> usize {
        match script {
            Script::Superscript => self.superscripts,
            Script::Subscript => self.open.len() - self.superscripts,
        }
    }

    /// Returns how the innermost tag is written where no text is raised or lowered.
    pub(super) fn write_innermost(&mut self) -> &'static str {
        self.resolved = self.open.len();
        self.open.last_mut().map_or("", OpenScript::write)
    }

    /// Returns the script of the text so far.
    pub(super) fn current(&self) -> Option<Script> {
        self.begun.map(|(script, _)| script)
    }

    /// Begins text: returns what to write before it, if a tag opened within raised or lowered text.
    pub(super) fn begin_text(&mut self) -> String {
        let mut text = String::new();
        let depth = self.open.len();
        match (self.begun, self.open.last()) {
            (None, Some(innermost)) => self.begun = Some((innermost.script, depth)),
            (Some(_), _) => {
                for open in &mut self.open[self.resolved..] {
                    text.push_str(open.write());
                }
            }
            (None, None) => {}
        }
        self.resolved = depth;
        text
    }

    /// Returns the parentheses that are still open.
    pub(super) fn unclosed(&self) -> String {
        let open = self.open.iter().filter(|open| open.parenthesised);
        open.map(|_| ')').collect()
    }
}

impl OpenScript {
    fn write(&mut self) -> &'static str {
        self.parenthesised = true;
        match self.script {
            Script::Superscript => "^(",
            Script::Subscript => "_(",
        }
    }
}
