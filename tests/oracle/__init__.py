"""The plain-Python reference of the assessment, and the tests that hold the columnar engine to it."""
