"""Tables of programs and people: which row is the header, what the columns mean, how dates and amounts are written.

``header`` finds the header, ``layouts`` and ``choosing`` say what it means, ``dates`` and ``amounts`` decide how the
columns are written, ``shaping`` brings rows into the form of one row per thing, ``reader`` tells the story.
"""
