"""What becomes of every file of the public corpus: read right, refused rightly, or wrong, and why.

    python -m bench.corpus [--corpus FOLDER] [--files]

Files are read as an import reads them, and compared with the ``expected.json`` of their folder, which an independent
reading made; where a folder has none, with what a second, plain reading of the same file gives.
"""
