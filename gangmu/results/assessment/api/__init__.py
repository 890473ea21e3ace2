"""Rounds, results, appeals and proposals over the API: what leads them, and what is seen of them."""

from gangmu.results.assessment.api import seeing
from gangmu.results.assessment.api.rounds import router

__all__ = ["router", "seeing"]
