"""Tells people that a release was refused, where they are: by a webhook, by e-mail.

What is told is one `Refusal`; who is told stands in the environment, since addresses of webhooks
are secrets. Nothing is decided here, and that nobody could be told changes no decision.
"""

from atom_release.notify.notices import Notices
from atom_release.notify.refusal import NotTold, Refusal, RefusedCriterion
from atom_release.notify.tell import tell

__all__ = ["NotTold", "Notices", "Refusal", "RefusedCriterion", "tell"]
