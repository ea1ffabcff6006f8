"""How an address is written: the place as the country's post office wants it, the country when it is abroad."""

import tomllib
from functools import cache
from pathlib import Path

import pycountry

from dunwell.letters.facts import Creditor, Recipient

_LAYOUTS = Path(__file__).parent / "layouts"


@cache
def _city_patterns() -> dict[str, dict[str, str]]:
    return tomllib.loads((_LAYOUTS / "addresses.toml").read_text(encoding="utf-8"))


def city_lines(postcode: str, city: str, country: str) -> tuple[str, ...]:
    """Write postcode and city as the country's post office wants them, on one or two lines."""
    patterns = _city_patterns()
    pattern = patterns["city_line"].get(country, patterns["city_line"]["other"])
    if postcode[:1].isdigit():
        pattern = patterns["city_line_digits"].get(country, pattern)
    city = city.strip(" ,")
    filled = pattern.replace("{postcode}", postcode).replace("{city}", city).replace("{CITY}", city.upper())
    return tuple(line.strip(" ,") for line in filled.split("|") if line.strip(" ,"))


def address_lines(recipient: Recipient, creditor_country: str) -> tuple[str, ...]:
    """Return the lines of the address field.

    Name, person, street, place, and the country when it is abroad.
    """
    person = (recipient.contact_name,) if recipient.contact_name and recipient.contact_name != recipient.name else ()
    return (recipient.name, *person, *place_lines(recipient, creditor_country))


def place_lines(recipient: Recipient, creditor_country: str) -> tuple[str, ...]:
    """Return street and place, and the country when it is abroad."""
    street = tuple(line.strip() for line in recipient.street.splitlines() if line.strip())
    place = city_lines(recipient.postcode, recipient.city, recipient.country)
    abroad = recipient.country not in {"", creditor_country}
    country = (country_name(recipient.country),) if abroad else ()
    return (*street, *place, *country)


def country_name(code: str) -> str:
    """Return a country's English name in capitals, as the post reads it abroad."""
    found = pycountry.countries.get(alpha_2=code)
    name = getattr(found, "common_name", None) or getattr(found, "name", code)
    return str(name).upper()


def sender_lines(creditor: Creditor, from_country: str) -> tuple[str, ...]:
    """Return the creditor's own address as someone in ``from_country`` writes it on an envelope."""
    street = tuple(line.strip() for line in creditor.street.splitlines() if line.strip())
    place = city_lines(creditor.postcode, creditor.city, creditor.country)
    abroad = from_country not in {"", creditor.country}
    return (creditor.name, *street, *place, *((country_name(creditor.country),) if abroad else ()))
