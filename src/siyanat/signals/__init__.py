"""What the detectors found in a recording, as rows."""
