"""Secrets from Vault's KV version 2 engine; there is no other place they could come from."""

import os


def read_secret(path, field="key"):
    """Give one field of a secret, asked of the Vault that VAULT_ADDR and VAULT_TOKEN name."""
    import hvac

    client = hvac.Client(url=os.environ["VAULT_ADDR"], token=os.environ["VAULT_TOKEN"], timeout=5)
    return client.secrets.kv.v2.read_secret_version(path=path, raise_on_deleted_version=True)["data"]["data"][field]
