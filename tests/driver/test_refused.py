# SPDX-License-Identifier: GPL-2.0-only
"""What is refused changes nothing, and the kernel says why.

One table: each way to set something, with values that must not be taken.  A row of a netlink
interface names words of the kernel's reason (extack); where the interface has no room for one,
which is said below, it names the error.  Afterwards everything that can be set is as it was,
the carrier was never away, and the link-down counter stands."""

from __future__ import annotations

import re

import pytest
from control import everything
from tools import PLACE, Figures

from lab import Port

pytestmark = pytest.mark.napier_only(reason="igb takes some of these, rounds others, and says less")

# An answer without a reason is shown by ethtool, ip and devlink with these words.
SILENT = r"(netlink error|RTNETLINK answers|kernel answers): "
UNSUPPORTED = SILENT + "Operation not supported"
INVALID = SILENT + "Invalid argument"
NO_ROOM = "Cannot assign requested address"
# The one reason that the core has for whatever a driver refuses of link settings; the driver's
# own is in the log (UNTOLD).
LINK = "link settings update failed"

# What is set -> command (DEV, PCI: the port) -> what must be in its answer.
REFUSED: dict[str, dict[str, str]] = {
    "rings": {
        "ethtool -G DEV rx 100": "napier: RX ring size 100: a power of two",
        "ethtool -G DEV tx 32": "napier: TX ring size 32: a power of two",
        "ethtool -G DEV rx 1024 tx 100": "napier: TX ring size 100: a power of two",
        "ethtool -G DEV rx 0": "napier: RX ring size 0: a power of two",
        "ethtool -G DEV tx 8192": "requested ring size exceeds maximum",
        "ethtool -G DEV rx-mini 64": "requested ring size exceeds maximum",
        "ethtool -G DEV rx-buf-len 4096": "setting rx buf len not supported",
        "ethtool -G DEV tcp-data-split on": "setting TCP data split is not supported",
        "ethtool -G DEV tx-push on": "setting tx push not supported",
        "ethtool -G DEV cqe-size 64": "setting cqe size not supported",
    },
    "channels": {
        "ethtool -L DEV combined 0": "would result in no RX or TX channel",
        "ethtool -L DEV combined 100": "requested channel count exceeds maximum",
        "ethtool -L DEV rx 1": "requested channel count exceeds maximum",
        # The driver's operation has no room for a reason.
        "ethtool -L DEV other 0": INVALID,
    },
    "coalescing": {
        "ethtool -C DEV rx-usecs 50": "napier: rx-usecs can be set with adaptive-rx off",
        "ethtool -C DEV tx-usecs 50": "napier: tx-usecs can be set with adaptive-tx off",
        "ethtool -C DEV adaptive-rx off rx-usecs 8192": "rx-usecs 8192: at most 8191",
        "ethtool -C DEV adaptive-rx off adaptive-tx off tx-usecs 4000000000": "at most 8191",
        "ethtool -C DEV rx-frames 8": "cannot modify an unsupported parameter",
        "ethtool -C DEV cqe-mode-rx on": "cannot modify an unsupported parameter",
        "ethtool -C DEV tx-aggr-max-bytes 1": "cannot modify an unsupported parameter",
    },
    # ethtool of Debian 13 has no words for it, and the core has none for what is wrong: six rows
    # where there are five, frames and completions, which the device does not count, and an
    # interval that is no number.
    "profiles of adaptive coalescing": {
        f"python3 PLACE/knob.py ethtool DEV 20 {profile}/{rows}": f"errno {error}$"
        for profile in (29, 30)
        for rows, error in (
            ("+".join(["1/1:8:4"] * 6), 7),
            ("1/2:8:4", 95),
            ("1/1:8:4+1/3:8:4", 95),
        )
    },
    # By ioctl, which knows no reasons.
    "coalescing of a queue": {
        "ethtool --per-queue DEV queue_mask 0x1 --coalesce rx-usecs 50": "Invalid argument",
        "ethtool --per-queue DEV queue_mask 0x1 --coalesce adaptive-rx off rx-usecs 9000": (
            "Invalid argument"
        ),
        "ethtool --per-queue DEV queue_mask 0x10000 --coalesce rx-usecs 50": "Invalid argument",
        "ethtool --per-queue DEV queue_mask 0x1 --coalesce rx-frames 5": "not supported",
    },
    "pause": {
        # ethtool has no word that the kernel would refuse, and no value is out of range.
        "python3 PLACE/knob.py ethtool DEV 22 3:1:2": "invalid attribute length|Invalid argument",
    },
    "EEE": {
        "ethtool --set-eee DEV eee on": UNSUPPORTED,
        "ethtool --set-eee DEV advertise 0x1": UNSUPPORTED,
        "ethtool --set-eee DEV tx-timer 10": UNSUPPORTED,
    },
    "RSS, by ioctl": {
        "ethtool -X DEV equal 100": "Invalid argument",
        "ethtool -X DEV equal 2 start 5": "Invalid argument",
        "ethtool -X DEV hfunc xor": "Operation not supported",
        "ethtool -X DEV hfunc crc32": "Operation not supported",
        "ethtool -X DEV context new equal 1": "Operation not supported",
        "ethtool -X DEV context 1 delete": "not supported|Invalid argument|No such file",
        "ethtool -X DEV xfrm symmetric-xor": "Operation not supported",
        "ethtool -X DEV hkey 01:02": "Key is too short",
    },
    "hashed fields, by ioctl": {
        "ethtool -N DEV rx-flow-hash udp4 s": "Invalid argument",
        "ethtool -N DEV rx-flow-hash udp4 sdf": "Invalid argument",
        "ethtool -N DEV rx-flow-hash tcp6 vsdfn": "Invalid argument",
        "ethtool -N DEV rx-flow-hash sctp4 sdfn": "Invalid argument",
        "ethtool -N DEV rx-flow-hash ether m": "Operation not supported",
    },
    # The emulated port steers nothing.
    "steering, by ioctl": {
        "ethtool -N DEV flow-type tcp4 dst-port 80 action 0": "Cannot insert",
        "ethtool -N DEV flow-type ether proto 0x88f7 action 0": "Cannot insert",
        "ethtool -N DEV flow-type tcp4 dst-port 80 action 99": "Cannot insert",
        "ethtool -N DEV flow-type ether dst 02:00:00:00:00:09 action -1 loc 5000": "Cannot insert",
        "ethtool -N DEV delete 0": "Cannot delete",
    },
    "offloads": {
        "ethtool -K DEV lro on": "Could not change any device features",
        "ethtool -K DEV hw-tc-offload on": "Could not change any device features",
        "ethtool -K DEV macsec-hw-offload on": "Could not change any device features",
        "ethtool -K DEV tls-hw-tx-offload on": "Could not change any device features",
        "ethtool -K DEV nonsense on": "bit name not found|bad command line",
    },
    "link": {
        "ethtool -s DEV speed 1000 duplex full autoneg off": LINK,
        "ethtool -s DEV speed 2500 duplex full autoneg off": LINK,
        "ethtool -s DEV speed 100 duplex full autoneg off lanes 4": "lanes configuration not",
        "ethtool -s DEV advertise 0x10": LINK,
        "ethtool -s DEV advertise 0x1000000": LINK,
        "ethtool -s DEV master-slave forced-master": "master/slave configuration not supported",
        "ethtool -s DEV port fibre": LINK,
        "ethtool -s DEV phyad 7": LINK,
        "python3 PLACE/knob.py ethtool DEV 3 5:9:1": LINK,
        "ethtool -s DEV mdix sideways": "bad command line|invalid value|unknown",
    },
    "Wake-on-LAN": {
        "ethtool -s DEV wol g": "cannot enable unsupported WoL mode",
        "ethtool -s DEV wol gs sopass 11:22:33:44:55:66": "cannot enable unsupported WoL mode",
    },
    "what a port with an SFP cage, T1S, PSE or FEC would have": {
        "ethtool --set-priv-flags DEV x on": UNSUPPORTED,
        "ethtool --set-fec DEV encoding rs": UNSUPPORTED,
        "ethtool --set-module DEV power-mode-policy high": "not supported by this device",
        "ethtool --set-plca-cfg DEV enable on": UNSUPPORTED,
        "ethtool --set-mm DEV pmac-enabled on": UNSUPPORTED,
        "ethtool --set-pse DEV podl-pse-admin-control enable": "No PHY",
        "ethtool --cable-test DEV": UNSUPPORTED,
        "ethtool --cable-test-tdr DEV": UNSUPPORTED,
        "ethtool -s DEV msglvl 0xffffffff": UNSUPPORTED,
    },
    "tunables, by ioctl": {
        "ethtool --set-tunable DEV rx-copybreak 100000": "not supported|Invalid argument",
        "ethtool --set-tunable DEV tx-copybreak 256": "not supported|Invalid argument",
        "ethtool --set-tunable DEV pfc-prevention-tout 100": "not supported",
        "ethtool --set-tunable DEV tx-buf-size 100": "not supported",
        "ethtool --set-phy-tunable DEV downshift on": "not supported",
        "ethtool --set-phy-tunable DEV fast-link-down on": "not supported",
    },
    "reset, by ioctl": {
        "ethtool --reset DEV phy": "Operation not supported",
        "ethtool --reset DEV mgmt": "Operation not supported",
        "ethtool --reset DEV mac-shared phy-shared": "Operation not supported",
    },
    "NVM and dump, by ioctl": {
        "ethtool -E DEV magic 0x10c98086 offset 0 value 1": "Operation not supported",
        "ethtool -E DEV magic 0x1 offset 0 value 1": "Operation not supported",
        "ethtool -W DEV 1": "Operation not supported",
    },
    "time stamps, by ioctl": {
        "python3 PLACE/knob.py stamps DEV 0 99 0": "errno (22|34|95)",
        "python3 PLACE/knob.py stamps DEV 0 0 99": "errno (22|34|95)",
        "python3 PLACE/knob.py stamps DEV 99 0 0": "errno (22|34|95)",
    },
    "MTU": {
        "ip link set DEV mtu 67": "mtu less than device minimum",
        "ip link set DEV mtu 9217": "mtu greater than device maximum",
        "ip link set DEV mtu 2147483647": "mtu greater than device maximum",
    },
    # ndo_set_mac_address() has no room for a reason.
    "MAC address": {
        "ip link set DEV address 01:02:03:04:05:06": NO_ROOM,
        "ip link set DEV address 00:00:00:00:00:00": NO_ROOM,
        "ip link set DEV address ff:ff:ff:ff:ff:ff": NO_ROOM,
    },
    "interface": {
        "ip link set DEV gso_max_size 1000000": "too big gso_max_size",
        "ip link set DEV vf 0 mac 02:00:00:00:00:01": UNSUPPORTED,
        "ip link set DEV type bond mode 1": UNSUPPORTED,
        "ip link set DEV master lo": UNSUPPORTED,
        "bridge link set dev DEV hwmode vepa": UNSUPPORTED,
        "bridge fdb add 02:00:00:00:00:01 dev DEV vlan 5 self": INVALID,
        "bridge fdb del 02:00:00:00:00:01 dev DEV self": SILENT + "No such file",
        "python3 PLACE/mii.py DEV set 1 31 0 65534": "EPERM",
    },
    "VLAN": {
        "ip link add link DEV name v4095 type vlan id 4095": "Invalid VLAN id",
        "ip link add link DEV name v5000 type vlan id 5000": "Invalid VLAN id",
    },
    # Not mqprio and taprio: when one of these is refused, the core forgets the maps of XPS.
    "traffic control": {
        "tc qdisc add dev DEV clsact; tc filter add dev DEV ingress flower skip_sw dst_mac "
        "02:00:00:00:00:01 action drop; tc qdisc del dev DEV clsact": UNSUPPORTED,
    },
    # Files have nothing but an error, and dash none of its own for it.
    "sysfs": {
        f"echo {value} > /sys/class/net/DEV/{name}": "error"
        for name, value in (
            ("threaded", "-1"),
            ("threaded", "x"),
            ("napi_defer_hard_irqs", "-1"),
            ("napi_defer_hard_irqs", "99999999999"),
            ("gro_flush_timeout", "x"),
            ("carrier", "0"),
            ("mtu", "9217"),
            ("tx_queue_len", "-1"),
            ("queues/tx-0/tx_maxrate", "1"),
            ("queues/tx-0/xps_cpus", "zz"),
            ("queues/rx-0/rps_cpus", "zz"),
            ("device/sriov_numvfs", "7"),
        )
    },
    "NAPI, by netdev-genl": {
        "python3 PLACE/knob.py napi DEV defer-hard-irqs=4294967295": "errno (34|95)",
        "python3 PLACE/knob.py napi DEV threaded=9": "errno (22|34|95)",
    },
    "devlink": {
        "devlink dev param set pci/PCI name msix_vec_per_pf_max value 1000 cmode driverinit": (
            INVALID + "|napier: "
        ),
        "devlink dev param set pci/PCI name enable_sriov value true cmode permanent": INVALID,
        "devlink dev reload pci/PCI action fw_activate": "reload action is not supported",
        "devlink dev eswitch set pci/PCI mode switchdev": UNSUPPORTED,
        "devlink health set pci/PCI reporter nothere auto_recover false": INVALID,
        "devlink health recover pci/PCI reporter nothere": INVALID,
        "devlink health test pci/PCI reporter tx": UNSUPPORTED,
        "devlink region new pci/PCI/nothere snapshot 1": "requested region does not exist",
        "devlink region del pci/PCI/nvm snapshot 77": INVALID + "|not exist",
        "devlink trap set pci/PCI trap source_mac_is_multicast action drop": UNSUPPORTED,
    },
}


