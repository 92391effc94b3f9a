//! The one append-only, hash-chained record of every decision and deed, and those who follow it.
