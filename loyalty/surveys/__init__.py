"""Surveys: what members answered, once each, and what it gave."""

from loyalty.surveys.answering import Answered, answer
from loyalty.surveys.checking import Told, checked
from loyalty.surveys.reading import (
    FullAnswer,
    OpenSurvey,
    Results,
    Summed,
    find,
    opened,
    pages,
    results,
    surveys,
)

__all__ = [
    "Answered",
    "FullAnswer",
    "OpenSurvey",
    "Results",
    "Summed",
    "Told",
    "answer",
    "checked",
    "find",
    "opened",
    "pages",
    "results",
    "surveys",
]