# Messages that 6.12 does not have; numbers of ethtool_netlink.h.
REFUSED_LATER: dict[str, dict[str, str]] = {
    "RSS, by netlink": {
        "python3 PLACE/knob.py ethtool DEV 48 3:2:4": "95 napier: the only hash function is toep",
        "python3 PLACE/knob.py ethtool DEV 48 3:4:4": "95 napier: the only hash function is toep",
        # Of what the driver has said that it cannot do, the core names the attribute alone.
        "python3 PLACE/knob.py ethtool DEV 48 6:1:4": "errno 95$",
        "python3 PLACE/knob.py ethtool DEV 48 6:2:4": "errno 95$",
        "python3 PLACE/knob.py ethtool DEV 48 2:1:4 3:1:4": "errno 95$",
        "python3 PLACE/knob.py ethtool DEV 48 4:99:4": r"22 entry 0: queue out of range \(99\)",
        "python3 PLACE/knob.py ethtool DEV 48 4:0:12": r"22 size \(3\) mismatch",
        "python3 PLACE/knob.py ethtool DEV 48 5:1:39": "errno 22$",
        "python3 PLACE/knob.py ethtool DEV 49 3:1:4": "errno 95$",
    },
    # 8 is the third protocol of ethtool_netlink.h, SCTP; 1 is Ethernet.
    "hashed fields, by netlink": {
        "python3 PLACE/knob.py ethtool DEV 48 8/4:16:4": "22 napier: both .* and both ports",
        "python3 PLACE/knob.py ethtool DEV 48 8/7:112:4": "22 napier: both .* and both ports",
        "python3 PLACE/knob.py ethtool DEV 48 8/8:240:4": "22 napier: both .*, nothing else",
        "python3 PLACE/knob.py ethtool DEV 48 8/1:2:4": "95 napier: this flow type is not hashed",
        "python3 PLACE/knob.py ethtool DEV 48 8/16:48:4": "95 napier: this flow type is not hashed",
    },
    # Bitsets: stamps that the device puts into frames itself, filters for all frames and for
    # PTPv1; two filters, and a clock that there is not.
    "time stamps, by netlink": {
        "python3 PLACE/knob.py ethtool DEV 47 3/2:4:4+4:4:4+1:0:0": (
            "34 napier: the device does not put stamps into frames"
        ),
        "python3 PLACE/knob.py ethtool DEV 47 4/2:16:4+4:2:4+1:0:0": (
            "34 napier: the device cannot stamp these frames, only PTPv2 over Ethernet"
        ),
        "python3 PLACE/knob.py ethtool DEV 47 4/2:16:4+4:16:4+1:0:0": (
            "34 napier: the device cannot stamp these frames, only PTPv2 over Ethernet"
        ),
        "python3 PLACE/knob.py ethtool DEV 47 3/2:4:4+4:2:4+1:0:0 4/2:16:4+4:2:4+1:0:0": (
            "34 napier: the device cannot stamp these frames"
        ),
        "python3 PLACE/knob.py ethtool DEV 47 4/2:16:4+4:6:4+1:0:0": "errno 22$",
        "python3 PLACE/knob.py ethtool DEV 47 2/1:99:4+2:0:4": "19 phc not in this net device",
    },
}

