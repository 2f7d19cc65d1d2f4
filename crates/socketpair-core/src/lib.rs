//! socketpair(2), whole.
