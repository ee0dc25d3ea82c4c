"""The durable queue inside PostgreSQL: names of facts, announcing them, sweeping what stalled."""
