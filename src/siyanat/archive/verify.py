#!/usr/bin/env python3
"""Verify a bundle that Siyanat handed out. Needs Python 3.8 or newer and nothing else.

    python3 verify.py BUNDLE --key VERIFIER-KEY [--witness-key KEY]... [--language fa|en|both]

BUNDLE is the ZIP file or the folder that it was unpacked to. The verifier key must have reached you by
another way than the bundle, and so must the key of each witness (a higher level's word that it saw this very
history, in time). Checked are: the checkpoint's signature (Ed25519, RFC 8032), every log entry's
place under it (RFC 9162), the manifest's digest as the log recorded it, every file's size and SHA-256, that
no file is missing and none was added, and every personal value against its commitment.

Exit codes: 0 all is as it was handed out; 1 something differs; 2 the call was wrong or the bundle can't be
read.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Point = tuple[int, int, int, int]
    Key = tuple[str, bytes, bytes]
    Head = tuple[str, int, bytes]
    Json = dict[str, Any]

FORMAT = "siyanat-export/1"
MANIFEST = "manifest.json"
CHECKPOINT = "log/checkpoint"
ENTRIES = "log/entries.json"
UNLISTED = (MANIFEST, CHECKPOINT, ENTRIES)
CHUNK = 1024 * 1024
PROOF_HEADER = "c2sp.org/tlog-proof@v1"

MESSAGES = {
    "key": ("The verifier key can't be read.", "کلید راستی‌آزمایی خوانا نیست."),
    "unreadable": ("The bundle can't be read: {0}", "بسته خوانا نیست: {0}"),
    "missing": ("A file is missing: {0}", "فایلی نیست: {0}"),
    "extra": ("A file was added: {0}", "فایلی افزوده شده است: {0}"),
    "twice": ("A name stands twice in the bundle: {0}", "نامی دو بار در بسته آمده است: {0}"),
    "size": ("A file has another size: {0}", "اندازهٔ فایل دگرگون شده است: {0}"),
    "digest": ("A file was changed: {0}", "فایل دگرگون شده است: {0}"),
    "manifest": (
        "The manifest is not the one that the log recorded.",
        "فهرست بسته همان نیست که در دفتر ثبت آمده است.",
    ),
    "malformed": ("A part of the bundle is malformed: {0}", "بخشی از بسته بدساخت است: {0}"),
    "signature": (
        "The checkpoint is not signed by the key that you trust.",
        "نقطهٔ وارسی با کلید مورد اعتماد شما امضا نشده است.",
    ),
    "cosignature": (
        "The checkpoint is not cosigned by the witness that you named: {0}",
        "شاهدی که نام برده‌اید نقطهٔ وارسی را امضا نکرده است: {0}",
    ),
    "witnessed": ("Witness: {0}; seen at {1} (UTC)", "شاهد: {0}؛ دیده‌شده در {1} (UTC)"),
    "proof": (
        "A log entry does not stand under the signed checkpoint: {0}",
        "سند ثبت زیر نقطهٔ وارسی امضاشده نیست: {0}",
    ),
    "entry_missing": ("A log entry is missing: {0}", "سند ثبتی نیست: {0}"),
    "entry_extra": ("A log entry was added: {0}", "سند ثبتی افزوده شده است: {0}"),
    "disclosure": (
        "A personal value is not the one that the log commits to: {0}",
        "مقدار شخصی همان نیست که دفتر ثبت به آن متعهد است: {0}",
    ),
    "good": (
        "VERIFIED: {0} files and {1} log entries are exactly as they were handed out.",
        "تأیید شد: {0} فایل و {1} سند ثبت درست همان‌اند که تحویل شدند.",
    ),
    "bad": ("NOT VERIFIED: {0} differences.", "تأیید نشد: {0} مغایرت."),
    "origin": ("Log: {0}; size {1}", "دفتر ثبت: {0}؛ اندازه {1}"),
}


class Malformed(Exception):
    """A part of the bundle has not the form that it must have."""


# Ed25519, verification only (RFC 8032, section 5.1), in extended homogeneous coordinates (X, Y, Z, T).

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_1 = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)


def add(first: Point, second: Point) -> Point:
    """Sum of two points; complete, so that it doubles too (section 5.1.4)."""
    x1, y1, z1, t1 = first
    x2, y2, z2, t2 = second
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar: int, point: Point) -> Point:
    """Scalar times point, by doubling and adding; nothing here is secret."""
    total = NEUTRAL
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def decompress(data: bytes) -> Point:
    """The point that 32 bytes stand for (section 5.1.3)."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if len(data) != 32 or y >= P:
        raise Malformed("point")
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P == (P - u) % P:
        x = x * SQRT_MINUS_1 % P
    if v * x * x % P != u or (x == 0 and sign):
        raise Malformed("point")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def compress(point: Point) -> bytes:
    """The 32 bytes of a point (section 5.1.2)."""
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is the key's over ``message`` (section 5.1.7, without the cofactor)."""
    if len(signature) != 64:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= L:
        return False
    try:
        key = decompress(public_key)
    except Malformed:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(digest, "little") % L
    minus_key = (P - key[0], key[1], 1, P - key[3])
    expected = add(multiply(scalar, BASE), multiply(challenge, minus_key))
    return compress(expected) == signature[:32]


