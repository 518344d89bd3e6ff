"""Greetings, thanks and "what can you do?": a sentence of help, never a quote."""

from __future__ import annotations

import re

from bot.answers import Answer

_HELP = (
    'Ask me about the commentary, for example "Why does China matter for sanctions?": I answer with the author\'s own sentences '
    "and where they stand, or say that the commentary does not say."
)
_REPLIES = (
    (r"(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day))(?: there| all| everyone| bot)?", f"Hello. {_HELP}"),
    (
        r"(?:many |ok |okay |great |cool )*(?:thanks?|thank you|thx|cheers|ty)"
        r"(?: (?:a lot|so much|very much|you|again|bot))*(?: for .{1,40})?",
        "You are welcome. Ask on whenever you like.",
    ),
    (r"(?:good)?bye(?: bye)?|good night|see (?:you|ya)(?: later)?|cya", "Goodbye."),
    (
        r"(?:ok|okay|cool|great|nice|good|got it|i see|fine|alright|perfect|awesome|wow)(?: then| job| one)?",
        "Good. Ask on whenever you like.",
    ),
    (r"how are you(?: doing)?(?: today)?|what['’]?s up|how(?: is|['’]s) it going", f"Ready to answer. {_HELP}"),
    (
        r"help(?: me)?|what (?:can|do) you do|what can i ask(?: you)?|who are you|what are you|how do(?:es)? (?:you|this|it) work"
        r"|how do i use (?:you|this)"
        r"|are you (?:a )?(?:bot|human|ai|robot|real)|what is this(?: bot)?",
        _HELP,
    ),
)
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), reply) for pattern, reply in _REPLIES)


def small_talk(question: str) -> Answer | None:
    """A reply if the whole message is small talk. It quotes nothing, so it counts as not answered."""
    message = re.sub(r"[^\w\s'’]+", " ", question)
    message = " ".join(message.split())
    reply = next((reply for pattern, reply in _PATTERNS if pattern.fullmatch(message)), None)
    return Answer(question, question, False, reply, confidence=0.0) if reply else None
