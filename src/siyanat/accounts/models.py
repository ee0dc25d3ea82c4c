"""Accounts: one a person at most, kept when the person leaves (``is_active`` off), never deleted."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class UserManager(BaseUserManager["User"]):
    """Makes accounts with a hashed password."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> User:
        """Create an account; without a password nobody can log in with it until one is set."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the account with this name, whatever the case of its letters."""
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """Who may log in. ``id`` is opaque and stands in the ledger as the actor."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=64, unique=True)
    email = models.EmailField(blank=True, default="")
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)  # demo logins work on loopback only
    must_change_password = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    def __str__(self) -> str:
        return self.username
