//! Articles: the record, the document layout, Markdown in and out, safe HTML.
