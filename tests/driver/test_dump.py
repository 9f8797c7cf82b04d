# SPDX-License-Identifier: GPL-2.0-only
"""Looking inside: the register dump, the NVM, and the devlink regions of both."""

from __future__ import annotations

import json
import struct

import pytest
import registers
import tools
from tools import Figures

from lab import Machine, Port

pytestmark = pytest.mark.napier_only(reason="igb's dump is another one, and it has no regions")

# What a user-space program asks the kernel for a dump; prints its version, then its bytes.
GREGS = """
import array, fcntl, socket, struct, sys
buf = array.array("B", struct.pack("III", 4, 0, 65536) + bytes(65536))
request = struct.pack("16sQ", sys.argv[1].encode(), buf.buffer_info()[0])
fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x8946, request)
_, version, length = struct.unpack_from("III", buf)
print(version, bytes(buf[12:12 + length]).hex())
"""


def dump(port: Port) -> tuple[int, bytes]:
    """Version and content of the register dump."""
    version, content = port.run(["python3", "-c", GREGS, port.name]).out.split()
    return int(version), bytes.fromhex(content)


def named(content: bytes) -> dict[str, list[int]]:
    """A dump by the map of the documentation: register -> its elements."""
    words = [word for (word,) in struct.iter_unpack("<I", content)]
    return {
        row.name: words[row.place // 4 : row.place // 4 + row.count]
        for row in registers.rows()
        if row.place is not None
    }


def hexadecimal(port: Port, command: str) -> bytes:
    """What a command writes in binary."""
    shown = port.run(f"{command.replace('DEV', port.name)} | od -An -v -tx1", timeout=60).out
    return bytes.fromhex("".join(shown.split()))


def region(machine: Machine, port: Port, name: str, words: str) -> bytes:
    """`devlink region read`, as bytes."""
    shown = machine.run(f"devlink region read pci/{port.pci}/{name} {words}", timeout=60).out
    return bytes.fromhex("".join("".join(line.split()[1:]) for line in shown.splitlines()))


def test_the_map_is_that_of_the_driver() -> None:
    """docs/registers.md, the table, and the addresses that the driver uses."""
    rows = registers.rows()
    assert registers.DOCUMENT.read_text() == registers.document(), "write it anew"
    assert len(rows) > 100
    missing = set(registers._addresses()) - {row.name for row in rows}
    assert not missing, f"in napier_csr.h and not in napier_regs.c: {missing}"


def test_ethtool_d(dut: Port) -> None:
    """Every register is where the map says, as it is read behind the driver's back."""
    dut.ping()
    version, content = dump(dut)
    assert version == registers.layout() << 24 | 0 << 16 | 0x10C9
    assert hexadecimal(dut, "ethtool -d DEV raw on | head -c 16") == content[:16]
    found = named(content)
    for row in registers.rows():
        # What moves by itself, and what the emulator makes up as it goes.
        if row.place is None or row.name in ("ICS", "EICS", "EIMS", "MDIC", "EERD", "STATUS"):
            continue
        if row.name in ("RDH", "RDT", "TDH", "TDT", "TDBAL", "RDBAL", "SYSTIMH"):
            continue
        if "82576" not in row.boards:
            assert not any(found[row.name]), row.name
            continue
        for number in (0, row.count - 1):
            if row.limit == "RARS" and number >= 8:
                assert found[row.name][number] == 0
                continue
            value = dut.reg_read(row.offset + number * row.stride)
            assert found[row.name][number] == value, f"{row.name}[{number}]"
    own = struct.pack("<IH", found["RAL"][0], found["RAH"][0] & 0xFFFF)
    assert own.hex(":") == dut.mac
    assert found["RLPML"] == [1500 + 26]
    shown = dut.ethtool("-d").out
    assert "Offset" in shown and "0x0000:" in shown, shown[:200]


def test_a_dump_takes_nothing_away(dut: Port, peer: Port, figures: Figures) -> None:
    """While frames are counted, dumps are made: none of them goes missing, and the semaphore
    that a wrong read would take is free."""

    def told() -> dict[str, int]:
        groups = tools.standard(dut)
        return {
            "sent": groups["eth-mac"]["FramesTransmittedOK"],
            "received": groups["eth-mac"]["FramesReceivedOK"],
            "octets": groups["eth-mac"]["OctetsReceivedOK"],
        }

    with tools.quiet(dut, peer):
        before = told()
        dut.ping(10, size=1000)
        plain = tools.grown(before, told())
        before = told()
        dumps = dut.spawn(
            f"for i in $(seq 100); do ethtool -d {dut.name} raw on > /dev/null || exit 1; done"
        )
        dut.ping(10, size=1000)
        assert dumps.wait(300).rc == 0
        beside = tools.grown(before, told())
    figures(f"ten pings: {plain}; during 100 dumps: {beside}")
    assert plain == beside
    assert plain["sent"] == 10
    # The PHY is behind that semaphore.
    assert "Link partner" in dut.ethtool().out


def test_a_dump_of_an_interface_that_is_down(dut: Port) -> None:
    dut.down()
    try:
        found = named(dump(dut)[1])
        assert not found["RCTL"][0] & 2
        assert found["STATUS"][0] not in (0, 0xFFFFFFFF)
    finally:
        dut.up()
        dut.wait_carrier()


def test_ethtool_e(dut: Port) -> None:
    """All of it, and any part of it, down to a byte."""
    whole = hexadecimal(dut, "ethtool -e DEV raw on")
    assert len(whole) == 512
    words = struct.unpack("<256H", whole)
    assert sum(words[:0x40]) & 0xFFFF == 0xBABA
    # In the NVM, the address stands in the order of the wire.
    assert whole[:6].hex(":") == dut.mac
    # Beyond the end there is nothing: ethtool asks for what there is.
    parts = ((0, 1), (1, 1), (5, 3), (255, 2), (3, 200), (511, 1), (0, 512), (510, 9), (512, 1))
    for offset, length in parts:
        part = hexadecimal(dut, f"ethtool -e DEV raw on offset {offset} length {length}")
        assert part == whole[offset : offset + length], (offset, length)
    dut.down()
    try:
        assert hexadecimal(dut, "ethtool -e DEV raw on") == whole
    finally:
        dut.up()
        dut.wait_carrier()


def test_the_nvm_is_not_written(dut: Port) -> None:
    whole = hexadecimal(dut, "ethtool -e DEV raw on")
    words = ("-E", "magic", "0x10c98086", "offset", "16", "value", "0x55")
    result = dut.ethtool(*words, check=False)
    assert result.rc and "not supported" in result.err, result.err
    assert hexadecimal(dut, "ethtool -e DEV raw on") == whole


def test_devlink_regions(dut: Port, machine: Machine) -> None:
    """Both are there; snapshots are made, read and deleted; parts are read as they are now."""
    handle = f"pci/{dut.pci}"
    shown = json.loads(machine.run("devlink -j region show").out)["regions"]
    sizes = {name: facts["size"] for name, facts in shown.items() if handle in name}
    content = dump(dut)[1]
    whole = hexadecimal(dut, "ethtool -e DEV raw on")
    assert sizes == {f"{handle}/registers": len(content), f"{handle}/nvm": len(whole)}

    for name, want in (("registers", named(content)["RLPML"]), ("nvm", whole)):
        machine.run(f"devlink region new {handle}/{name} snapshot 7")
        try:
            machine.run(f"devlink region new {handle}/{name} snapshot 7", check=False)
            length = sizes[f"{handle}/{name}"]
            got = region(machine, dut, name, f"snapshot 7 address 0 length {length}")
            assert (named(got)["RLPML"] if name == "registers" else got) == want
            shown = machine.run(f"devlink region dump {handle}/{name} snapshot 7").out
            assert len(shown.splitlines()) == -(-length // 16)
        finally:
            machine.run(f"devlink region del {handle}/{name} snapshot 7")
    assert region(machine, dut, "nvm", "address 3 length 9") == whole[3:12]
    place = next(row.place for row in registers.rows() if row.name == "RAL")
    now = region(machine, dut, "registers", f"address {place} length 4")
    assert now.hex(":") == dut.mac[:11]
    assert region(machine, dut, "nvm", "address 510 length 9") == whole[510:]


def test_regions_of_a_device_that_is_gone(dut: Port, machine: Machine) -> None:
    """Its registers are all ones, its NVM cannot be read, and that is said."""
    dut.vanish()
    try:
        machine.run(f"devlink region read pci/{dut.pci}/registers address 0 length 4")
        gone = region(machine, dut, "registers", "address 0 length 64")
        assert gone == b"\xff" * 64
        result = machine.run(
            f"devlink region read pci/{dut.pci}/nvm address 0 length 2", check=False
        )
        assert result.rc and "the NVM cannot be read" in result.err, result.err
    finally:
        dut.return_()
        dut.unbind()
        dut.bind()
        dut.wait_carrier()


def test_regions_come_and_go_with_the_driver(dut: Port, machine: Machine) -> None:
    handle = f"pci/{dut.pci}"
    machine.run(f"devlink region new {handle}/nvm snapshot 1")
    dut.unbind()
    assert handle not in machine.run("devlink region show").out
    dut.bind()
    dut.wait_carrier()
    shown = machine.run("devlink region show").out
    assert f"{handle}/nvm" in shown and f"{handle}/registers" in shown
