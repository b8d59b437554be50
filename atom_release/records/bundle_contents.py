"""What an audit bundle holds.

The artifacts that a decision names, and what somebody needs to verify them without the gate.

A pure function of what was signed, so that a verifier makes the bundle again and compares: nothing
that stands in one is without a witness. It must not know where artifacts are kept or how a bundle
is packed.
"""

from __future__ import annotations

from collections.abc import Mapping

from atom_release.records import canonical
from atom_release.records import names as artifact_names
from atom_release.records.record import Record

README = "README.md"
KEY = "gate.pem.pub"
_README = """\
# Audit bundle of {release} {version}

| | |
| --- | --- |
| decision | {verdict}, as of {as_of} |
| judged commit | `{commit}` |
| its tree | `{tree}` (git's digest of every path and byte in it) |
| signed decision | `{decision}`, sha256 `{digest}` |

`{decision}` is a DSSE envelope around an in-toto statement. Its subjects are the judged commit and, by SHA-256, every other file here but
this one and `{key}`. The decision follows from the evidence inside the JSON files.

## With the gate

    atom-release verify {bundle} --key "$PUBLIC_KEY"

offline: it checks the signature and every digest, derives the decision again from the evidence, byte for byte, and makes this bundle again.
With `--repo DIR` it also checks that the tag stands on a commit whose first parent is the judged one and which holds this decision.

## Without the gate

Take the public key from somewhere else than this bundle: `{key}` says which one is meant, not that it may be believed.

```sh
python3 -m zipfile -e {bundle} bundle && cd bundle
python3 - > ../SHA256SUMS <<'PYTHON'
import base64, json, pathlib
envelope = json.loads(pathlib.Path("{decision}").read_bytes())
payload, kind = base64.b64decode(envelope["payload"]), envelope["payloadType"].encode()
pathlib.Path("../signed").write_bytes(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload))
pathlib.Path("../signature").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
for subject in json.loads(payload)["subject"]:
    if "sha256" in subject["digest"]:
        print(subject["digest"]["sha256"] + "  " + subject["name"])
PYTHON
openssl dgst -sha256 -verify "$PUBLIC_KEY" -signature ../signature ../signed
sha256sum --check --strict ../SHA256SUMS
```

For an Ed25519 key the third command is `openssl pkeyutl -verify -pubin -inkey "$PUBLIC_KEY" -rawin -in ../signed -sigfile ../signature`.
In the repository, `git rev-parse {short}^{{tree}}` gives the tree above.
"""


def contents(
    recorded: Record, artifacts: Mapping[str, bytes], public_pem: bytes
) -> dict[str, bytes]:
    """Return the files of the bundle.

    Args:
        recorded: the decision, derived from these artifacts.
        artifacts: every artifact that it names, by file name.
        public_pem: the key that signed it.
    """
    prefix, decision = recorded.manifest.release.prefix, recorded.decision
    name = f"{prefix}_{artifact_names.DECISION}"
    if recorded.case is None and README in artifacts:
        return _files(recorded, artifacts, public_pem, artifacts[README])
    readme = _README.format(
        bundle=f"{prefix}_{artifact_names.BUNDLE}",
        decision=name,
        digest=canonical.digest(recorded.envelope),
        key=KEY,
        short=decision.commit[:12],
        **{
            attribute: getattr(decision, attribute)
            for attribute in ("release", "version", "verdict", "as_of", "commit", "tree")
        },
    )
    return _files(recorded, artifacts, public_pem, readme.encode())


def _files(
    recorded: Record, artifacts: Mapping[str, bytes], public_pem: bytes, readme: bytes
) -> dict[str, bytes]:
    return {
        **{name: artifacts[name] for name in recorded.artifacts},
        f"{recorded.manifest.release.prefix}_{artifact_names.DECISION}": recorded.envelope,
        README: readme,
        KEY: public_pem,
    }
