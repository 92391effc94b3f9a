//! The engine: typed tables, edit logs and blobs on disk. Knows no domain word.
