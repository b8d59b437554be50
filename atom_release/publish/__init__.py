"""Acts: the store, signatures, the release commit and its tag, the request to merge, the bundle."""
