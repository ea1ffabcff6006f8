"""Tests of the law tables and the late-payment calculator."""
