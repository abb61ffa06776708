//! "Why is this red?": one file a diagnosis, each checks facts and says what to do next.
