using System.Net;
using System.Net.Sockets;
using FsCheck;
using FsCheck.Fluent;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Icmp;
using Nines.Testing;
using NodaTime;
using Outcome = Nines.Core.Observations.Outcome;

namespace Nines.Probing.Tests.Icmp;

/// <summary>Echos to this machine's loopback, over whichever kind of socket is permitted here.</summary>
public sealed class IcmpProbeTests
{
    private static void SkipUnlessPermitted(IPAddress address)
    {
        var (socket, failure) = EchoSocket.Open(address, null);
        socket?.Dispose();
        Assert.SkipWhen(socket is null, failure is null ? EchoSocket.HowToPermit : $"no echos to {address} here: {failure}");
    }

    private static ProbeDefinition Define(IcmpOptions options, Duration? timeout = null)
    {
        Assert.Empty(new IcmpProbeType().Validate(options));
        return Look.Define("icmp", options, timeout);
    }

    [Theory]
    [InlineData("127.0.0.1", 1)]
    [InlineData("127.0.0.1", 5)]
    [InlineData("::1", 3)]
    public async Task A_host_that_is_there_sends_every_echo_back(string host, int count)
    {
        SkipUnlessPermitted(IPAddress.Parse(host));
        var definition = Define(new IcmpOptions { Host = host, Count = count });
        var sight = await Look.OnceAsync(definition);
        Assert.Equal(0, sight.Value(definition, "loss").Number);
        Assert.Equal(count, sight.Value(definition, "received").Number);
        Assert.Contains(sight.Value(definition, "method").Text, new[] { "datagram", "raw" });
        Assert.Equal(host, sight.Value(definition, "address").Text);
        Assert.InRange(sight.Value(definition, "round_trip").Number, 0, 5);
        Assert.Equal(count == 1, sight.Value(definition, "jitter").IsMissing);
        Assert.True(sight.Value(definition, "dns_time").IsMissing);
    }

    [Fact]
    public async Task A_name_is_looked_up_and_an_address_without_a_network_is_passed_over()
    {
        SkipUnlessPermitted(IPAddress.Loopback);
        var definition = Define(new IcmpOptions { Host = "host.example" });
        // 255.255.255.255 may not be connected to without asking for broadcasts: it stands for a family that is not there.
        var path = new NetworkPath(Look.Path().VantagePoint) { Resolver = _ => Task.FromResult(new[] { IPAddress.Broadcast, IPAddress.Loopback }) };
        var sight = await Look.OnceAsync(definition, path);
        Assert.Equal("127.0.0.1", sight.Value(definition, "address").Text);
        Assert.False(sight.Value(definition, "dns_time").IsMissing);
    }

