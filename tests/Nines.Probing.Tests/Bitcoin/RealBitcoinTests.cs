using Nines.Core.Observations;
using Nines.Probing.Bitcoin;
using Nines.Probing.Http;
using static Nines.Probing.Tests.Evm.EvmScene;

namespace Nines.Probing.Tests.Bitcoin;

/// <summary>Against bcoin on a chain of its own.</summary>
public sealed class RealBitcoinTests
{
    private static readonly BitcoinProbeType Type = new();

    [Fact]
    public async Task A_real_node_is_healthy_reorganises_lags_and_refuses_a_wrong_password()
    {
        Assert.SkipWhen(Lab.MissingBitcoin is not null, Lab.MissingBitcoin ?? "");
        await using var node = await Lab.StartAsync("bitcoin.mjs", "--password", "hunter22");
        await node.CommandAsync("mine?blocks=12&minutes-ago=50");
        var options = new BitcoinOptions { Url = node.Url, Network = BitcoinNetwork.Regtest, User = "x", Password = "hunter22", MinPeers = 0, Tripwire = TripwireUse.Off };
        await using var probe = Look.Make(Definition(Type, options));
        var healthy = await LookAsync(probe);
        Assert.Empty(Broken(Type, options, healthy));   // fifty minutes without a block
        Assert.Equal((12.0, "regtest"), (Signal(Type, healthy, "head").Number, Signal(Type, healthy, "network").Text));
        Assert.InRange(Signal(Type, healthy, "head_age").Number, 2_990, 3_100);
        Assert.Contains("bcoin", Signal(Type, healthy, "client").Text, StringComparison.Ordinal);

        await node.CommandAsync("reorg?depth=2");
        var replaced = await LookAsync(probe);
        Assert.Equal((13.0, 2.0), (Signal(Type, replaced, "head").Number, Signal(Type, replaced, "reorg_depth").Number));
        Assert.Equal(["recent_reorg_depth < 2 blocks else degraded"], Broken(Type, options, replaced));

        await using var stranger = Look.Make(Definition(Type, options with { Password = "wrong" }));
        (await LookAsync(stranger)).Fault("refuses our credentials");
    }
}
