"""Whatever an archive holds, unpacking it stays within its folder and its limits, and says what was left out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from archives import notebook, tarred, write, zipped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.collect.unpacking import DEFAULT_LIMITS, ArchiveError, Unpacked, UnpackLimits, unpack
from autograder.packing import encrypted

ONE = notebook("1")


def unpacked(tmp_path: Path, data: bytes, limits: UnpackLimits = DEFAULT_LIMITS) -> Unpacked:
    into = tmp_path / "into"
    into.mkdir(exist_ok=True)
    return unpack(write(tmp_path / "archive", data), into, limits)


def reasons(found: Unpacked) -> dict[str, str]:
    return {refused.name: refused.reason for refused in found.refused}


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_files_come_out_byte_for_byte_under_numbers(tmp_path: Path, pack) -> None:  # type: ignore[no-untyped-def]
    found = unpacked(tmp_path, pack({"a/b.ipynb": ONE, "Zoë/ü.py": b"x", ".DS_Store": b"", "__MACOSX/a/._b": b""}))
    assert [file.name for file in found.files] == ["a/b.ipynb", "Zoë/ü.py"]
    assert [file.path.read_bytes() for file in found.files] == [ONE, b"x"]
    assert sorted(path.name for path in (tmp_path / "into").iterdir()) == ["000001", "000002"]
    assert found.refused == ()


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize(
    "name", ["../x.ipynb", "a/../../x.ipynb", "/x.ipynb", "C:/x.ipynb", "..\\x.ipynb", "a" * 1_001]
)
def test_a_path_that_leads_out_is_refused_and_the_rest_is_unpacked(tmp_path: Path, name: str, pack) -> None:  # type: ignore[no-untyped-def]
    found = unpacked(tmp_path, pack({name: ONE, "good.ipynb": ONE}))
    assert [file.name for file in found.files if file.name == "good.ipynb"] == ["good.ipynb"]
    assert not (tmp_path / "x.ipynb").exists()
    assert all(file.path.parent == tmp_path / "into" for file in found.files)


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_links_are_refused(tmp_path: Path, pack) -> None:  # type: ignore[no-untyped-def]
    found = unpacked(tmp_path, pack({"link.ipynb": "/etc/passwd", "good.ipynb": ONE}))
    assert [file.name for file in found.files] == ["good.ipynb"]
    assert "link" in reasons(found)["link.ipynb"]


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret" / "a.ipynb", ONE)
    write(tmp_path / "class" / "ada" / "a.ipynb", ONE)
    (tmp_path / "class" / "bob.ipynb").symlink_to(secret)
    (tmp_path / "class" / "cy").symlink_to(secret.parent)
    os.mkfifo(tmp_path / "class" / "pipe")
    found = unpack(tmp_path / "class", tmp_path)
    assert [file.name for file in found.files] == ["ada/a.ipynb"]
    assert set(reasons(found)) == {"bob.ipynb", "cy", "pipe"}


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    found = unpacked(tmp_path, encrypted(zipped({"a.ipynb": ONE})))
    assert "encrypted" in reasons(found)["a.ipynb"]


def test_a_damaged_entry_is_refused_and_the_others_are_unpacked(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.ipynb": os.urandom(1000), "b.ipynb": ONE}))
    data[200] ^= 0xFF
    found = unpacked(tmp_path, bytes(data))
    assert [file.name for file in found.files] == ["b.ipynb"]
    assert "broken" in reasons(found)["a.ipynb"]


@pytest.mark.parametrize(
    "data",
    [b"", b"no archive", zipped({"a.ipynb": ONE})[:-30], tarred({"a": ONE})[:40]],
    ids=["empty", "text", "cut zip", "cut tar"],
)
def test_a_broken_archive_is_a_sentence(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ArchiveError, match="cannot be unpacked") as error:
        unpacked(tmp_path, data)
    assert "\n" not in str(error.value)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no file or folder"):
        unpack(tmp_path / "none.zip", tmp_path)


def test_limits_of_the_whole_archive(tmp_path: Path) -> None:
    three = zipped({f"{i}.ipynb": bytes(1000) for i in range(3)})
    with pytest.raises(ArchiveError, match="more than 2 files"):
        unpacked(tmp_path, three, UnpackLimits(files=2))
    with pytest.raises(ArchiveError, match="too large once unpacked"):
        unpacked(tmp_path, three, UnpackLimits(total_bytes=2_999))
    assert len(unpacked(tmp_path, three, UnpackLimits(files=3, total_bytes=3_000)).files) == 3


def test_an_archive_that_grows_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.collect.unpacking._SMALL_BYTES", 10_000)
    bomb = zipped({f"{i}.ipynb": bytes(100_000) for i in range(3)})
    with pytest.raises(ArchiveError, match="more than 5 times its size"):
        unpacked(tmp_path, bomb, UnpackLimits(ratio=5))


def test_a_file_that_is_too_large_is_refused_even_if_the_archive_lies_about_its_size(tmp_path: Path) -> None:
    limits = UnpackLimits(file_bytes=1_000)
    honest = zipped({"a.ipynb": bytes(1_001), "b.ipynb": bytes(1_000)})
    assert [f.name for f in unpacked(tmp_path, honest, limits).files] == ["b.ipynb"]
    lying = honest.replace((1_001).to_bytes(4, "little"), (999).to_bytes(4, "little"))
    found = unpacked(tmp_path, lying, limits)
    assert [file.name for file in found.files] == ["b.ipynb"]
    assert "a.ipynb" in reasons(found)


def test_archives_in_archives_are_unpacked_and_known_by_the_outer_name(tmp_path: Path) -> None:
    inner = zipped({"work/a.ipynb": ONE, "deep.tar.gz": tarred({"b.ipynb": ONE})})
    found = unpacked(tmp_path, zipped({"ada_1_2_work.zip": inner}))
    assert [(file.name, file.inner) for file in found.files] == [
        ("ada_1_2_work.zip", "work/a.ipynb"),
        ("ada_1_2_work.zip", "deep.tar.gz/b.ipynb"),
    ]


def test_archives_too_deep_in_archives_are_refused(tmp_path: Path) -> None:
    data = zipped({"a.ipynb": ONE})
    for _ in range(5):
        data = zipped({"in.zip": data})
    found = unpacked(tmp_path, data)
    assert found.files == () and "too deep" in found.refused[0].reason


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        (zipped({f"{i}": b"x" for i in range(11)}), "too many files"),
        (zipped({f"{i}": bytes(600) for i in range(3)}), "too large"),
        (zipped({"a.ipynb": ONE})[:-30], "cannot be unpacked"),
        (zipped({}), "empty"),
        (b"no archive", "neither a zip nor a tar"),
    ],
    ids=["files", "bytes", "cut", "empty", "text"],
)
def test_a_students_own_archive_beyond_the_limits_costs_nobody_else_anything(
    tmp_path: Path, inner: bytes, words: str
) -> None:
    limits = UnpackLimits(nested_files=10, nested_bytes=1_500, total_bytes=10_000)
    found = unpacked(tmp_path, zipped({"bob.zip": inner, "ada.ipynb": ONE}), limits)
    assert [file.name for file in found.files] == ["ada.ipynb"]
    (refused,) = found.refused
    assert refused.name == "bob.zip" and words in refused.reason
    assert refused.path is not None and refused.path.read_bytes() == inner
    assert len(list((tmp_path / "into").iterdir())) == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.integers(0, 400), st.integers(0, 255), st.booleans())
def test_any_damage_ends_in_files_or_a_sentence(tmp_path: Path, at: int, value: int, as_tar: bool) -> None:
    data = bytearray((tarred if as_tar else zipped)({"a/b.ipynb": ONE, "c.zip": zipped({"d.ipynb": ONE})}))
    data[at % len(data)] = value
    try:
        found = unpacked(tmp_path, bytes(data))
    except ArchiveError as error:
        assert str(error)
    else:
        assert all(file.path.parent == tmp_path / "into" for file in found.files)
        assert all(refused.reason for refused in found.refused)