# Where the core takes no reason from the driver: what the log says then.
UNTOLD = {
    "ethtool -L DEV other 0": "channels stay as they are: napier: the link keeps its interrupt",
    "ethtool -s DEV speed 1000 duplex full autoneg off": (
        "link settings stay as they are: napier: only 10 and 100 Mbit/s can be forced"
    ),
    "ethtool -s DEV speed 2500 duplex full autoneg off": "napier: only 10 and 100 Mbit/s can be",
    "ethtool -s DEV advertise 0x10": "napier: 1000 Mbit/s is full duplex only",
    "ethtool -s DEV advertise 0x1000000": "napier: no mode of this port is offered",
    "ethtool -s DEV port fibre": "napier: there is one port, twisted pair, and one PHY",
    "ethtool -s DEV phyad 7": "napier: there is one port, twisted pair, and one PHY",
}

# What can be set, but not as things are: how they get so -> how they were -> commands, log.
REFUSED_NOW: dict[str, tuple[str, str, dict[str, str], str]] = {
    "down": (
        "ip link set DEV down",
        "ip link set DEV up",
        {"ethtool -r DEV": "Resource temporarily unavailable"},
        "no negotiation: napier: the interface is down",
    ),
    "a forced speed": (
        "ethtool -s DEV speed 100 duplex full autoneg off",
        "ethtool -s DEV autoneg on advertise 0x2f",
        {"ethtool -r DEV": "Invalid argument"},
        "no negotiation: napier: speed is forced",
    ),
}


