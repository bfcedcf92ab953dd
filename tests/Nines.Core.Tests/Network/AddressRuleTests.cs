using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Nines.Core.Network;
using Nines.Testing;

namespace Nines.Core.Tests.Network;

public sealed class AddressRuleTests
{
    [Theory]
    [InlineData("1.1.1.1", AddressKind.Public)]
    [InlineData("100.63.255.255", AddressKind.Public)]
    [InlineData("100.64.0.0", AddressKind.Carrier)]
    [InlineData("100.127.255.255", AddressKind.Carrier)]
    [InlineData("100.128.0.0", AddressKind.Public)]
    [InlineData("172.15.255.255", AddressKind.Public)]
    [InlineData("172.31.255.255", AddressKind.Private)]
    [InlineData("172.32.0.0", AddressKind.Public)]
    [InlineData("10.1.2.3", AddressKind.Private)]
    [InlineData("192.168.0.1", AddressKind.Private)]
    [InlineData("127.9.9.9", AddressKind.Loopback)]
    [InlineData("0.0.0.0", AddressKind.Unspecified)]
    [InlineData("0.1.2.3", AddressKind.Unspecified)]
    [InlineData("169.254.1.1", AddressKind.LinkLocal)]
    [InlineData("169.254.169.254", AddressKind.Metadata)]
    [InlineData("168.63.129.16", AddressKind.Metadata)]
    [InlineData("100.100.100.200", AddressKind.Metadata)]
    [InlineData("198.19.255.255", AddressKind.Reserved)]
    [InlineData("203.0.113.7", AddressKind.Reserved)]
    [InlineData("224.0.0.1", AddressKind.Multicast)]
    [InlineData("239.255.255.255", AddressKind.Multicast)]
    [InlineData("255.255.255.255", AddressKind.Reserved)]
    [InlineData("2606:4700::1111", AddressKind.Public)]
    [InlineData("::", AddressKind.Unspecified)]
    [InlineData("::1", AddressKind.Loopback)]
    [InlineData("::2", AddressKind.Unspecified)]
    [InlineData("fe80::1", AddressKind.LinkLocal)]
    [InlineData("fec0::1", AddressKind.Private)]
    [InlineData("fd12:3456::1", AddressKind.Private)]
    [InlineData("fd00:ec2::254", AddressKind.Metadata)]
    [InlineData("ff02::1", AddressKind.Multicast)]
    [InlineData("2001:db8::1", AddressKind.Reserved)]
    [InlineData("2001:0:1234::1", AddressKind.Reserved)]
    [InlineData("3fff:fff::1", AddressKind.Reserved)]
    [InlineData("3fff:1000::1", AddressKind.Public)]
    [InlineData("100::1", AddressKind.Reserved)]
    [InlineData("4000::1", AddressKind.Reserved)]
    public void An_address_is_of_the_kind_that_the_registries_say(string address, AddressKind kind) =>
        Assert.Equal(kind, AddressKinds.Of(IPAddress.Parse(address).GetAddressBytes()));

    [Fact]
    public void An_IPv4_address_inside_of_an_IPv6_one_is_judged_as_itself()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<uint>().Filter(number => number > 1), number =>
        {
            byte[] inner = [(byte)(number >> 24), (byte)(number >> 16 & 0xff), (byte)(number >> 8 & 0xff), (byte)(number & 0xff)];
            var kind = AddressKinds.Of(inner);
            string[] forms = ["::ffff:0:0", "64:ff9b::", "::ffff:0:0:0"];
            foreach (var form in forms)
            {
                var outer = IPAddress.Parse(form).GetAddressBytes();
                inner.CopyTo(outer, 12);
                Assert.Equal(kind, AddressKinds.Of(outer));
            }
            var sixToFour = IPAddress.Parse("2002::1").GetAddressBytes();
            inner.CopyTo(sixToFour, 2);
            Assert.Equal(kind, AddressKinds.Of(sixToFour));
        }).Holds();
        Assert.Equal(AddressKind.Loopback, AddressKinds.Of(IPAddress.Parse("::127.0.0.1").GetAddressBytes()));
        Assert.Equal(AddressKind.Metadata, AddressKinds.Of(IPAddress.Parse("::ffff:169.254.169.254").GetAddressBytes()));
    }

    [Fact]
    public void Only_public_addresses_are_allowed_and_those_that_somebody_allowed()
    {
        var lab = AddressRule.PublicOnly with { Blocks = [new AddressBlock(IPAddress.Parse("10.20.0.0").GetAddressBytes(), 14)] };
        Assert.True(lab.Allows(IPAddress.Parse("8.8.8.8").GetAddressBytes()));
        Assert.True(lab.Allows(IPAddress.Parse("10.23.255.255").GetAddressBytes()));
        Assert.False(lab.Allows(IPAddress.Parse("10.24.0.0").GetAddressBytes()));
        Assert.False(lab.Allows(IPAddress.Parse("127.0.0.1").GetAddressBytes()));
        Assert.False(AddressRule.PublicOnly.Allows(IPAddress.Parse("10.23.0.1").GetAddressBytes()));
    }

    [Theory]
    [InlineData(3, 8)]
    [InlineData(4, 33)]
    [InlineData(16, 129)]
    [InlineData(4, -1)]
    public void What_is_no_block_is_refused(int octets, int prefix) => Assert.Throws<ArgumentException>(() => new AddressBlock(new byte[octets], prefix));
}
