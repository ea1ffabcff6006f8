"""Assessment → letter content in five parts → PDF (product §3).

``facts`` is what the caller fills; ``texts`` reads the text files; ``compose`` puts facts into texts;
``lint`` checks texts and contents; ``render`` typesets. Everything is pure but ``render``, which runs the
typesetter.
"""