# The log: signed notes, checkpoints, inclusion proofs (C2SP signed-note, tlog-checkpoint, tlog-proof; RFC 9162).


def from_base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        raise Malformed("base64") from None
    if base64.b64encode(data).decode("ascii") != text:
        raise Malformed("base64")
    return data


def parse_key(text: str, kind: int = 1) -> Key:
    """Name, key id and public key of ``name+id+base64``; kind 1 signs logs, 4 cosigns them."""
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    blob = from_base64(encoded)
    expected = hashlib.sha256(name.encode() + b"\n" + blob).digest()[:4]
    if not name or len(blob) != 33 or blob[0] != kind or expected.hex() != key_id:
        raise Malformed("key")
    return name, expected, blob[1:]


def open_checkpoint(note: str, key: Key) -> Head | None:
    """Origin, size and root, or None when the key did not sign."""
    text, blank, tail = note.rpartition("\n\n")
    text += "\n"
    if not blank or not tail.endswith("\n"):
        raise Malformed("checkpoint")
    lines = text.split("\n")
    if len(lines) != 4 or not re.fullmatch("0|[1-9][0-9]*", lines[1]) or lines[0] != key[0]:
        return None
    for blob in signatures_of(tail, key):
        if signed(key[2], text.encode(), blob):
            return lines[0], int(lines[1]), from_base64(lines[2])
    return None


