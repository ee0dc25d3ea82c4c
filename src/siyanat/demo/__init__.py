"""The demo's world and its composed footage; refuses any database that is not its own."""
