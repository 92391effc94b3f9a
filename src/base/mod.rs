//! Words that every room shares: identifiers, time, kinds of error, canonical JSON, seek pagination. Knows no other room.
