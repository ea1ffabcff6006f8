"""An annex without its number yet: the kind and what the list of annexes calls it."""

from dunwell.letters.content import Annex, Block
from dunwell.letters.sandbox import Value
from dunwell.letters.setting import Setting


def titled(setting: Setting, kind: str, blocks: tuple[Block, ...] = (), **extra: Value) -> Annex:
    """Return an annex of ``kind`` under its title in the letter's language."""
    return Annex(kind=kind, number=0, mark="", title=setting.sentence("annexes", kind, **extra), blocks=blocks)
