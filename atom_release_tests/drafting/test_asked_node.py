"""Which variables JavaScript and TypeScript ask for, how urgently, and of which kind."""

from __future__ import annotations

import pytest

from atom_release.drafting.asked_variables import find
from atom_release.drafting.asked_variables.variable import Need, Variable
from atom_release.drafting.files import Files

REQUIRED, ASKED, DEFAULTED = Need.REQUIRED, Need.ASKED, Need.DEFAULTED


def read(text: str, name: str = "src/config.ts") -> dict[str, Variable]:
    variables = find.find(Files.of({name: text}), [name])
    return {variable.name: variable for variable in variables.variables}


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("const a = process.env.X;", ASKED),
        ("const a = process.env['X'];", ASKED),
        ("const a = process.env.X!;", REQUIRED),
        ("const a = process.env.X.split(',');", REQUIRED),
        ("const a = process.env.X?.split(',');", ASKED),
        ("const a = process.env.X || 'y';", DEFAULTED),
        ("const a = (process.env.X as string) ?? 'y';", DEFAULTED),
        ("const { X } = process.env;", ASKED),
        ("const { X = 'y' } = process.env;", DEFAULTED),
        ("const a = process.env.X;\nif (!a) { throw new Error('X'); }", REQUIRED),
        ("if (!process.env.X) { process.exit(1); }", REQUIRED),
        ("if (process.env.X) { use(process.env.X); }", ASKED),
        ("process.env.X = 'y';", None),
        ("const s = Joi.object({ X: Joi.string().required() }); // process.env", REQUIRED),
        ("const s = Joi.object({ X: Joi.string() }); // process.env", ASKED),
        ("const s = z.object({ X: z.string().min(1) }).parse(process.env);", REQUIRED),
        ("const s = z.object({ X: z.string().default('y') }).parse(process.env);", DEFAULTED),
        ("const s = cleanEnv(process.env, { X: str() });", REQUIRED),
        ("const s = cleanEnv(process.env, { X: str({ default: 'y' }) });", DEFAULTED),
        ("const a = this.configService.getOrThrow('X');", REQUIRED),
        ("const a = this.configService.get('X', 'y');", DEFAULTED),
        ("import env from 'env-var'; const a = env.get('X').required().asString();", REQUIRED),
        ("const a = z.object({ X: z.string() });", None),  # a schema of something else
    ],
)
def test_code_says_what_becomes_of_it_without_the_variable(text: str, need: Need | None) -> None:
    variables = {name: variable.need for name, variable in read(text).items()}
    assert variables == ({"X": need} if need else {})


def test_schemas_say_of_which_kind_a_variable_is() -> None:
    text = """
        export const schema = z.object({
          STAGE: z.enum(['production', 'development']),
          LIMIT: z.coerce.number(),
          SITE: z.string().url(),
          OWNER: z.string().email(),
          SEAL: z.string().min(64),
        }).parse(process.env);
    """
    variables = {
        name: (v.form.kind, v.form.choices, v.form.least) for name, v in read(text).items()
    }
    assert variables == {
        "STAGE": ("choice", ("production", "development"), 0),
        "LIMIT": ("int", (), 0),
        "SITE": ("url", (), 0),
        "OWNER": ("email", (), 0),
        "SEAL": ("str", (), 64),
    }


def test_what_cannot_be_parsed_asks_nothing() -> None:
    assert read("const = process.env.X!;") == {}
