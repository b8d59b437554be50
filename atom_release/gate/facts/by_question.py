"""Which model the facts of each question have, by the question's name in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from atom_release.gate.facts.accuracy import AccuracyFacts
from atom_release.gate.facts.addresses import AddressesFacts
from atom_release.gate.facts.approval import ApprovalFacts
from atom_release.gate.facts.artifact import ArtifactFacts
from atom_release.gate.facts.claims import ClaimsFacts, ReportFacts
from atom_release.gate.facts.default_secrets import DefaultSecretsFacts
from atom_release.gate.facts.documents import DocumentsFacts
from atom_release.gate.facts.focus import FocusFacts
from atom_release.gate.facts.forge import ForgeFacts
from atom_release.gate.facts.health import HealthFacts
from atom_release.gate.facts.histogram import HistogramFacts
from atom_release.gate.facts.isolation import IsolationFacts
from atom_release.gate.facts.latency import LatencyFacts
from atom_release.gate.facts.measurement import MeasurementFacts
from atom_release.gate.facts.metrics import MetricsFacts
from atom_release.gate.facts.migrations import MigrationsFacts
from atom_release.gate.facts.model import Facts
from atom_release.gate.facts.order import OrderFacts
from atom_release.gate.facts.own_check import OwnCheckFacts
from atom_release.gate.facts.own_probe import OwnProbeFacts
from atom_release.gate.facts.personal_data import PersonalDataFacts
from atom_release.gate.facts.postgres import PostgresFacts
from atom_release.gate.facts.privacy import PrivacyFacts
from atom_release.gate.facts.prometheus import PrometheusFacts
from atom_release.gate.facts.pull_requests import PullRequestsFacts
from atom_release.gate.facts.regression import RegressionFacts
from atom_release.gate.facts.remote import RemoteFacts
from atom_release.gate.facts.routes import RoutesFacts
from atom_release.gate.facts.safety_mode import SafetyModeFacts
from atom_release.gate.facts.secret_history import SecretHistoryFacts
from atom_release.gate.facts.secret_use import SecretUseFacts
from atom_release.gate.facts.secrets import SecretsFacts
from atom_release.gate.facts.signature import SignatureFacts, TamperedArtifactFacts
from atom_release.gate.facts.signing import SigningFacts
from atom_release.gate.facts.simulated_prometheus import SimulatedPrometheusFacts
from atom_release.gate.facts.suite import IntegrationFacts, SuiteFacts
from atom_release.gate.facts.surroundings import SurroundingsFacts
from atom_release.gate.facts.system import NotStartedFacts, SystemFacts
from atom_release.gate.facts.tag import TagFacts
from atom_release.gate.facts.tokens import TokensFacts
from atom_release.gate.facts.unapproved import UnapprovedFacts
from atom_release.gate.facts.validator import ValidatorFacts
from atom_release.gate.facts.vault import VaultFacts

# A question whose report could not be read has the facts of the report, one whose system could not
# be reached those of a system: the models of one question are tried in their order.
MODELS: Mapping[str, tuple[type[Facts], ...]] = {
    "accuracy": (AccuracyFacts,),
    "approval": (ApprovalFacts,),
    "artifact": (ArtifactFacts,),
    "claims": (ClaimsFacts, ReportFacts),
    "default-secrets": (DefaultSecretsFacts,),
    "documents": (DocumentsFacts,),
    "addresses": (AddressesFacts,),
    "focus": (FocusFacts,),
    "pull-requests": (PullRequestsFacts,),
    "forge": (ForgeFacts,),
    "health": (HealthFacts, NotStartedFacts),
    "histogram": (HistogramFacts,),
    "integration": (IntegrationFacts,),
    "isolation": (IsolationFacts,),
    "latency": (LatencyFacts, NotStartedFacts),
    "measurement": (MeasurementFacts,),
    "metrics": (MetricsFacts, NotStartedFacts),
    "migrations": (MigrationsFacts,),
    "order": (OrderFacts,),
    "own-check": (OwnCheckFacts,),
    "own-probe": (OwnProbeFacts,),
    "personal-data": (PersonalDataFacts,),
    "postgres": (PostgresFacts, SystemFacts),
    "privacy": (PrivacyFacts,),
    "prometheus": (PrometheusFacts,),
    "regression": (RegressionFacts,),
    "remote": (RemoteFacts,),
    "report": (ReportFacts,),
    "routes": (RoutesFacts, NotStartedFacts),
    "safety-mode": (SafetyModeFacts,),
    "secret-history": (SecretHistoryFacts,),
    "secret-use": (SecretUseFacts,),
    "secrets": (SecretsFacts,),
    "signature": (SignatureFacts,),
    "signing": (SigningFacts,),
    "simulated-prometheus": (SimulatedPrometheusFacts,),
    "suite": (SuiteFacts,),
    "surroundings": (SurroundingsFacts,),
    "tag": (TagFacts,),
    "tampered-artifact": (TamperedArtifactFacts,),
    "tokens": (TokensFacts,),
    "validator": (ValidatorFacts,),
    "unapproved": (UnapprovedFacts,),
    "vault": (VaultFacts,),
}


def read_facts(question: str, facts: Mapping[str, JsonValue]) -> Facts | None:
    """Return the facts of a question's evidence, None where they fit none of its models."""
    read = (model.read(facts) for model in MODELS.get(question, ()))
    return next((fitting for fitting in read if fitting is not None), None)
