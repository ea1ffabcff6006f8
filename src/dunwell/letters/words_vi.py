"""Whole amounts in Vietnamese words as vouchers read them: every lower group in full, nothing left to guess.

The general speller leaves out groups of zeros, so that 1 000 500 could be read as 1 500 000.
"""

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_BILLION = 10**9
_GROUPS = ((10**6, "triệu"), (1000, "nghìn"), (1, ""))


def spell_vi(n: int) -> str:
    """Spell ``n`` >= 0: 1 000 500 is "một triệu không nghìn năm trăm", never "một triệu năm trăm"."""
    return " ".join(_words(n, inner=False)) or _DIGITS[0]


def _words(n: int, *, inner: bool) -> list[str]:
    """Spell billions by recursion, the rest in groups of three; ``inner`` when words stand before them."""
    high, low = divmod(n, _BILLION)
    words = [*_words(high, inner=inner), "tỷ"] if high else []
    for scale, name in _GROUPS:
        if not low:
            break
        group, low = divmod(low, scale)
        follows = bool(words) or inner
        if group:
            words += _group(group, full=follows) + [name] * bool(name)
        elif follows and name:
            words += [_DIGITS[0], name]
    return words


def _group(n: int, *, full: bool) -> list[str]:
    """Spell 1 to 999; ``full`` names the hundreds even when there are none ("không trăm lẻ năm")."""
    hundreds, rest = divmod(n, 100)
    tens, units = divmod(rest, 10)
    words = [_DIGITS[hundreds], "trăm"] if hundreds or full else []
    if tens:
        words += ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    elif units and words:
        words.append("lẻ")
    if units:
        words.append(_unit(tens, units))
    return words


def _unit(tens: int, units: int) -> str:
    """Spell the last digit: mốt after twenty and more, lăm after ten and more."""
    if units == 1 and tens > 1:
        return "mốt"
    return "lăm" if units == 5 and tens else _DIGITS[units]
