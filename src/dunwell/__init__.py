"""Dunwell: self-hosted credit control. See ``docs/develop/architecture.md`` for the life of one invoice."""

import os

__version__ = "0.1.0"

# Polars' allocator (jemalloc) gives freed memory back to the system within moments and asks for it again for the next
# frame; kept for two seconds, an assessment takes a tenth less time. It reads this once, when Polars is loaded, so that
# nothing later than the import of the package will do. Whoever has set it, or has loaded Polars before, has the say.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:2000,muzzy_decay_ms:-1")
