"""The tamper-evident log of every act: append, sequence, checkpoint, proof. Only this room writes log
entries.
"""
