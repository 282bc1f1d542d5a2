"""People: who they are, how they log in, what they may do, and how all of it is erased."""
