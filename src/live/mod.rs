//! Live editing: rooms, peers, protocol, awareness. Knows no socket.
