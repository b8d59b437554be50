"""Scenarios about policies: secrets, personal data, tenants."""

from __future__ import annotations

from atom_release.gate.vocabulary import Outcome
from atom_release.reference.scenarios.scenario import Files, Scenario, replace

_FAIL = Outcome.FAIL
_VIEWS = "infra/db/migrations/006_create_analytics_views.sql"
_TENANCY = "infra/db/migrations/005_enable_multitenancy.sql"


# Put together here, so that this file itself holds nothing that looks like a key.
DOTENV = b"".join(
    (
        b"ATOM_DEPLOY_KEY=",
        b"AKIA",
        b"QZ7XW3LM5TRV2KPD",
        b"\nATOM_DEPLOY_SECRET=",
        b"pT9vQ2xL8rZ4nB6mK1",
        b"wY7cJ3hG5dF0sA",
        b"\n",
    )
)


def _dotenv(tree: Files) -> None:
    tree[".env"] = DOTENV


def _ignored_dotenv(tree: Files) -> None:
    _dotenv(tree)
    tree[".gitattributes"] = b".env export-ignore\n"


def _view_leak(tree: Files) -> None:
    # Forced row-level security binds the view's owner too: the view leaks only because a policy
    # also lets the owner read everything.
    replace(tree, _VIEWS, " WITH (security_invoker = true)", "")
    replace(
        tree,
        _VIEWS,
        "GRANT SELECT",
        "CREATE POLICY reporting ON predictions FOR SELECT TO CURRENT_USER USING (true);\nGRANT"
        " SELECT",
    )


def _not_forced(tree: Files) -> None:
    replace(tree, _TENANCY, "ALTER TABLE users FORCE ROW LEVEL SECURITY;\n", "")


def _missing_policy(tree: Files) -> None:
    text = tree[_TENANCY].decode()
    start = text.index("ALTER TABLE feedback ENABLE")
    end = text.index("\n", text.index("ALTER TABLE feedback FORCE")) + 1
    policy = text.index("CREATE POLICY tenant_feedback")
    tree[_TENANCY] = (
        text[:start] + text[end:policy] + text[text.index(";", policy) + 1 :]
    ).encode()


def _broken_migration(tree: Files) -> None:
    tree["infra/db/migrations/008_report_index.sql"] = (
        b"CREATE INDEX reports_by_tenant ON reports (tenant_id);\n"
    )


def _extension(tree: Files) -> None:
    # Not one that some servers ship (uuid-ossp, pgcrypto): what comes out must not depend on the
    # machine.
    tree["infra/db/migrations/008_trace_ids.sql"] = b"CREATE EXTENSION atom_trace_ids;\n"


def _default_key(tree: Files) -> None:
    path = "services/platform/platform_vault.py"
    literal = "atom-" + "dev-signing-" + "7f3k9q2m"
    tree[path] += (
        '\n\ndef fallback_key():\n    """Return the key for machines without Vault."""\n    return'
        f' os.getenv("JWT_SECRET", "{literal}")\n'.encode()
    )


def _no_tenant(tree: Files) -> None:
    path = "services/platform/platform_tokens.py"
    replace(
        tree,
        path,
        'options={"require": ["exp", "tenant_id"]})\n',
        'options={"require": ["exp"]})\n        claims.setdefault("tenant_id", _FIRST)\n',
    )
    replace(
        tree,
        path,
        "import jwt\n",
        'import jwt\n\n_FIRST = "11111111-1111-4111-8111-111111111111"  # whose tokens were issued'
        " before there were tenants\n",
    )


def _override(tree: Files) -> None:
    path = "services/platform/platform_tokens.py"
    replace(
        tree,
        path,
        "        uuid.UUID(",
        '        claims.update(claims.get("extra_claims") or {})\n        uuid.UUID(',
    )


def _export(tree: Files) -> None:
    # The suite's own address ends in .org: that this rule knows only short endings shows where
    # another person goes in.
    replace(
        tree,
        "services/analytics/redaction.py",
        '@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+"',
        '@[A-Za-z0-9.-]+\\.[A-Za-z]{2,3}\\b"',
    )


def _fixture(tree: Files) -> None:
    # Put together here: these numbers have right check digits, and stand for nobody.
    cards = "49291357" + "90246817", "55208137" + "46509237"
    text = "customer,card_number,amount\n" + "".join(
        f"C-{number},{card},1{number}.50\n" for number, card in enumerate(cards, 1)
    )
    tree["services/analytics/tests/fixtures/payments.csv"] = text.encode()


def _automatic(tree: Files) -> None:
    replace(tree, "workflows/activate-model.yaml", "  mode: manual\n", "  mode: auto\n")


SCENARIOS = (
    Scenario(
        "secret-committed", "P-2", {"P-2": _FAIL}, "A .env with credentials is committed.", _dotenv
    ),
    Scenario(
        "secret-export-ignored",
        "P-2",
        {"P-2": _FAIL},
        "The same .env, hidden from `git archive` by an attribute.",
        _ignored_dotenv,
    ),
    Scenario(
        "rls-view-leak",
        "P-5",
        {"P-5": _FAIL, "AC2": _FAIL},
        "A view asks with the rights of an owner who may read every tenant.",
        _view_leak,
    ),
    Scenario(
        "rls-not-forced",
        "P-5",
        {"P-5": _FAIL},
        "A tenant table does not force row-level security: its owner reads all rows.",
        _not_forced,
    ),
    Scenario(
        "rls-missing-policy",
        "P-5",
        {"P-5": _FAIL},
        "A tenant table has no policy and no row-level security.",
        _missing_policy,
    ),
    Scenario(
        "migration-broken",
        "P-5",
        {"P-5": _FAIL},
        "A migration names a table that there is not.",
        _broken_migration,
    ),
    Scenario(
        "extension-missing",
        "P-5",
        {"P-5": Outcome.BLOCKED},
        "A migration wants an extension that this PostgreSQL does not have.",
        _extension,
    ),
    Scenario(
        "jwt-no-tenant",
        "P-5",
        {"P-5": _FAIL, "AC2": _FAIL, "C.3": _FAIL, "C.4": _FAIL},
        "A token without a tenant is taken for the first tenant's; the suites of C.3 and C.4 and"
        " the cross-service tests see it too.",
        _no_tenant,
    ),
    Scenario(
        "jwt-override",
        "P-5",
        {"P-5": _FAIL},
        "Claims nested in a token override its tenant.",
        _override,
    ),
    Scenario(
        "pii-in-export",
        "P-1",
        {"P-1": _FAIL},
        "The redaction misses addresses with long endings: a person comes out in the export of"
        " C.4.",
        _export,
    ),
    Scenario(
        "pii-in-fixture",
        "P-1",
        {"P-1": _FAIL},
        "A fixture of C.4 holds the card numbers of customers.",
        _fixture,
    ),
    Scenario(
        "workflow-automatic",
        "P-3",
        {"P-3": _FAIL},
        "A workflow package activates models without waiting for a person.",
        _automatic,
    ),
    Scenario(
        "default-key-in-code",
        "P-2",
        {"P-2": _FAIL},
        "A default key stands in the code.",
        _default_key,
    ),
)
