"""The sentences of the services that a screen tells again, by what they are about.

Each stands as the services say it, with ``%(names)s`` where its values stand. A name says of what kind a value is:
``day`` is a date, ``currency`` an ISO 4217 code, ``number`` a figure. What a service puts together from sentences is
told sentence by sentence; ``PHRASES`` are the parts of sentences, looked for in the values of others only.
"""

from dunwell.web.sentences import cases, files, formats, health, matching, policy, texts, unlawful

_ROOMS = (cases, files, formats, health, matching, policy, texts, unlawful)

SENTENCES: tuple[str, ...] = tuple(dict.fromkeys(one for room in _ROOMS for one in room.SENTENCES))
PHRASES: tuple[str, ...] = tuple(dict.fromkeys(one for room in _ROOMS for one in room.PHRASES))
