//! People, roles, sessions, tokens, and the proofs of permission that only this room can make.
