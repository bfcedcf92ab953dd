using System.Collections.Immutable;
using System.Net;
using Nines.Core.Components;
using Nines.Core.Network;
using Nines.Probing.Paths;

namespace Nines.Probing.Tests.Paths;

/// <summary>A path with a rule connects nowhere else, whatever names, redirects and proxies say.</summary>
public sealed class AddressRuleTests
{
    private static readonly VantagePoint Here = new() { Id = new VantagePointId("here"), Region = "here" };

    private static NetworkPath Path(AddressRule rule, VantagePoint? point = null, params string[] addresses) =>
        new(point ?? Here) { Rule = rule, Resolver = _ => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray()) };

    private static string CodeOf(PathResult result) => Assert.IsType<PathFailure.Ours>(Assert.IsType<PathResult.Failed>(result).Failure).Code;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("10.0.0.1")]
    [InlineData("169.254.169.254")]
    public async Task An_address_that_the_rule_does_not_allow_is_not_connected_to(string address)
    {
        var path = Path(AddressRule.PublicOnly, null, address);
        Assert.Equal("address_not_allowed", CodeOf(await path.OpenAsync(new HostPort(address, 80), null, default)));
        Assert.Equal("address_not_allowed", CodeOf(await path.OpenAsync(new HostPort("innocent.example.net", 80), null, default)));
    }

    [Fact]
    public async Task Of_several_addresses_of_a_name_only_those_allowed_are_connected_to()
    {
        await using var server = new HostileServer((stream, _) => Task.CompletedTask);
        var rule = AddressRule.PublicOnly with { Blocks = [new AddressBlock([127, 0, 0, 1], 32)] };
        var path = Path(rule, null, "127.0.0.9", "127.0.0.1", "10.0.0.1");
        Assert.Equal([IPAddress.Loopback], (await path.ResolveAsync("name.example.net", default)).Addresses);
        await Assert.IsType<PathResult.Open>(await path.OpenAsync(new HostPort("name.example.net", server.Target.Port), null, default)).Connection.DisposeAsync();
    }

    [Fact]
    public async Task A_name_that_leads_elsewhere_a_moment_later_is_judged_anew()
    {
        var next = "93.184.216.34";
        var path = new NetworkPath(Here) { Rule = AddressRule.PublicOnly, Resolver = _ => Task.FromResult<IPAddress[]>([IPAddress.Parse(next)]) };
        Assert.Null((await path.ResolveAsync("rebound.example.net", default)).Failure);
        next = "169.254.169.254";
        Assert.Equal("address_not_allowed", CodeOf(await path.OpenAsync(new HostPort("rebound.example.net", 80), null, default)));
    }

    [Fact]
    public async Task Through_a_proxy_which_finds_names_itself_only_addresses_can_be_judged()
    {
        await using var server = new HostileServer((stream, _) => Task.CompletedTask);
        await using var proxy = NetworkPathTests.Proxy();
        var point = Here with { Proxy = new Uri($"http://{proxy.Target}") };
        var rule = AddressRule.PublicOnly with { Blocks = [new AddressBlock([127, 0, 0, 1], 32)] };
        Assert.Equal("address_not_allowed", CodeOf(await Path(rule, point, "127.0.0.1").OpenAsync(new HostPort("localhost", server.Target.Port), null, default)));
        Assert.Equal("address_not_allowed", CodeOf(await Path(AddressRule.PublicOnly, point).OpenAsync(new HostPort("127.0.0.1", server.Target.Port), null, default)));
        await Assert.IsType<PathResult.Open>(await Path(rule, point).OpenAsync(new HostPort("127.0.0.1", server.Target.Port), null, default)).Connection.DisposeAsync();
    }
}