def signatures_of(tail: str, key: Key) -> Iterator[bytes]:
    """What stands under a note by the name and id of a key, not checked yet."""
    for line in tail[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        if dash == "\u2014" and name == key[0]:
            blob = from_base64(encoded)
            if blob[:4] == key[1]:
                yield blob[4:]


def cosigned_at(note: str, key: Key) -> int | None:
    """When the witness saw the checkpoint (POSIX seconds), or None when it did not cosign (C2SP tlog-cosignature)."""
    text, _, tail = note.rpartition("\n\n")
    for blob in signatures_of(tail, key):
        moment = int.from_bytes(blob[:8], "big")
        message = f"cosignature/v1\ntime {moment}\n{text}\n"
        if moment and signed(key[2], message.encode(), blob[8:]):
            return moment
    return None


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root to which an inclusion proof leads (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    position, last, digest = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if position & 1 or position == last:
            digest = node_hash(sibling, digest)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        position, last = position >> 1, last >> 1
    return digest if last == 0 else None


def parse_proof(text: str) -> tuple[int, list[bytes], str]:
    """Index, digests and checkpoint of a tlog-proof."""
    head, blank, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or len(lines) < 2 or lines[0] != PROOF_HEADER:
        raise Malformed("proof")
    index = re.fullmatch("index (0|[1-9][0-9]*)", lines[1])
    path = [from_base64(line) for line in lines[2:]]
    if not index or any(len(digest) != 32 for digest in path):
        raise Malformed("proof")
    return int(index.group(1)), path, checkpoint


def canonical(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


# The bundle, as a ZIP file or a folder.


class Bundle:
    """Names and contents of the files of a bundle."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.archive = None if path.is_dir() else zipfile.ZipFile(path)
        self.names = self._list()

    def _list(self) -> list[str]:
        if self.archive is not None:
            return [info.filename for info in self.archive.infolist() if not info.is_dir()]
        inner = (found for found in self.path.rglob("*") if found.is_symlink() or not found.is_dir())
        return [found.relative_to(self.path).as_posix() for found in inner]

    def chunks(self, name: str) -> Iterator[bytes]:
        """Pieces of one file."""
        path = self.path.joinpath(*name.split("/"))
        with path.open("rb") if self.archive is None else self.archive.open(name) as stream:
            while True:
                piece = stream.read(CHUNK)
                if not piece:
                    return
                yield piece

    def read(self, name: str) -> bytes:
        return b"".join(self.chunks(name))


class Check:
    """One verification: ``findings`` are pairs of a code and what it is about."""

    def __init__(self, bundle: Bundle, key: Key, witnesses: list[Key] | None = None) -> None:
        self.bundle, self.key, self.witnesses = bundle, key, witnesses or []
        self.seen: list[tuple[str, int]] = []
        self.findings: list[tuple[str, str]] = []
        self.files = self.entries = 0
        self.head: Head | None = None

    def find(self, code: str, about: object = "") -> None:
        self.findings.append((code, str(about)))

    def run(self) -> None:
        names = self.bundle.names
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.find("twice", name)
        absent = [name for name in UNLISTED if name not in names]
        for name in absent:
            self.find("missing", name)
        if absent:
            return
        note = self._text(CHECKPOINT)
        self.head = self._guard(CHECKPOINT, lambda: open_checkpoint(note, self.key))
        if self.head is None:
            self.find("signature")
        for witness in self.witnesses:
            self._check_witness(note, witness)
        raw = self._read(MANIFEST)
        manifest = self._guard(MANIFEST, lambda: read_manifest(raw))
        entries = self._guard(ENTRIES, lambda: read_entries(self._text(ENTRIES)))
        if manifest is None or entries is None:
            return
        bodies = self._check_entries(entries, note)
        self._check_manifest(manifest, raw, bodies)
        self._check_listed_entries(manifest, entries)
        self._check_files(manifest)

    def _check_witness(self, note: str, witness: Key) -> None:
        moment = self._guard(CHECKPOINT, lambda: cosigned_at(note, witness))
        if moment is None:
            self.find("cosignature", witness[0])
        else:
            self.seen.append((witness[0], moment))

    def _read(self, name: str) -> bytes:
        try:
            return self.bundle.read(name)
        except (zipfile.BadZipFile, EOFError):
            self.find("digest", name)
            return b""

    def _text(self, name: str) -> str:
        try:
            return self._read(name).decode("utf-8")
        except UnicodeDecodeError:
            self.find("malformed", name)
            return ""

    def _guard(self, name: str, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except (Malformed, ValueError, KeyError, TypeError, AttributeError):
            self.find("malformed", name)
            return None

    def _check_entries(self, entries: list[Json], note: str) -> list[Json]:
        """Bodies of the entries that stand under the signed checkpoint."""
        proven = []
        for entry in entries:
            about = entry["position"]
            self.entries += 1
            if not self._stands(entry, note):
                self.find("proof", about)
                continue
            body = json.loads(entry["body"])
            proven.append(body)
            self._check_disclosures(entry, body)
        return proven

    def _stands(self, entry: Json, note: str) -> bool:
        try:
            index, path, checkpoint = parse_proof(entry["proof"])
        except Malformed:
            return False
        if self.head is None or checkpoint != note or index != entry["position"]:
            return False
        leaf = leaf_hash(entry["body"].encode())
        return root_of(leaf, index, self.head[1], path) == self.head[2]

    def _check_disclosures(self, entry: Json, body: Json) -> None:
        for name, opened in entry["disclosures"].items():
            salted = bytes.fromhex(opened["salt"]) + canonical(opened["value"])
            if hashlib.sha256(salted).hexdigest() != body["commitments"].get(name):
                self.find("disclosure", "{}, {}".format(entry["position"], name))

    def _check_manifest(self, manifest: Json, raw: bytes, bodies: list[Json]) -> None:
        digest, subject = hashlib.sha256(raw).hexdigest(), "export:" + manifest["export"]
        built = [
            body
            for body in bodies
            if body["kind"] == "archive.export_built"
            and body["subject"] == subject
            and body["facts"].get("manifest_sha256") == digest
        ]
        if not built:
            self.find("manifest")

    def _check_listed_entries(self, manifest: Json, entries: list[Json]) -> None:
        """The manifest names every entry but the one that binds the manifest itself."""
        listed = {(item["position"], item["leaf_hash"], tuple(item["disclosed"])) for item in manifest["log"]}
        subject = "export:" + manifest["export"]
        for entry in entries:
            leaf = leaf_hash(entry["body"].encode()).hex()
            item = (entry["position"], leaf, tuple(sorted(entry["disclosures"])))
            body = json.loads(entry["body"])
            if item in listed:
                listed.remove(item)
            elif (body["kind"], body["subject"]) != ("archive.export_built", subject):
                self.find("entry_extra", entry["position"])
        for item in sorted(listed):
            self.find("entry_missing", item[0])

    def _check_files(self, manifest: Json) -> None:
        listed = {item["name"]: item for item in manifest["files"]}
        for name in sorted(set(self.bundle.names) - set(listed) - set(UNLISTED)):
            self.find("extra", name)
        for name, item in listed.items():
            if name not in self.bundle.names:
                self.find("missing", name)
                continue
            self.files += 1
            self._check_file(name, item)

    def _check_file(self, name: str, item: Json) -> None:
        digest, size = hashlib.sha256(), 0
        try:
            for piece in self.bundle.chunks(name):
                digest.update(piece)
                size += len(piece)
        except (zipfile.BadZipFile, EOFError, OSError):
            self.find("digest", name)
            return
        if size != item["size_bytes"]:
            self.find("size", name)
        elif digest.hexdigest() != item["sha256"]:
            self.find("digest", name)


def read_manifest(raw: bytes) -> Json:
    manifest: Json = json.loads(raw.decode("utf-8"))
    if manifest["format"] != FORMAT or not isinstance(manifest["export"], str):
        raise Malformed(MANIFEST)
    for item in manifest["files"]:
        if not (
            isinstance(item["name"], str)
            and isinstance(item["sha256"], str)
            and isinstance(item["size_bytes"], int)
        ):
            raise Malformed(MANIFEST)
    for item in manifest["log"]:
        if not (isinstance(item["position"], int) and isinstance(item["leaf_hash"], str)):
            raise Malformed(MANIFEST)
    return manifest


def read_entries(text: str) -> list[Json]:
    entries: list[Json] = json.loads(text)
    for entry in entries:
        body = json.loads(entry["body"])
        shapes = (body["commitments"], body["facts"], entry["disclosures"])
        if not (isinstance(entry["position"], int) and isinstance(entry["proof"], str)):
            raise Malformed(ENTRIES)
        if not all(isinstance(shape, dict) for shape in shapes):
            raise Malformed(ENTRIES)
        for opened in entry["disclosures"].values():
            bytes.fromhex(opened["salt"])
            opened["value"]
        body["kind"], body["subject"]
    return entries


def read_key(text: str) -> str:
    """The key itself, or what the file of this name holds."""
    if "+" in text and not Path(text).is_file():
        return text
    return Path(text).read_text(encoding="utf-8")


def say(code: str, *values: object, language: str = "both") -> None:
    """One message, in the asked language or in both."""
    english, persian = MESSAGES[code]
    for name, text in (("en", english), ("fa", persian)):
        if language in (name, "both"):
            sys.stdout.write(text.format(*values) + "\n")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code."""
    parser = argparse.ArgumentParser(description="Verify a Siyanat bundle. / راستی‌آزمایی بستهٔ صیانت")
    parser.add_argument("bundle", help="ZIP file or folder")
    parser.add_argument("--key", required=True, help="verifier key, or a file that holds it")
    parser.add_argument(
        "--witness-key",
        action="append",
        default=[],
        help="key of a witness that must have cosigned, or its file",
    )
    parser.add_argument("--language", choices=("fa", "en", "both"), default="both")
    asked = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        key = parse_key(read_key(asked.key))
        witnesses = [parse_key(read_key(text), kind=4) for text in asked.witness_key]
    except (Malformed, OSError, UnicodeDecodeError):
        say("key", language=asked.language)
        return 2
    try:
        check = Check(Bundle(Path(asked.bundle)), key, witnesses)
        check.run()
    except (OSError, EOFError, zipfile.BadZipFile, NotImplementedError) as error:
        say("unreadable", error, language=asked.language)
        return 2
    if check.head is not None:
        say("origin", check.head[0], check.head[1], language=asked.language)
    for name, moment in check.seen:
        say(
            "witnessed",
            name,
            time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(moment)),
            language=asked.language,
        )
    for code, about in check.findings:
        say(code, about, language=asked.language)
    if check.findings:
        say("bad", len(check.findings), language=asked.language)
        return 1
    say("good", check.files, check.entries, language=asked.language)
    return 0


if __name__ == "__main__":
    sys.exit(main())
