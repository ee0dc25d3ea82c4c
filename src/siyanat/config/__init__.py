"""Wiring: settings, root urls, the command line and the processes that make up a deployment."""
