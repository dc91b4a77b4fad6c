"""Archives that were made to take all time, memory or space: each ends soon and is listed, and what came out of it
before stays."""

import gzip
import io
import logging
import random
import struct
import tarfile
import zipfile
import zlib

import pytest

from autograder.intake import archives
from autograder.intake.archives import Unpacking
from autograder.intake.aside import LIST, Aside
from tests.waiting import computed

FEW = (50, 3_000_000)  # files and bytes
FIRST = ("ada/01_se.ipynb", b"{}")


def tar_header(name, size, kind=tarfile.REGTYPE, extended=b""):
    """A tar's header block; of a sparse file with one that says that more blocks of places follow."""
    info = tarfile.TarInfo(name)
    info.size, info.type = 0, kind
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[124:136] = size if isinstance(size, bytes) else b"%011o\0" % size
    block[482:482 + len(extended)] = extended
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def tar_file(name, content, kind=tarfile.REGTYPE):
    return tar_header(name, len(content), kind) + content + b"\0" * (-len(content) % tarfile.BLOCKSIZE)


def tar(*parts):
    """A tar with one honest file and what follows it."""
    return tar_file(*FIRST) + b"".join(parts) + tar_file("last.ipynb", b"") + bytes(2 * tarfile.BLOCKSIZE)


def pax(records, of=b"{}"):
    return tar_file("pax", records, tarfile.XHDTYPE) + tar_file("eve/01_se.ipynb", of)


def record(key, value):
    """One record of a pax header, which begins with its own length."""
    about = f" {key}={value}\n"
    size = next(size for digits in range(1, 9) if len(str(size := len(about) + digits)) == digits)
    return f"{size}{about}".encode()


def zipped(*files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (FIRST, *files):
            archive.writestr(name, content)
    return file.getvalue()


def zip_of(entries, content=b"", packed=b"", size=0, crc=0, how=8, flags=0, extra=b"", times=1, claimed=None):
    """A zip by hand: one local file, and a list of what is in it that may say anything."""
    def about(name):
        return struct.pack("<HHHLLLLHH", 20, flags, how, 0, crc, len(packed), size, len(name), len(extra))

    local = b"PK\3\4" + about(entries[0]) + entries[0] + extra + packed
    listed = b"".join(b"PK\1\2\24\0" + about(name) + bytes(14) + name + extra for name in entries) * times
    many = min(65535, len(entries) * times)
    return local + listed + struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, many, many,
                                        len(listed) if claimed is None else claimed, len(local), 0)


