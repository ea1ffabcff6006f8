"""What rides with a letter: one file per annex, each a function from the letter's setting to what the annex shows."""
