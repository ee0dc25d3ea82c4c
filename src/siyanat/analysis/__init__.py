"""Detectors: frames and sound in, findings out. Knows neither Django nor the database.

``run.analyze`` is the way in; a new detector is a subclass of ``detector.Detector`` named in
``run.all_detectors``.
"""
