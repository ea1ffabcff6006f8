"""Vietnamese numbers in words: checked against vouchers, because the general speller leaves out groups of zeros."""

import pytest

from dunwell.letters.words_vi import spell_vi


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (5, "năm"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (105, "một trăm lẻ năm"),
        (1_015, "một nghìn không trăm mười lăm"),
        (1_000_500, "một triệu không nghìn năm trăm"),
        (1_005_000, "một triệu không trăm lẻ năm nghìn"),
        (2_500_000_000, "hai tỷ năm trăm triệu"),
        (123_456_789, "một trăm hai mươi ba triệu bốn trăm năm mươi sáu nghìn bảy trăm tám mươi chín"),
    ],
)
def test_a_number_is_spelt_as_vouchers_read_it(number: int, words: str) -> None:
    assert spell_vi(number) == words
