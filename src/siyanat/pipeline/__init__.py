"""The whole flow on one screen: fact -> steps."""
