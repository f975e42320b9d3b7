"""English plurals, singulars and underscores as Sequelize makes them.

Sequelize takes them from the npm package inflection 1.13 (MIT licence). Its rules are restated here in its
order, for the first rule that matches decides: a word that is already plural comes before the rules that
make one.
"""

from __future__ import annotations

import functools
import re

_UNCOUNTABLE_WORDS = """
accommodation adulthood advertising advice aggression aid air aircraft alcohol anger applause
arithmetic assistance athletics bacon baggage beef biology blood botany bread butter carbon
cardboard cash chalk chaos chess crossroads countryside dancing deer dignity dirt dust economics
education electricity engineering enjoyment envy equipment ethics evidence evolution fame fiction
flour flu food fuel fun furniture gallows garbage garlic genetics gold golf gossip gratitude grief
guilt gymnastics happiness hardware harm hate hatred health heat help homework honesty honey
hospitality housework humour hunger hydrogen ice importance inflation information innocence iron
irony jam jewelry judo karate knowledge lack laughter lava leather leisure lightning linguine
linguini linguistics literature litter livestock logic loneliness luck luggage macaroni machinery
magic management mankind marble mathematics mayonnaise measles methane milk minus money mud music
mumps nature news nitrogen nonsense nurture nutrition obedience obesity oxygen pasta patience
physics poetry pollution poverty pride psychology publicity punctuation quartz racism relaxation
reliability research respect revenge rice rubbish rum safety scenery seafood seaside series shame
sheep shopping sleep smoke smoking snow soap software soil spaghetti species steam stuff stupidity
sunshine symmetry tennis thirst thunder timber traffic transportation trust underwear unemployment
unity validity veal vegetation vegetarianism vengeance violence vitality warmth wealth weather
welfare wheat wildlife wisdom yoga zinc zoology
"""
_UNCOUNTABLE = frozenset(_UNCOUNTABLE_WORDS.split())

_MEN, _PEOPLE, _CHILDREN, _TIA = "^(m|wom)en$", "(pe)ople$", "(child)ren$", "([ti])a$"
_ANALYSES = "((a)naly|(b)a|(d)iagno|(p)arenthe|(p)rogno|(s)ynop|(t)he)ses$"
_DATABASES, _DRIVES, _HIVES, _CURVES = "(database)s$", "(drive)s$", "(hi|ti)ves$", "(curve)s$"
_LRVES, _AVES, _FOVES, _MOVIES = "([lr])ves$", "([a])ves$", "([^fo])ves$", "(m)ovies$"
_IES, _SERIES, _XES, _MICE = "([^aeiouy]|qu)ies$", "(s)eries$", "(x|ch|ss|sh)es$", "([m|l])ice$"
_BUSES, _OES, _SHOES, _CRISES = "(bus)es$", "(o)es$", "(shoe)s$", "(cris|ax|test)es$"
_OCTOPUSES, _ALIASES = "(octop|vir)uses$", "(alias|canvas|status|campus)es$"
_SUMMONSES, _OXEN, _MATRICES, _VERTICES = "^(summons|bonus)es$", "^(ox)en", "(matr)ices$", "(vert|ind)ices$"
_QUIZZES, _WHEREASES, _CRITERIA = "(quiz)zes$", "^(whereas)es$", "^(criteri)a$"

_MAN, _PERSON, _CHILD, _DRIVE, _OX = "^(m|wom)an$", "(pe)rson$", "(child)$", "(drive)$", "^(ox)$"
_AXIS, _OCTOPUS, _ALIAS = "(ax|test)is$", "(octop|vir)us$", "(alias|status|canvas|campus)$"
_SUMMONS, _BUS, _BUFFALO, _TIUM = "^(summons|bonus)$", "(bu)s$", "(buffal|tomat|potat)o$", "([ti])um$"
_FFE, _HIVE, _Y, _X = "(?:([^f])fe|([lr])f)$", "(hi|ti)ve$", "([^aeiouy]|qu)y$", "(x|ch|ss|sh)$"
_MATRIX, _VERTEX, _MOUSE = "(matr)ix$", "(vert|ind)ex$", "([m|l])ouse$"
_QUIZ, _WHEREAS, _CRITERION = "(quiz)$", "^(whereas)$", "^(criteri)on$"

