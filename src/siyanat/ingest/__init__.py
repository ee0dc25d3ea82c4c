"""Every way in: dock folder, resumable upload; receipts and quarantine."""
