//! Review: the state machine, quorum, decisions, and the effective version.
