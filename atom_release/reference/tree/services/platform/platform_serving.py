"""How every service is served: on loopback, on the port it is given."""

import os


def serve(app):
    """Serve until terminated."""
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", access_log=False, loop="asyncio", http="h11", lifespan="off")
