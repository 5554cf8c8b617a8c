"""Where canaries came out, and the facts and proofs of it."""
