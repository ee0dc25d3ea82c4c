"""Who may log in: passwords, second factors, sessions. Knows no post and no unit."""