_ALREADY_PLURAL = (
    *(_MEN, _PEOPLE, _CHILDREN, _TIA, _ANALYSES, _DATABASES, _DRIVES, _HIVES, _CURVES, _LRVES, _FOVES, _IES),
    *(_SERIES, _MOVIES, _XES, _MICE, _BUSES, _OES, _SHOES, _CRISES, _OCTOPUSES, _ALIASES, _SUMMONSES, _OXEN),
    *(_MATRICES, "^feet$", "^teeth$", "^geese$", _QUIZZES, _WHEREASES, _CRITERIA, "^genera$"),
)
_TO_PLURAL = (
    (_MAN, "{1}en"),
    (_PERSON, "{1}ople"),
    (_CHILD, "{1}ren"),
    (_DRIVE, "{1}s"),
    (_OX, "{1}en"),
    (_AXIS, "{1}es"),
    (_OCTOPUS, "{1}uses"),
    (_ALIAS, "{1}es"),
    (_SUMMONS, "{1}es"),
    (_BUS, "{1}ses"),
    (_BUFFALO, "{1}oes"),
    (_TIUM, "{1}a"),
    ("sis$", "ses"),
    (_FFE, "{1}{2}ves"),
    (_HIVE, "{1}ves"),
    (_Y, "{1}ies"),
    (_MATRIX, "{1}ices"),
    (_VERTEX, "{1}ices"),
    (_X, "{1}es"),
    (_MOUSE, "{1}ice"),
    ("^foot$", "feet"),
    ("^tooth$", "teeth"),
    ("^goose$", "geese"),
    (_QUIZ, "{1}zes"),
    (_WHEREAS, "{1}es"),
    (_CRITERION, "{1}a"),
    ("^genus$", "genera"),
    ("s$", "s"),
    ("$", "s"),
)
_ALREADY_SINGULAR = (
    *(_MAN, _PERSON, _CHILD, _DRIVE, _OX, _AXIS, _OCTOPUS, _ALIAS, _SUMMONS, _BUS, _BUFFALO, _TIUM, "sis$"),
    *(_FFE, _HIVE, _Y, _X, _MATRIX, _MOUSE, "^foot$", "^tooth$", "^goose$", _QUIZ, _WHEREAS, _CRITERION),
    "^genus$",
)
_TO_SINGULAR = (
    (_MEN, "{1}an"),
    (_PEOPLE, "{1}rson"),
    (_CHILDREN, "{1}"),
    (_DATABASES, "{1}"),
    (_DRIVES, "{1}"),
    ("^genera$", "genus"),
    (_CRITERIA, "{1}on"),
    (_TIA, "{1}um"),
    (_ANALYSES, "{1}{2}sis"),
    (_HIVES, "{1}ve"),
    (_CURVES, "{1}"),
    (_LRVES, "{1}f"),
    (_AVES, "{1}ve"),
    (_FOVES, "{1}fe"),
    (_MOVIES, "{1}ovie"),
    (_IES, "{1}y"),
    (_SERIES, "{1}eries"),
    (_XES, "{1}"),
    (_MICE, "{1}ouse"),
    (_BUSES, "{1}"),
    (_OES, "{1}"),
    (_SHOES, "{1}"),
    (_CRISES, "{1}is"),
    (_OCTOPUSES, "{1}us"),
    (_ALIASES, "{1}"),
    (_SUMMONSES, "{1}"),
    (_OXEN, "{1}"),
    (_MATRICES, "{1}ix"),
    (_VERTICES, "{1}ex"),
    ("^feet$", "foot"),
    ("^teeth$", "tooth"),
    ("^geese$", "goose"),
    (_QUIZZES, "{1}"),
    (_WHEREASES, "{1}"),
    ("ss$", "ss"),
    ("s$", ""),
)


@functools.lru_cache(4096)
def pluralize(word: str) -> str:
    """Return the plural of a name's last word: SomePerson gives SomePeople."""
    return _apply(word, _ALREADY_PLURAL, _TO_PLURAL)


@functools.lru_cache(4096)
def singularize(word: str) -> str:
    """Return the singular of a name's last word."""
    return _apply(word, _ALREADY_SINGULAR, _TO_SINGULAR)


def underscore(name: str) -> str:
    """Return a name with an underscore before each capital, in lower case; ``::`` becomes a slash."""
    parts = (re.sub("^_", "", re.sub("([A-Z])", r"_\1", part)) for part in name.split("::"))
    return "/".join(parts).lower()


def camelize(name: str) -> str:
    """Return a name whose separators are gone and whose letters after them are capitals."""
    return re.sub(r"[-_\s]+(.)?", lambda found: (found[1] or "").upper(), name.strip())


def _apply(word: str, already: tuple[str, ...], rules: tuple[tuple[str, str], ...]) -> str:
    # The package matches without ^ on the uncountable words: only a name that is such a word is left alone.
    if word.lower() in _UNCOUNTABLE or any(_search(pattern, word) for pattern in already):
        return word
    for pattern, replacement in rules:
        found = _search(pattern, word)
        if found:
            groups = [found[0], *(group or "" for group in found.groups())]
            return word[: found.start()] + replacement.format(*groups) + word[found.end() :]
    return word


def _search(pattern: str, word: str) -> re.Match[str] | None:
    return _compiled(pattern).search(word)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # JavaScript's $ matches at the very end only, which Python spells \Z.
    return re.compile(pattern.replace("$", r"\Z"), re.IGNORECASE)
