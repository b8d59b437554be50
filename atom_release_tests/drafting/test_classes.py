"""Routes whose methods stand in classes, and chains of calls: what a draft asks of them."""

from __future__ import annotations

import pytest

from atom_release.drafting.ecosystems import node_routes, python_routes
from atom_release.drafting.files import Files

VIEWS = """
from flask.views import MethodView

@blp.route("/roles")
class Roles(MethodView):
    @jwt_required()
    def get(self): ...

    async def post(self, role): ...

@blp.route("/plain")
def plain(): ...

@blp.route("/named", methods=["PUT"])
class Named(MethodView):
    def get(self): ...
"""
RESOURCES = """
class Item(Resource):
    def get(self, item): ...
    def delete(self, item): ...

    class Meta:
        name = "get"

api.add_resource(Item, "/items/<int:item>", "/things/<int:item>")
api.add_resource(Elsewhere, "/elsewhere")
"""
URLS = """
router = DefaultRouter()
router.register(r"tags", views.TagViewSet)
router.register("recipes", viewset=views.RecipeViewSet)
urlpatterns = [path("", include(router.urls))]
"""
VIEWSETS = """
class Base(viewsets.GenericViewSet, mixins.ListModelMixin):
    pass

class TagViewSet(Base):
    pass

class RecipeViewSet(viewsets.ReadOnlyModelViewSet):
    @action(methods=["POST"], detail=True, url_path="upload-image")
    def upload_image(self, request, pk=None): ...

    @action(detail=False)
    def popular(self, request): ...
"""


def python(tree: dict[str, str]) -> list[str]:
    seen = python_routes.routes(Files.of(tree), list(tree))
    return [f"{each.value.method} {each.value.path}" for each in seen]


def test_a_view_answers_by_the_methods_that_it_has() -> None:
    assert python({"views.py": VIEWS}) == ["GET /roles", "POST /roles", "GET /plain", "PUT /named"]


def test_a_resource_is_asked_at_each_of_its_paths() -> None:
    """One whose class is not here answers nobody knows what."""
    assert python({"app.py": RESOURCES}) == [
        *("GET /items/<int:item>", "DELETE /items/<int:item>"),
        *("GET /things/<int:item>", "DELETE /things/<int:item>"),
    ]


def test_a_viewset_answers_what_its_bases_do_and_its_own_actions() -> None:
    top = 'urlpatterns = [path("api/", include("shop.urls"))]\n'
    tree = {"site/urls.py": top, "shop/urls.py": URLS, "shop/views.py": VIEWSETS}
    assert python(tree) == [
        "GET /api/tags/",
        *("GET /api/recipes/", "GET /api/recipes/{pk}/"),
        *("POST /api/recipes/{pk}/upload-image/", "GET /api/recipes/popular/"),
    ]


@pytest.mark.parametrize(
    ("line", "routes"),
    [
        (
            "router.route('/users')\n  .post(check(), add)\n  .get(list);",
            ["POST /users", "GET /users"],
        ),
        ("router.route('/one').get((request) => answer(request.get('x')));", ["GET /one"]),
        ("Server.instance.get('/', (request, answer) => {});", ["GET /"]),
        ("cache.get('/users', fallback);", []),
        ("router.del('/users/:id', remove);", ["DELETE /users/:id"]),
        ("router.get('/:id([0-9]+)', [check(['A'], true)], show);", ["GET /:id"]),
        (
            "const BASE = `/api/v1/movies`;\nrouter.get(BASE, list);\nrouter.put(`${BASE}/:id`, edit);",
            ["GET /api/v1/movies", "PUT /api/v1/movies/:id"],
        ),
        ("const name = 'x';\nrouter.get(name, list);\nrouter.get(`${other}/a`, list);", []),
    ],
)
def test_calls_that_follow_a_route_are_its_methods(line: str, routes: list[str]) -> None:
    seen = node_routes.routes(Files.of({"routes.js": line}), ["routes.js"])
    assert [f"{each.value.method} {each.value.path}" for each in seen] == routes