def deflated(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def gzipped(data, times=1):
    return gzip.compress(tar()[:1024]) + gzip.compress(data) * times


ZEROS = bytes(20_000_000)
# How each is made, what its list says, and whether the honest file at its beginning came out of it.
HOSTILE = {
    "pax: a claim": (lambda: gzip.compress(tar(pax(record("size", 10**15)))), "more than", True),
    "pax: a claim, not packed": (lambda: tar(pax(record("size", 10**15))), "more than", True),
    "pax: a claim of three gigabytes": (lambda: gzip.compress(tar(pax(record("size", 3 << 30)))), "more than", True),
    "pax: less than nothing": (lambda: tar(pax(record("size", -10**6))), "came out of it", True),
    "tar: a large number": (lambda: tar(tar_header("eve.ipynb", b"\x80" + b"\x7f" * 11)), "more than", True),
    "tar: less than nothing": (lambda: tar(tar_header("eve.ipynb", b"\xff" * 10 + b"\xfc\0")), "came out of it", True),
    "tar: nothing behind a claim": (lambda: tar_file(*FIRST) + tar_header("e.ipynb", 2_000_000), "unpacked", True),
    "pax: comment": (lambda: tar(pax(record("comment", "x" * 2_500_000) * 20)), "more than", True),
    "pax: records in each other": (lambda: gzip.compress(tar(pax(b"2 " * 200_000 + b"2 a=\n"))),
                                   "MemoryError", True),
    "pax: digits": (lambda: gzip.compress(tar(pax(b"1" * 2_000_000 + b"\n"))), "takes more than", True),
    "tar: places of a sparse file": (lambda: gzip.compress(tar(
        tar_header("eve.ipynb", 0, tarfile.GNUTYPE_SPARSE, b"\1")
        + (b"00000000001\0" * 42 + b"\1" + bytes(7)) * 40_000)), "damaged", True),
    "tar: a sparse file": (lambda: tar(tar_header("eve.ipynb", 0, tarfile.GNUTYPE_SPARSE)), "unusual way", True),
    "tar: a link": (lambda: tar(tar_header("eve.ipynb", 0, tarfile.SYMTYPE)), "it is a link", True),
    "tar: a device": (lambda: tar(tar_header("eve.ipynb", 0, tarfile.CHRTYPE)), "not a plain file", True),
    "tar: a zip at its end": (lambda: tar(tar_file("eve.zip", zipped(("bob/01_se.ipynb", b"mine")))),
                              "archive inside an archive", True),
    "tar: an endless name": (lambda: tar(tar_file("long", b"x" * 40_000_000, tarfile.GNUTYPE_LONGNAME)), "more than",
                             True),
    "tar: names of names": (lambda: tar(*[tar_file("long", b"x", tarfile.GNUTYPE_LONGNAME)] * 5_000), "", True),
    "tar: folders without end": (lambda: gzipped(tar_header("a", 0, tarfile.DIRTYPE) * 50_000, 100), "more than",
                                 True),
    "tar: files without end": (lambda: gzipped(tar_file("a.ipynb", b""), 500), "more files", True),
    "gzip: empty parts": (lambda: gzipped(b"", 2_000_000), "takes more than", True),
    "gzip: a bomb": (lambda: gzip.compress(tar_file(*FIRST) + tar_header("a.bin", 10**9)) + gzip.compress(ZEROS) * 50,
                     "more than", True),
    "gzip: a bomb that is a notebook": (lambda: gzip.compress(tar(tar_file("eve.ipynb", ZEROS))), "more bytes", True),
    "gzip: cut off": (lambda: gzip.compress(tar(tar_file("eve.ipynb", random.Random(0).randbytes(99_999))))[:50_000],
                      "ended before", True),
    "zip: a bomb": (lambda: zipped(*[(f"{n}.ipynb", ZEROS) for n in range(3)]), "more bytes", True),
    "zip: many files": (lambda: zipped(*[(f"{n}.ipynb", b"") for n in range(51)]), "more files", False),
    "zip: a list without end": (lambda: zip_of([b"a.ipynb"], times=1_000_000), "", False),
    "zip: of many names": (lambda: zip_of([b"%d.ipynb" % n for n in range(60_000)]), "more files", False),
    "zip: overlapping": (lambda: zip_of([b"a.ipynb"] * 40, size=len(ZEROS), packed=deflated(ZEROS),
                                        crc=zlib.crc32(ZEROS)), "more than once", False),
    "zip: less than it holds": (lambda: zip_of([b"a.ipynb"], size=100, packed=deflated(ZEROS)), "CRC", False),
    "zip: more than it holds": (lambda: zip_of([b"a.ipynb"], size=99_999_999, packed=deflated(b"{}")), "", False),
    "zip: parts that hold nothing": (lambda: zip_of([b"a.ipynb"], size=9, packed=b"\0\0\0\xff\xff" * 4_000_000), "",
                                     False),
    "zip: 64 bits of size": (lambda: zip_of([b"a.ipynb"], size=0xffffffff, packed=b"x",
                                            extra=struct.pack("<HHQ", 1, 8, 10**18)), "more than", False),
    "zip: a list of 4 GB": (lambda: zip_of([b"a.ipynb"], claimed=0xfffffff0), "can't be unpacked", False),
    "zip: encrypted": (lambda: zip_of([b"a.ipynb"], flags=1), "encrypted", False),
    "zip: another packing": (lambda: zip_of([b"a.ipynb"], how=12), "unusual", False),
    "nothing": (lambda: b"", "can't be unpacked", False),
    "noise": (lambda: random.Random(0).randbytes(100_000), "can't be unpacked", False),
}
# What takes all the time that it gets.
ENDLESS = ("pax: digits", "gzip: empty parts", "zip: a list without end")


@pytest.fixture
def unpacked(tmp_path, monkeypatch):
    """Unpacks bytes. Returns the files that came out, and the lines of the list."""
    monkeypatch.setattr(archives, "CPU_SECONDS", 4)

    def unpack(data, bounds=FEW, name="class.zip"):
        (tmp_path / name).write_bytes(data)
        aside = Aside(tmp_path / "aside", logging.getLogger())
        Unpacking((".ipynb",), aside).add(tmp_path / name, tmp_path / "out", bounds)
        home, listed = tmp_path / "out" / "class", tmp_path / "aside" / LIST
        return ({path.relative_to(home).as_posix(): path.read_bytes() for path in home.rglob("*") if path.is_file()},
                listed.read_text().splitlines() if listed.exists() else [])
    return unpack


@pytest.mark.parametrize("name", HOSTILE)
def test_an_archive_ends_within_its_bounds(unpacked, monkeypatch, name):
    make, says, whole = HOSTILE[name]
    if name in ENDLESS:
        monkeypatch.setattr(archives, "CPU_SECONDS", 1)
    data, began = make(), computed()
    files, listed = unpacked(data)
    assert computed() - began < 10
    assert (FIRST[0] in files) == whole and sum(map(len, files.values())) <= FEW[1] and len(files) <= FEW[0]
    assert all(len(line) < 1_000 for line in listed) and says in "\n".join(listed), listed
    assert listed or not says


@pytest.mark.parametrize("place", ["{}_1_file/", "{}_12_34_"])
def test_nobody_takes_the_others_place(unpacked, place):
    """Eve's are many, and smaller than anybody's."""
    def work(who, number, content):
        return f"{place.format(who)}{number}.ipynb", content
    files, _ = unpacked(zipped(*(work("eve", number, b"") for number in range(100)),
                               *(work(who, 1, b"honest") for who in ("ada", "bob"))), bounds=(20, 1 << 20))
    assert {work(who, 1, b"honest") for who in ("ada", "bob")} <= set(files.items())


def test_a_damaged_archive_ends_nothing_else(unpacked):
    honest = [gzip.compress(tar()), tar(), zipped(*[(f"{n}.ipynb", b"{}") for n in range(9)])]
    chance = random.Random(1)
    for data in honest * 3:
        odd = bytearray(data)
        for _ in range(chance.choice([1, 3, 30])):
            odd[chance.randrange(len(odd))] = chance.randrange(256)
        unpacked(bytes(odd[:chance.randrange(len(odd))] if chance.random() < 0.5 else odd))


def test_a_process_that_waits_is_ended(unpacked, monkeypatch):
    monkeypatch.setattr(archives, "WALL_SECONDS", 0.0)
    files, listed = unpacked(gzipped(tar_header("a", 0, tarfile.DIRTYPE) * 50_000, 100), archives.CLASS)
    assert "0 minutes" in listed[-1]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_an_ordinary_tar_is_unpacked(unpacked, form):
    file, long = io.BytesIO(), "a folder with a long name/" * 7 + "é.ipynb"
    about = {"SCHILY.xattr.com.apple.metadata": "x" * 600} if form == tarfile.PAX_FORMAT else {}
    every = {"comment": "0" * 40} if about else None  # as `git archive` writes it
    with tarfile.open(fileobj=file, mode="w:gz", format=form, pax_headers=every) as archive:
        for number in range(900):
            info = tarfile.TarInfo(long if not number and form != tarfile.USTAR_FORMAT else f"{number}.ipynb")
            info.size, info.mtime = 30_000, 1_790_000_000
            info.pax_headers = about if number < 400 else {}
            archive.addfile(info, io.BytesIO(b"1" * 30_000))
    files, listed = unpacked(file.getvalue(), archives.CLASS, "class.tar.gz")
    assert len(files) == 900 and set(files.values()) == {b"1" * 30_000} and not listed
