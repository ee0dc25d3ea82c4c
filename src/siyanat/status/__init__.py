"""The operations board: queue, disks, ingest, last checkpoint, failed jobs."""