    [Fact]
    public async Task Probes_of_one_host_at_the_same_time_do_not_take_each_other_s_replies()
    {
        SkipUnlessPermitted(IPAddress.Loopback);
        var definition = Define(new IcmpOptions { Host = "127.0.0.1", Count = 4 });
        var sights = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Look.OnceAsync(definition)));
        Assert.All(sights, sight => Assert.Equal(4, sight.Value(definition, "received").Number));
    }

    [Fact]
    public async Task The_source_address_of_the_vantage_point_is_used_and_one_that_is_not_there_is_our_fault()
    {
        SkipUnlessPermitted(IPAddress.Loopback);
        var definition = Define(new IcmpOptions { Host = "127.0.0.1" });
        Assert.Equal(0, (await Look.OnceAsync(definition, Look.Path(source: "127.0.0.9"))).Value(definition, "loss").Number);
        var fault = Assert.IsType<Outcome.ProbeFault>((await Look.OnceAsync(definition, Look.Path(source: "192.0.2.250"))).Outcome);
        Assert.StartsWith("address_unavailable: ", fault.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Through_a_proxy_there_is_no_ICMP_and_the_fault_says_what_to_do()
    {
        var path = Look.Path(new Uri("http://127.0.0.1:1"));
        var fault = Assert.IsType<Outcome.ProbeFault>((await Look.OnceAsync(Define(new IcmpOptions { Host = "127.0.0.1" }), path)).Outcome);
        Assert.Equal("here has a proxy, which takes no ICMP: look from another vantage point (from), or set fallback_port", fault.Reason);
    }

    [Fact]
    public async Task Through_a_proxy_the_fallback_port_is_connected_to()
    {
        await using var target = new HostileServer((stream, stop) => stream.ReadAsync(new byte[1], stop).AsTask());
        await using var proxy = Paths.NetworkPathTests.Proxy();
        var definition = Define(new IcmpOptions { Host = "127.0.0.1", FallbackPort = target.Port });
        var sight = await Look.OnceAsync(definition, Look.Path(new Uri($"http://{proxy.Target}")));
        Assert.Equal("tcp", sight.Value(definition, "method").Text);
        Assert.Equal((3d, 3), (sight.Value(definition, "received").Number, proxy.Accepted));
        Assert.True(sight.Value(definition, "address").IsMissing);
    }

    [Fact]
    public async Task A_name_without_an_address_is_refused_and_control_names_are_to_vouch()
    {
        var path = new NetworkPath(Look.Path().VantagePoint) { Resolver = _ => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)) };
        var sight = await Look.OnceAsync(Define(new IcmpOptions { Host = "nobody.example" }), path);
        sight.Refusal("dns_not_found");
        Assert.True(sight.Resolving);
    }

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1:80")]
    [InlineData("http://host.example")]
    [InlineData("two words")]
    public void What_is_no_host_is_a_mistake(string host)
    {
        var mistake = Assert.Single(new IcmpProbeType().Validate(new IcmpOptions { Host = host }));
        Assert.Equal("icmp", mistake.Option);
        Assert.StartsWith($"'{host}' is neither a name nor an address", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Loss_median_and_jitter_are_of_the_echos_that_came_back()
    {
        var tally = new EchoTally(4);
        Assert.Equal((1.0, null, null), (tally.Loss, tally.Median, tally.Jitter));
        tally.Came(0, Duration.FromMilliseconds(10));
        Assert.Equal((0.75, Duration.FromMilliseconds(10), null), (tally.Loss, tally.Median, tally.Jitter));
        tally.Came(2, Duration.FromMilliseconds(40));
        tally.Came(2, Duration.FromMilliseconds(99));   // a copy
        tally.Came(9, Duration.FromMilliseconds(99));   // to none of ours
        Assert.Equal((0.5, Duration.FromMilliseconds(10), Duration.FromMilliseconds(30)), (tally.Loss, tally.Median, tally.Jitter));
        tally.Came(3, Duration.FromMilliseconds(20));
        Assert.Equal((0.25, Duration.FromMilliseconds(20), Duration.FromMilliseconds(25)), (tally.Loss, tally.Median, tally.Jitter));
        Assert.False(tally.IsComplete);
    }

    [Fact]
    public void Only_a_reply_with_our_token_is_one_and_no_octets_make_the_reader_throw()
    {
        byte[] token = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
        var request = EchoPacket.Request(AddressFamily.InterNetwork, 7, 513, token);
        Assert.Equal(0, EchoPacket.Checksum(request));      // over a packet with its checksum
        Assert.Null(EchoPacket.ReplyTo(AddressFamily.InterNetwork, request, token));
        byte[] reply = [0, .. request[1..]];
        Assert.Equal((ushort)513, EchoPacket.ReplyTo(AddressFamily.InterNetwork, reply, token));
        Assert.Equal((ushort)513, EchoPacket.ReplyTo(AddressFamily.InterNetwork, [0x46, .. new byte[23], .. reply], token));   // an IP header with options
        Assert.Equal((ushort)513, EchoPacket.ReplyTo(AddressFamily.InterNetworkV6, [129, .. request[1..]], token));
        Assert.Null(EchoPacket.ReplyTo(AddressFamily.InterNetworkV6, reply, token));
        Assert.Null(EchoPacket.ReplyTo(AddressFamily.InterNetwork, reply, [9, .. token[1..]]));

        var bytes = Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value));
        Prop.ForAll(Gen.Zip(Gen.Elements(AddressFamily.InterNetwork, AddressFamily.InterNetworkV6), bytes).ToArbitrary(), given =>
            EchoPacket.ReplyTo(given.Item1, given.Item2, token) is null).Check(SameDraws.Config.WithMaxTest(5_000));
    }

    [Fact]
    public void Names_are_providers_of_as_many_calls_as_there_are_echos()
    {
        Assert.Equal(("gateway.example", 5), (new IcmpProbeType().Provider(new IcmpOptions { Host = "gateway.example" }), new IcmpProbeType().CallsPerObservation(new IcmpOptions { Host = "x", Count = 5 })));
        Assert.Equal(["loss < 50% else degraded"], new IcmpProbeType().DefaultConditions(new IcmpOptions { Host = "x" }));
    }
}
