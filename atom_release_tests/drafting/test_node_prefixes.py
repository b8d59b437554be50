"""What a draft knows of the paths that other files of JavaScript put before a route."""

from __future__ import annotations

import pytest

from atom_release.drafting.ecosystems import node_routes
from atom_release.drafting.files import Files

USERS = "const router = express.Router();\nrouter.get('/', list);\nrouter.get('/:id', show);\n"
USERS += "module.exports = router;\n"


def routes_of(tree: dict[str, str]) -> set[str]:
    """Return the routes of a tree."""
    files = Files.of(tree)
    listed = node_routes.routes(files, files.paths)
    return {f"{route.value.method} {route.value.path}" for route in listed}


EXPRESS = {
    "app.js": "const users = require('./routes/users');\nconst auth = require('./auth');\n"
    "app.use('/users', auth({}), users);\napp.get('/ready', ready);\n",
    "auth.js": "module.exports = (settings) => (request, answer, next) => next();\n",
    "routes/users.js": USERS,
}
NESTED = {
    "src/app.ts": "import routes from '@/routes';\nconst PREFIX = '/api';\n"
    "app.use(`${PREFIX}/v1`, routes);\n",
    "src/routes/index.ts": "import { users } from './all';\nconst router = Router();\n"
    "const admin = Router();\nrouter.use('/admin', admin);\nadmin.use('/users', users);\n"
    "export default router;\n",
    "src/routes/all.ts": "export { default as users } from './users';\n",
    "src/routes/users.ts": USERS,
}
LOOPED = {
    "app.js": "app.use('/v1', require('./routes'));\n",
    "routes/index.js": "const users = require('./users');\nconst all = [\n"
    "  {\n    path: '/users',\n    route: users,\n  },\n];\n"
    "all.forEach((each) => {\n  router.use(each.path, each.route);\n});\n",
    "routes/users.js": USERS,
}
FASTIFY = {
    "src/app.ts": "import { items } from './items';\napp.register(items, {\n  prefix: 'items',\n});\n",
    "src/items.ts": "export async function items(app: FastifyInstance) {\n"
    "  app.get('/', async () => all());\n  app.get('/summary', async () => sum());\n}\n",
}
KOA = {
    "app.js": "const carts = require('./carts');\napp.use(carts.routes()).use(carts.allowedMethods());\n",
    "carts.js": "const router = new Router({ prefix: '/carts' });\nrouter.get('/', list);\n",
}
HANDED = {
    "src/server.ts": "import routes from './api';\nimport config from './config';\n"
    "app.use(config.api.prefix, routes());\n",
    "src/config.ts": "export default { api: { prefix: '/api' } };\n",
    "src/api/index.ts": "import users from './users';\nexport default () => {\n"
    "  const app = Router();\n  users(app);\n  return app;\n};\n",
    "src/api/users.ts": "const route = Router();\nexport default (app: Router) => {\n"
    "  app.use('/users', route);\n  route.get('/me', show);\n};\n",
}
LOADED = {
    "app.js": "const AutoLoad = require('@fastify/autoload');\n"
    "app.register(AutoLoad, { dir: path.join(__dirname, 'routes') });\n",
    "routes/items/index.js": "module.exports = async (fastify) => { fastify.get('/', list); };\n",
    "routes/root.js": "module.exports = async (fastify) => { fastify.get('/', show); };\n",
}


@pytest.mark.parametrize(
    ("tree", "routes"),
    [
        (EXPRESS, {"GET /users", "GET /users/:id", "GET /ready"}),
        (NESTED, {"GET /api/v1/admin/users", "GET /api/v1/admin/users/:id"}),
        (LOOPED, {"GET /v1/users", "GET /v1/users/:id"}),
        (FASTIFY, {"GET /items", "GET /items/summary"}),
        (KOA, {"GET /carts"}),
        (HANDED, {"GET /api/users/me"}),
        (LOADED, {"GET /items", "GET /"}),
    ],
    ids=["express", "nested", "looped", "fastify", "koa", "handed on", "loaded"],
)
def test_a_route_has_the_path_that_other_files_put_before_it(
    tree: dict[str, str], routes: set[str]
) -> None:
    assert routes_of(tree) == routes


def test_what_cannot_be_read_adds_nothing() -> None:
    """A name that two files have, one that nothing gives, a router that nobody mounts."""
    unknown = {**EXPRESS, "app.js": "app.use(base, require('./routes/users'));\n"}
    assert routes_of(unknown) == {"GET /", "GET /:id"}
    assert routes_of({"routes/users.js": USERS}) == {"GET /", "GET /:id"}
    twice = {**NESTED, "web/routes/index.ts": "", "src/app.ts": "app.use('/api', routes);\n"}
    assert "GET /admin/users" in routes_of(twice)


CONTROLLER = (
    "import { Controller, Get } from '@nestjs/common';\n@Controller({ path: 'items', version: '2' })\n"
    "export class Items {\n  @Get()\n  all() { return 1; }\n\n  @Version('3')\n  @Get('new')\n"
    "  fresh() { return 2; }\n}\n"
)
HEALTH = CONTROLLER.replace("{ path: 'items', version: '2' }", "'health'").partition("\n\n")[0]


def test_nest_puts_its_prefix_and_versions_before_every_controller() -> None:
    """But for what it excludes, and versions only where they stand in paths."""
    main = "app.setGlobalPrefix('api', { exclude: ['health'] });\n"
    tree = {"src/items.ts": CONTROLLER, "src/health.ts": HEALTH}
    assert routes_of(tree) == {"GET /items", "GET /items/new", "GET /health"}
    plain = {"GET /api/items", "GET /api/items/new", "GET /health"}
    assert routes_of({**tree, "src/main.ts": main}) == plain
    by_path = f"{main}app.enableVersioning({{ type: VersioningType.URI }});\n"
    versions = {"GET /api/v2/items", "GET /api/v3/items/new", "GET /health"}
    assert routes_of({**tree, "src/main.ts": by_path}) == versions
    by_header = f"{main}app.enableVersioning({{ type: VersioningType.HEADER, header: 'v' }});\n"
    assert routes_of({**tree, "src/main.ts": by_header}) == plain


def test_files_that_mount_each_other_come_to_an_end() -> None:
    tree = {
        "a.js": "const b = require('./b');\napp.use('/a', b);\napp.get('/x', x);\n",
        "b.js": "const a = require('./a');\napp.use('/b', a);\napp.get('/y', y);\n",
    }
    assert len(routes_of(tree)) == len(tree)
