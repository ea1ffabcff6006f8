"""The lifecycles of letters, holds and the other cases, as transition tables over the store."""
