"""Study: enrolments, what learners did as records, and the progress folded from them."""
