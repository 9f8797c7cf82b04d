# SPDX-License-Identifier: GPL-2.0-only
"""Remembers the settings of an interface and sets them again, for fuzz_settings.py."""

from __future__ import annotations

from knobs import FLOWS, Ethtool, Ioctl, Knobs, Rtnl, Sysfs
from netdev_genl import attribute, attributes
from netlink import Answer, Family, number, text

# Messages that set, in this order, and the attributes that are taken from what the message
# before it got.  Intervals can only be set while they are not adaptive.
ADAPTIVE_OFF = number(11, 0, 1) + number(12, 0, 1)
PARTS = ((16, (6, 9)), (20, (2, 6)), (20, (11, 12, 29, 30)), (22, (2, 3, 4)), (5, (2, 3)))
NESTED = 0x8000
STEERING = ("xps_cpus", "rps_cpus", "rps_flow_cnt")
NAPI_DEFAULTS = ((5, 0), (6, 0), (7, 0), (8, 0))


class Saved:
    def __init__(self, knobs: Knobs, ethtool: Ethtool, ioctl: Ioctl) -> None:
        self.knobs, self.ethtool, self.ioctl = knobs, ethtool, ioctl
        self.rtnl, self.sysfs = Rtnl(knobs), Sysfs(knobs)
        self.complaints: list[str] = []
        self.got = {message: ethtool.get(message - 1) for message, _ in PARTS}
        self.channels = ethtool.get(17)
        self.features = ethtool.get(11)
        rss = bytes.fromhex(ioctl.look_rss().split()[1])
        self.key = rss[-40:]
        self.fields = {flow: ioctl.get_fields(flow) for flow in FLOWS}
        self.files = {name: self.sysfs.look(name).strip() for name in Sysfs.FILES}
        self.maps = {
            f"queues/{path.parent.name}/{name}": path.read_text().strip()
            for name in STEERING
            for path in sorted(knobs.sys.glob(f"queues/*/{name}"))
        }
        self.link = knobs.link()[1]
        # RX and TX copybreak, as the kernel answers and takes it.
        self.tunables = [ioctl.get_tunable(which) for which in (1, 2)]
        self.vectors = self.param()

    def must(self, what: str, answer: Answer) -> None:
        if answer.error:
            self.complaints.append(f"{what}: errno {answer.error} {answer.reason}")

    def restore(self) -> list[str]:
        """Everything; what could not be set is told."""
        self.interface()
        self.must("features", self.ethtool.put(12, self.wanted_features()))
        self.queues()
        self.must("adaptive", self.ethtool.put(20, ADAPTIVE_OFF))
        for message, kinds in PARTS:
            words = [self.copied(kind, self.got[message]) for kind in kinds]
            answer = self.ethtool.put(message, *words)
            self.must(f"message {message}, attributes {kinds}", answer)
        for name, value in self.maps.items():
            self.must(name, self.sysfs.put(name, value))
        for which, kept in zip((1, 2), self.tunables, strict=True):
            if kept is not None:
                self.must(f"tunable {which}", self.ioctl.tunable(which, 3, 4, kept))
        # As when the interface was made; it may have no clock.
        self.ioctl.stamps([0, 0, 0])
        self.devlink()
        self.knobs.wait_carrier()
        return self.complaints

    @staticmethod
    def copied(kind: int, found: dict[int, bytes]) -> bytes:
        # Profiles and bitsets are nests.
        return attribute(kind | (NESTED if len(found[kind]) > 4 else 0), found[kind])

    def wanted_features(self) -> bytes:
        """Each that can be changed, as it was."""

        def value(kind: int) -> tuple[int, int]:
            found = attributes(self.features[kind])
            return int.from_bytes(found[4], "little"), int.from_bytes(found[2], "little")

        mask, count = value(2)
        return self.ethtool.bits(3, value(3)[0] & mask, count, mask)

    def interface(self) -> None:
        self.must("up", self.rtnl.set_flags(1, 0x301))
        for kind in (1, 4, 13, 27, 40, 41, 58):
            self.must(f"attribute {kind}", self.rtnl.put(attribute(kind, self.link[kind])))
        for tag in (1, 2, 3, 7, 100, 4094):
            self.rtnl.vlan_delete(f"fz{tag}")
        for first in (0x02, 0x33, 0x01):
            for last in range(40):
                self.rtnl.fdb(bytes([first, 0, 0, 0, 0, last]), add=False, vlan=None)

    def queues(self) -> None:
        """All of them, for each keeps settings of its own."""
        self.must("RSS", self.ioctl.rss(0, 0, [], self.key, 1, 0))
        for flow, data in self.fields.items():
            if data > 0:
                self.must(f"flow {flow}", self.ioctl.fields(flow, data))
        self.must("all channels", self.ethtool.put(18, attribute(9, self.channels[5])))
        for name in ("threaded", "napi_defer_hard_irqs", "gro_flush_timeout"):
            self.must(name, self.sysfs.put(name, self.files[name]))
        netdev = Family("netdev")
        for napi in self.knobs.napis(netdev):
            for kind, value in NAPI_DEFAULTS:
                # 6.12 knows nothing of it.
                netdev.call(14, number(2, napi) + number(kind, value))
        self.must("channels", self.ethtool.put(18, attribute(9, self.channels[9])))

    def handle(self) -> bytes:
        return text(1, "pci") + text(2, (self.knobs.sys / "device").resolve().name)

    def param(self) -> bytes:
        """The value of msix_vec_per_pf_max that counts at the next reload, if there is one."""
        found = Family("devlink").call(38, self.handle() + text(81, "msix_vec_per_pf_max"))
        if found.error:
            return b""
        param = attributes(attributes(found.bodies[0][4:])[80])
        return attributes(attributes(param[84])[85])[86]

    def devlink(self) -> None:
        family, handle = Family("devlink"), self.handle()
        if self.vectors:
            words = text(81, "msix_vec_per_pf_max") + number(83, 3, 1) + number(87, 1, 1)
            answer = family.call(39, handle + words + attribute(86, self.vectors))
            self.must("msix_vec_per_pf_max", answer)
        for reporter in ("tx", "rx", "hw"):
            words = handle + text(115, reporter)
            answer = family.call(53, words + number(120, 0, 8) + number(121, 1, 1))
            self.must(f"reporter {reporter}", answer)
        for region in ("registers", "nvm"):
            for snapshot in (1, 2, 3, 77):
                family.call(45, handle + text(88, region) + number(92, snapshot))