def answer(port: Port, command: str) -> str:
    for word, value in (("DEV", port.name), ("PCI", port.pci), ("PLACE", PLACE)):
        command = command.replace(word, value)
    result = port.run(command, check=False)
    return f"status {result.rc}: {result.err.strip() or result.out.strip()}"


def taken(dut: Port, commands: dict[str, str]) -> list[str]:
    """What was not refused, or not for that reason.  ethtool 6.14 ends some refused commands with
    status 0, so its words are what counts."""
    wrong = []
    for command, reason in commands.items():
        told = answer(dut, command)
        if told == "status 0: ":
            wrong.append(f"{command}: taken")
        elif not re.search(reason, told):
            wrong.append(f"{command}: {told}; not {reason!r}")
    return wrong


def logged(dut: Port, mark: int, what: str) -> bool:
    return any(what in line for line in dut.machine.klog_since(mark))


def judged(dut: Port, table: dict[str, dict[str, str]]) -> list[str]:
    """What is wrong with what a table's commands are answered, and leave."""
    wrong, before = [], everything(dut)
    for what, commands in table.items():
        wrong += taken(dut, commands)
        after = everything(dut)
        changed = {name: after[name] for name in after if after[name] != before[name]}
        if changed:
            wrong.append(f"{what}: changed {changed}")
        before = after
    return wrong


