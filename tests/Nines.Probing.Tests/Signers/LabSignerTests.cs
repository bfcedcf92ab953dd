using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Signers;
using NodaTime;

namespace Nines.Probing.Tests.Signers;

/// <summary>Three stubs of signers, in the shape of web3signer's documents.</summary>
public sealed class LabSigners : IAsyncLifetime
{
    internal Lab[] Three { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        if (Testing.Lab.Missing is null) Three = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Testing.Lab.StartAsync("signer.mjs")));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var signer in Three) await signer.DisposeAsync();
    }
}

/// <summary>k of n signers.</summary>
public sealed class LabSignerTests(LabSigners fixture) : IClassFixture<LabSigners>
{
    private Lab[] Three
    {
        get
        {
            Assert.SkipWhen(fixture.Three.Length == 0, Nines.Testing.Lab.Missing ?? "");
            return fixture.Three;
        }
    }

    private SignerOptions Options => new() { Endpoints = [.. Three.Select(signer => signer.Url)], Threshold = 2, Keys = "/api/v1/eth2/publicKeys", MinKeys = 4 };

    [Fact]
    public async Task All_three_are_well_and_their_keys_are_counted()
    {
        var definition = Look.WithDefaults("signer", Options);
        var sight = await Look.OnceAsync(definition);
        Assert.Empty(sight.Broken(definition));
        Assert.Equal((3d, 1d, 4d, true), (sight.Value(definition, "healthy").Number, sight.Value(definition, "spare").Number, sight.Value(definition, "keys").Number, sight.Value(definition, "unhealthy").IsMissing));
    }

    [Fact]
    public async Task One_gone_leaves_no_spare_and_two_gone_cannot_sign()
    {
        var definition = Look.WithDefaults("signer", Options);
        await using var probe = Look.Make(definition);
        await Three[0].CommandAsync("down?on=1");
        try
        {
            var one = await Look.OnceAsync(probe, Look.Long);
            Assert.Equal(["spare >= 1 else degraded"], one.Broken(definition));
            Assert.Contains("/healthcheck: DOWN (keys-check/slashing-protection-db)", one.Value(definition, "unhealthy").Text!, StringComparison.Ordinal);
            await Three[1].CommandAsync("keys?count=3");
            var two = await Look.OnceAsync(probe, Look.Long);
            Assert.Equal(["spare >= 0 else down", "spare >= 1 else degraded"], two.Broken(definition));
            Assert.Contains("it holds 3 keys of 4", two.Value(definition, "unhealthy").Text!, StringComparison.Ordinal);
            Assert.Equal(-1, two.Value(definition, "spare").Number);
        }
        finally
        {
            await Three[0].CommandAsync("down?on=0");
            await Three[1].CommandAsync("keys?count=4");
        }
        Assert.Empty((await Look.OnceAsync(probe, Look.Long)).Broken(definition));
    }

    [Fact]
    public async Task One_that_hangs_or_is_not_there_counts_as_gone_and_the_others_are_still_seen()
    {
        var options = Options with { Endpoints = [.. Options.Endpoints.Take(2), new Uri($"http://{Look.NobodyThere()}")] };
        var definition = Look.WithDefaults("signer", options, Duration.FromSeconds(3));
        var sight = await Look.OnceAsync(definition);
        Assert.Equal(2, sight.Value(definition, "healthy").Number);
        Assert.Contains("connection_refused", sight.Value(definition, "unhealthy").Text!, StringComparison.Ordinal);
        await Three[0].CommandAsync("freeze?on=1");
        try
        {
            var frozen = await Look.OnceAsync(definition);
            Assert.Equal(1, frozen.Value(definition, "healthy").Number);
            Assert.Contains("no answer (headers)", frozen.Value(definition, "unhealthy").Text!, StringComparison.Ordinal);
        }
        finally
        {
            await Three[0].CommandAsync("freeze?on=0");
        }
    }

