//! Builds every service once; runs followers, timers and the end of editing sessions.