def test_changes_nothing_and_says_why(dut: Port, figures: Figures) -> None:
    wrong = judged(dut, REFUSED)
    reasons = [reason for commands in REFUSED.values() for reason in commands.values()]
    figures(
        f"{len(reasons)} refused, {sum(SILENT in reason for reason in reasons)} of them without"
    )
    assert not wrong, "\n".join(wrong)


def test_says_why_in_the_log(dut: Port) -> None:
    """Where it cannot say it in the answer; none is dropped for being one of many."""
    limit = "/proc/sys/net/core/message_cost"
    cost = dut.run(["cat", limit]).out
    dut.machine.run(f"echo 0 > {limit}")
    try:
        silent = []
        for command, why in UNTOLD.items():
            mark = dut.machine.klog_mark()
            answer(dut, command)
            if not logged(dut, mark, why):
                silent.append(command)
    finally:
        dut.machine.run(f"echo {cost} > {limit}")
    assert not silent


@pytest.mark.machine(kernel="backports")
def test_changes_nothing_and_says_why_in_newer_messages(dut: Port) -> None:
    """They have room for the driver's reason, where the ioctls have none."""
    # What is refused must not be what was there, and stamps of something are on.
    dut.run(["hwstamp_ctl", "-i", dut.name, "-t", "1", "-r", "9"])
    try:
        wrong = judged(dut, REFUSED_LATER)
    finally:
        dut.run(["hwstamp_ctl", "-i", dut.name, "-t", "0", "-r", "0"])
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("state", REFUSED_NOW)
def test_refused_as_things_are(dut: Port, state: str) -> None:
    """What would be taken at another time, by ioctl: an error, and nothing changes."""
    there, back, commands, why = REFUSED_NOW[state]
    mark = dut.machine.klog_mark()
    dut.run(there.replace("DEV", dut.name))
    try:
        if state != "down":
            dut.wait_carrier()
        wrong = judged(dut, {state: commands})
        wrong += [] if logged(dut, mark, why) else [f"the log does not say: {why}"]
    finally:
        dut.run(back.replace("DEV", dut.name))
        dut.wait_carrier()
        # An interface that was down has lost its addresses.
        dut.configure()
    assert not wrong, "\n".join(wrong)