    [Fact]
    public async Task When_none_can_be_reached_our_own_path_is_checked_first()
    {
        await using var hanging = new HostileServer((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        var definition = Look.WithDefaults("signer", new SignerOptions { Endpoints = [hanging.Url()] }, Duration.FromMilliseconds(300));
        (await Look.OnceAsync(definition, since: hanging.Asked)).TimesOutIn("headers");
    }

    [Fact]
    public async Task A_queue_that_grows_old_is_told_with_its_age()
    {
        var definition = Look.WithDefaults("signer", Options with { Queue = new QueueSource { Path = "/queue", At = "$.oldest", Limit = Duration.FromSeconds(60) } });
        Assert.Equal(0, (await Look.OnceAsync(definition)).Value(definition, "queue_age").Number);
        await Three[2].CommandAsync("queue?age=90");
        try
        {
            var old = await Look.OnceAsync(definition);
            Assert.InRange(old.Value(definition, "queue_age").Number, 88, 110);
            Assert.Equal(["queue_age < 60s"], old.Broken(definition));
        }
        finally
        {
            await Three[2].CommandAsync("queue?age=0");
        }
    }

    [Theory]
    [InlineData("0xde0b6b3a7640000", 1, "")]                 // 10^18
    [InlineData("0x6f05b59d3b20000", 0.5, "balance >= 0.75 else degraded")]
    public async Task The_balance_that_pays_is_read_in_coins(string answer, double coins, string broken)
    {
        await using var rpc = new HostileServer(async (stream, stop) =>
        {
            var head = await HostileServer.ReadHeadAsync(stream, stop);
            var body = new byte[int.Parse(Regex.Match(head, @"Content-Length: (\d+)").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)];
            await stream.ReadExactlyAsync(body, stop);
            var asked = JsonNode.Parse(body)!;
            var reply = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = (asked as JsonArray)?[0]!["id"]!.DeepClone() ?? asked["id"]!.DeepClone(), ["result"] = answer };
            await stream.WriteAsync(Encoding.Latin1.GetBytes(HostileServer.Ok((asked is JsonArray ? new JsonArray(reply) : (JsonNode)reply).ToJsonString())), stop);
        });
        var definition = Look.WithDefaults("signer", Options with { Balance = new BalanceFloor { Rpc = rpc.Url(), Account = "0x000000000000000000000000000000000000dEaD", Floor = 0.75m } });
        var sight = await Look.OnceAsync(definition);
        Assert.Equal(coins, sight.Value(definition, "balance").Number);
        Assert.Equal(broken.Length == 0 ? [] : [broken], sight.Broken(definition));
    }

    [Theory]
    [InlineData("""{"status":"UP","checks":[],"outcome":"UP"}""", "")]
    [InlineData("""{"outcome":"UP"}""", "")]
    [InlineData("""{"outcome":"DOWN","checks":[{"id":"db","status":"DOWN"},{"id":"x","status":"UP"}]}""", "/healthcheck: DOWN (db)")]
    [InlineData("""{"checks":[]}""", "/healthcheck: HTTP status 200")]
    [InlineData("OK", "/healthcheck: an answer that is no report")]
    [InlineData("""{"status":7,"checks":"x"}""", "/healthcheck: HTTP status 200")]
    public async Task A_health_report_is_read_in_each_of_its_forms(string report, string why)
    {
        await using var server = new HostileServer(async (stream, stop) =>
        {
            while (true)
            {
                await HostileServer.ReadHeadAsync(stream, stop);
                await stream.WriteAsync(Encoding.Latin1.GetBytes(HostileServer.Ok(report)), stop);
            }
        });
        var definition = Look.WithDefaults("signer", new SignerOptions { Endpoints = [server.Url("")] });
        var said = (await Look.OnceAsync(definition)).Value(definition, "unhealthy");
        if (why.Length == 0) Assert.True(said.IsMissing);
        else Assert.EndsWith(why, said.Text, StringComparison.Ordinal);
    }
}
