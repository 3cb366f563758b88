"""Did you mean …? The nearest of the words that would have been right."""

from collections.abc import Iterable

_LIKE_ENOUGH = 0.6


def nearest(word: str, known: Iterable[str], like: float = _LIKE_ENOUGH) -> str | None:
    """The known word most like the one that was typed, where one is like it at all."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, sorted(set(known)), 1, like)), None)


def did_you_mean(word: str, known: Iterable[str], like: float = _LIKE_ENOUGH) -> str:
    """A sentence to stand behind 'There is no …', with the space before it; nothing where no word is near."""
    near = nearest(word, known, like)
    return "" if near is None else f" Did you mean {near}?"
