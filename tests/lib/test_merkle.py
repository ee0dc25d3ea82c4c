import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyanat.lib import errors, merkle

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = st.integers(0, 300)


def plain_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 9162, 2.1.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + plain_root(leaves[:split]) + plain_root(leaves[split:])).digest()


def plain_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """The definition of RFC 9162, 2.1.3.1, word by word."""
    if len(leaves) <= 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return [*plain_path(index, leaves[:split]), plain_root(leaves[split:])]
    return [*plain_path(index - split, leaves[split:]), plain_root(leaves[:split])]


def plain_subproof(old: int, leaves: list[bytes], *, known: bool) -> list[bytes]:
    """The definition of RFC 9162, 2.1.4.1, word by word."""
    if old == len(leaves):
        return [] if known else [plain_root(leaves)]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if old <= split:
        return [*plain_subproof(old, leaves[:split], known=known), plain_root(leaves[split:])]
    return [*plain_subproof(old - split, leaves[split:], known=False), plain_root(leaves[:split])]


ALL_LEAVES = [merkle.leaf_hash(str(index).encode()) for index in range(301)]
FRONTIER, NODES = merkle.Frontier().extend(ALL_LEAVES)
STORE = {(node.level, node.index): node.digest for node in NODES}


def get_node(level: int, index: int) -> bytes:
    return STORE[level, index]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_certificate_transparency_vectors(size: int) -> None:
    leaves = [merkle.leaf_hash(bytes.fromhex(text)) for text in LEAVES[:size]]
    assert merkle.Frontier().extend(leaves)[0].root().hex() == ROOTS[size]


@given(size=SIZES)
def test_every_earlier_root_can_be_read_from_the_stored_nodes(size: int) -> None:
    assert merkle.root_at(size=size, get_node=get_node) == plain_root(ALL_LEAVES[:size])


@given(cuts=st.lists(SIZES, max_size=6))
def test_appending_in_any_portions_gives_the_same_tree(cuts: list[int]) -> None:
    frontier, at = merkle.Frontier(), 0
    nodes: list[merkle.Node] = []
    for cut in [*sorted(cuts), 301]:
        frontier, new = merkle.Frontier.from_bytes(frontier.to_bytes()).extend(ALL_LEAVES[at:cut])
        nodes, at = nodes + new, cut
    assert (frontier, nodes) == (FRONTIER, NODES)


def test_every_complete_subtree_is_stored_once() -> None:
    assert len(STORE) == len(NODES) == sum(301 >> level for level in range(9))


@given(data=st.data(), size=st.integers(1, 300))
def test_an_inclusion_proof_is_the_one_of_the_rfc_and_verifies(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index=index, size=size, get_node=get_node)
    assert proof == plain_path(index, ALL_LEAVES[:size])
    root = plain_root(ALL_LEAVES[:size])
    merkle.check_inclusion(leaf=ALL_LEAVES[index], index=index, size=size, proof=proof, root=root)


@settings(max_examples=300)
@given(data=st.data(), size=st.integers(1, 64))
def test_an_altered_inclusion_proof_never_verifies(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index=index, size=size, get_node=get_node)
    other = data.draw(st.integers(-1, 80).filter(lambda at: at != index))
    root = plain_root(ALL_LEAVES[:size])
    leaf = ALL_LEAVES[index]
    verify = merkle.verify_inclusion
    assert not verify(leaf=leaf, index=other, size=size, proof=proof, root=root)
    assert not verify(leaf=ALL_LEAVES[200], index=index, size=size, proof=proof, root=root)
    assert not verify(leaf=leaf, index=index, size=size, proof=[*proof, root], root=root)
    assert not verify(leaf=leaf, index=index, size=size, proof=proof, root=leaf[::-1])
    if proof:
        assert not verify(leaf=leaf, index=index, size=size, proof=proof[:-1], root=root)
        at = data.draw(st.integers(0, len(proof) - 1))
        torn = [*proof[:at], proof[at][::-1], *proof[at + 1 :]]
        assert not verify(leaf=leaf, index=index, size=size, proof=torn, root=root)


@given(old=SIZES, new=SIZES)
def test_a_consistency_proof_is_the_one_of_the_rfc_and_verifies(old: int, new: int) -> None:
    old, new = sorted((old, new))
    proof = merkle.consistency_proof(old_size=old, new_size=new, get_node=get_node)
    assert proof == (plain_subproof(old, ALL_LEAVES[:new], known=True) if old else [])
    roots = {"old_root": plain_root(ALL_LEAVES[:old]), "new_root": plain_root(ALL_LEAVES[:new])}
    merkle.check_consistency(old_size=old, new_size=new, proof=proof, **roots)


@settings(max_examples=300)
@given(data=st.data(), old=st.integers(1, 64), new=st.integers(1, 64))
def test_a_rewritten_history_never_verifies(data: st.DataObject, old: int, new: int) -> None:
    old, new = sorted((old, new))
    proof = merkle.consistency_proof(old_size=old, new_size=new, get_node=get_node)
    rewritten = list(ALL_LEAVES[:new])
    at = data.draw(st.integers(0, old - 1))
    rewritten[at] = merkle.leaf_hash(b"rewritten")
    store = {(n.level, n.index): n.digest for n in merkle.Frontier().extend(rewritten)[1]}
    forged = merkle.consistency_proof(old_size=old, new_size=new, get_node=lambda *node: store[node])
    for path in (proof, forged):
        assert not merkle.verify_consistency(
            old_size=old,
            new_size=new,
            old_root=plain_root(ALL_LEAVES[:old]),
            new_root=plain_root(rewritten),
            proof=path,
        )


def test_stopping_checks_say_what_did_not_hold() -> None:
    with pytest.raises(errors.BrokenPromise, match=r"merkle.not_included"):
        merkle.check_inclusion(leaf=b"x" * 32, index=0, size=1, proof=[], root=b"y" * 32)
    with pytest.raises(errors.BrokenPromise, match=r"merkle.not_consistent"):
        merkle.check_consistency(old_size=1, new_size=1, old_root=b"x", new_root=b"y", proof=[])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 3)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(errors.BrokenPromise, match=r"merkle.out_of_range"):
        merkle.plan_inclusion(index=index, size=size)


@pytest.mark.parametrize("data", [b"", b"1234567", FRONTIER.to_bytes()[:-1], FRONTIER.to_bytes() + b"x" * 32])
def test_a_torn_frontier_is_not_loaded(data: bytes) -> None:
    with pytest.raises(errors.BrokenPromise, match=r"merkle.bad_frontier"):
        merkle.Frontier.from_bytes(data)
