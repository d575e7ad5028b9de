"""Where a message may go: what is written, what it stands for, and what is connected to."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import BadAddress, BadUsage, TryLater
from evenhand.integrations.guard import LONGEST, REFUSED, Guard, Resolve, read_address, read_networks, refusal

WORLD = "93.184.215.14"
WORLD_6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"

ips = st.ip_addresses(v=4) | st.ip_addresses(v=6)
networks = st.sampled_from([network for network, _ in REFUSED])


def resolving(*found: str) -> Resolve:
    return lambda _host, _port: found


def guard(*found: str, allow: str = "", http: bool = False) -> Guard:
    return Guard(read_networks(allow), http=http, resolve=resolving(*found))


def no_look_up(host: str, port: int) -> Sequence[str]:
    raise AssertionError(f"{host}:{port} was looked up")


def fault(error: pytest.ExceptionInfo[BadAddress]) -> tuple[str, str]:
    (one,) = error.value.faults
    assert one.where == "url"
    return one.what, one.fix


# --- what an address leads to ----------------------------------------------------------------------------------------


def test_an_address_of_the_internet_is_fine_and_keeps_the_numbers_that_were_checked() -> None:
    target = guard(WORLD, WORLD_6).check("https://Hooks.Example.com/leads?key=1#top")
    assert target.ips == (WORLD, WORLD_6)
    assert (target.address.host, target.address.port) == ("hooks.example.com", 443)
    assert target.address.path == "/leads?key=1"


@pytest.mark.parametrize(
    "ip",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:93.184.215.14",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_no_address_inside_is_reached_by_a_name(ip: str) -> None:
    with pytest.raises(BadAddress, match=r"hooks\.example\.com is "):
        guard(WORLD, ip).check("https://hooks.example.com/")


@pytest.mark.parametrize("ip", ["127.0.0.1", "10.1.2.3", "[::1]", "[::ffff:10.0.0.1]", "[fe80::1%25eth0]", "0.0.0.0"])
def test_no_address_inside_is_reached_by_its_number(ip: str) -> None:
    with pytest.raises(BadAddress):
        Guard(resolve=no_look_up).check(f"https://{ip}/")


def test_a_number_out_in_the_world_needs_no_look_up() -> None:
    assert Guard(resolve=no_look_up).check(f"https://{WORLD}:8443/").ips == (WORLD,)
    assert Guard(resolve=no_look_up).check(f"https://[{WORLD_6}]/").address.authority == f"[{WORLD_6}]"


def test_a_refusal_says_what_it_is_and_how_to_allow_it() -> None:
    with pytest.raises(BadAddress) as error:
        guard("10.1.2.3").check("https://crm.internal/hook")
    what, fix = fault(error)
    assert what == "crm.internal is 10.1.2.3, in a private network."
    assert fix.endswith("EVENHAND_ALLOW_NETWORKS=10.1.2.3")


@given(networks.flatmap(lambda network: st.ip_addresses(network=network)))
def test_whatever_lies_in_a_refused_network_is_refused(ip: IPv4Address | IPv6Address) -> None:
    assert refusal(ip)
    with pytest.raises(BadAddress):
        guard(WORLD, str(ip)).check("https://hooks.example.com/")


@given(ips)
def test_what_is_let_through_is_an_address_of_the_internet(ip: IPv4Address | IPv6Address) -> None:
    private = ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_reserved or ip.is_unspecified
    hidden = isinstance(ip, IPv6Address) and (ip.ipv4_mapped or ip.sixtofour or ip.teredo)
    if private or ip.is_multicast or hidden or not ip.is_global:
        assert refusal(ip)


@given(st.ip_addresses(v=4))
def test_an_address_hides_in_no_other_one(ip: IPv4Address) -> None:
    number = int(ip)
    hidden = [(0xFFFF << 32) | number, number, (0x64FF9B << 96) | number, (0x2002 << 112) | number << 80]
    assert all(refusal(IPv6Address(each)) for each in hidden)


@given(ip=ips, bits=st.integers(0, 32))
def test_what_an_operator_allows_may_be_reached(ip: IPv4Address | IPv6Address, bits: int) -> None:
    network = ip_network((ip, ip.max_prefixlen - bits), strict=False)
    target = Guard([network], resolve=resolving(str(ip))).check("http://inside.example:6379/")
    assert [ip_address(each) for each in target.ips] == [ip]


def test_all_addresses_must_be_allowed_and_not_just_one() -> None:
    with pytest.raises(BadAddress, match="::1, this machine itself"):
        guard("127.0.0.1", "::1", allow="127.0.0.0/8").check("https://localhost/")
    assert guard("127.0.0.1", "::1", allow="127.0.0.0/8 ::1").check("https://localhost/").ips == ("127.0.0.1", "::1")


def test_an_allowed_ipv4_network_lets_nobody_in_by_ipv6() -> None:
    with pytest.raises(BadAddress):
        guard("::ffff:127.0.0.1", allow="127.0.0.0/8").check("https://hooks.example.com/")


# --- how it is written -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0X7F.0.0.1",
        "017700000001",
        "0177.0.0.1",
        "127.1",
        "127.0.1",
        "127.0.0.01",
        "127.0.0.0x1",
        "0",
        "0x",
        "1.2.3.4.5",
        "256.1.1.1",
        "hooks.example.com.1",
    ],
)
def test_an_unusual_number_is_no_host(host: str) -> None:
    with pytest.raises(BadAddress, match=r"unusual way to write a number|not how an address is written"):
        Guard(resolve=no_look_up).check(f"https://{host}/")


@pytest.mark.parametrize("host", ["127.0.0.1.", "127.0.0.1", "[0:0:0:0:0:0:0:1]", "[::1]"])
def test_a_dot_at_the_end_or_zeros_change_nothing(host: str) -> None:
    with pytest.raises(BadAddress, match="this machine itself"):
        Guard(resolve=no_look_up).check(f"https://{host}/")


@pytest.mark.parametrize("host", ["localhost", "localhost.", "LOCALHOST", "app.localhost", "localtest.me"])
def test_a_name_of_this_machine_is_known_by_what_it_stands_for(host: str) -> None:
    with pytest.raises(BadAddress, match=r"127\.0\.0\.1, this machine itself"):
        guard("127.0.0.1").check(f"https://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "https://１２７.０.０.１/",  # noqa: RUF001  wide digits are the point
        "https://①②⑦.0.0.1/",
        "https://a..b/",
        "https://.example.com/",
        "https://-a.example.com/",
        "https://a-.example.com/",
        f"https://{'a' * 64}.example.com/",
        f"https://{'a.' * 130}example.com/",
        "https://exa%6dple.com/",
        "https://[127.0.0.1]/",
        "https://[::1/",
        "https://[]/",
        "https:///leads",
        "https:leads",
        "https://x:99999/",
        "https://x:0/",
        "https://x:port/",
        "https://a b.example.com/",
        "https://a\tb.example.com/",
        "https://a.example.com\r\n/",
        "https://a.example.com\\@b.example.com/",
        "https://a.example.com/\x00",
        "https://a.example.com/\N{RIGHT-TO-LEFT OVERRIDE}",
        "//hooks.example.com/",
        "hooks.example.com",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "gopher://hooks.example.com/",
        "javascript:alert(1)",
        "",
        "https://hooks.example.com/" + "a" * LONGEST,
    ],
)
def test_what_is_no_address_is_refused_before_anything_is_looked_up(url: str) -> None:
    with pytest.raises(BadAddress) as error:
        Guard(resolve=no_look_up).check(url)
    assert all(fault(error))


@pytest.mark.parametrize("user", ["ann", "ann:secret", ":secret", "hooks.example.com"])
def test_a_name_or_a_password_in_the_address_is_refused_and_not_repeated(user: str) -> None:
    with pytest.raises(BadAddress, match="a name or a password") as error:
        guard(WORLD).check(f"https://{user}@example.com/")
    assert user not in str(error.value)


def test_an_international_name_is_looked_up_in_ascii() -> None:
    asked: list[str] = []
    known = Guard(resolve=lambda host, _: asked.append(host) or [WORLD])  # type: ignore[func-returns-value]
    assert known.check("https://münchen.example/ä").address.path == "/%C3%A4"
    assert asked == ["xn--mnchen-3ya.example"]


@given(st.text(max_size=40))
def test_any_text_is_refused_or_an_address_that_reads_the_same_again(text: str) -> None:
    for url in (text, f"https://{text}", f"https://{text}/", f"https://example.com/{text}"):
        try:
            found = guard(WORLD).check(url).address
        except BadAddress:
            continue
        assert found.host.isascii()
        assert found.path.isascii()
        assert read_address(f"{found.origin}{found.path}") == found


# --- scheme and port -------------------------------------------------------------------------------------------------


def test_plain_http_is_for_what_the_operator_allows_only() -> None:
    with pytest.raises(BadAddress, match="for everybody to read"):
        guard(WORLD).check("http://hooks.example.com/")
    assert guard(WORLD, http=True).check("http://hooks.example.com/").address.port == 80
    assert guard("10.0.0.1", allow="10.0.0.0/8").check("http://crm.internal/").ips == ("10.0.0.1",)


@pytest.mark.parametrize("port", [1, 22, 25, 79, 110, 445, 587, 993, 1023, 2049, 5432, 6379, 6667, 11211])
def test_a_port_where_another_language_is_spoken_is_refused(port: int) -> None:
    with pytest.raises(BadAddress, match=f"port {port} is not for this"):
        guard(WORLD).check(f"https://hooks.example.com:{port}/")


@pytest.mark.parametrize("port", [80, 443, 1024, 3000, 8000, 8443, 65535])
def test_a_port_of_a_web_server_is_fine(port: int) -> None:
    assert guard(WORLD).check(f"https://hooks.example.com:{port}/").address.port == port


# --- looking up ------------------------------------------------------------------------------------------------------


def unknown(host: str, port: int) -> Sequence[str]:
    raise OSError("Name or service not known")


def test_an_unknown_host_is_a_fault_when_it_is_set_and_trouble_on_the_way_later() -> None:
    with pytest.raises(BadAddress, match=r"nowhere\.example cannot be found"):
        Guard(resolve=unknown).check("https://nowhere.example/")
    with pytest.raises(TryLater, match=r"nowhere\.example cannot be found"):
        Guard(resolve=unknown).find(read_address("https://nowhere.example/"))


@pytest.mark.parametrize("found", [(), ("what",), ("",)])
def test_an_answer_that_names_no_address_is_none(found: tuple[str, ...]) -> None:
    with pytest.raises(TryLater):
        guard(*found).find(read_address("https://nowhere.example/"))


def test_this_machine_finds_itself() -> None:
    with pytest.raises(BadAddress, match="this machine itself"):
        Guard().check("https://localhost/")


# --- what operators write --------------------------------------------------------------------------------------------


def test_networks_are_read_from_a_list() -> None:
    read = read_networks(" 10.1.2.3, 192.168.0.0/16;::1 fd00::/8\n")
    assert [str(network) for network in read] == ["10.1.2.3/32", "192.168.0.0/16", "::1/128", "fd00::/8"]
    assert read_networks("") == read_networks("  \n") == ()


def test_every_bad_network_is_named() -> None:
    with pytest.raises(BadUsage) as error:
        read_networks("10.0.0.1/8, 10.0.0.0/8, intranet")
    assert [fault.where for fault in error.value.faults] == ["EVENHAND_ALLOW_NETWORKS"] * 2
    assert "intranet" in str(error.value)


def test_an_address_does_not_show_its_path() -> None:
    target = guard(WORLD).check("https://hooks.example.com/services/T0/B0/secret?key=secret")
    assert "secret" not in repr(target)
