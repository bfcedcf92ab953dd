using Nines.Core.Observations;
using Nines.Probing.Bridges;
using Nines.Probing.Evm;
using Nines.Probing.Tests.ContractWatch;
using NodaTime;

namespace Nines.Probing.Tests.Bridges;

/// <summary>Between two anvils.</summary>
public sealed class RealBridgeTests
{
    [Fact]
    public async Task What_is_minted_without_a_lock_is_told_with_both_blocks_and_what_is_on_its_way_is_not()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        await using var source = new DevelopmentChain();
        await using var destination = new DevelopmentChain();
        await Task.WhenAll(source.InitializeAsync().AsTask(), destination.InitializeAsync().AsTask());
        var (vault, token) = (await source.DeployAsync("BridgeVault"), await destination.DeployAsync("BridgedToken"));
        // Both clocks are ours, so that the chains stay within each other's skew.
        var clock = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 1_000;
        async Task TickAsync(int times)
        {
            for (; times > 0; times--)
            {
                clock += 2;
                foreach (var chain in new[] { source, destination })
                {
                    await chain.CallAsync("evm_setNextBlockTimestamp", clock);
                    await chain.MineAsync();
                }
            }
        }
        async Task DoAsync(DevelopmentChain chain, string to, string function, int amount)
        {
            await chain.SendAsync(to, function, amount);
            await TickAsync(6);
        }
        var definition = Look.WithDefaults("bridge", new BridgeOptions
        {
            Url = source.Url,
            Destination = destination.Url,
            Locked = new BridgeRead { Address = vault, Call = "locked() returns (uint256)", Decimals = 2 },
            Minted = new BridgeRead { Address = token, Call = "totalSupply() returns (uint256)", Decimals = 2 },
            Sent = new BridgeRead { Address = vault, Call = "sent() returns (uint64)" },
            Received = new BridgeRead { Address = token, Call = "received() returns (uint64)" },
            ClockSkew = Duration.FromSeconds(1),
            HeadAgeLimit = new HeadAgeLimit(null),
        });
        await using var probe = Look.Make(definition);
        await DoAsync(source, vault, "lock(uint256)", 1_000);
        var onItsWay = await Look.OnceAsync(probe, definition.Timeout);
        Assert.Empty(onItsWay.Broken(definition));
        Assert.Equal((10, 0, 1), (onItsWay.Value(definition, "locked").Number, onItsWay.Value(definition, "minted").Number, onItsWay.Value(definition, "pending").Number));
        await DoAsync(destination, token, "mint(uint256)", 1_000);
        var arrived = await Look.OnceAsync(probe, definition.Timeout);
        Assert.Empty(arrived.Broken(definition));
        Assert.Equal((10, 0), (arrived.Value(definition, "minted").Number, arrived.Value(definition, "pending").Number));

        await DoAsync(destination, token, "mintWithoutMessage(uint256)", 25);
        var stolen = await Look.OnceAsync(probe, definition.Timeout);
        Assert.Equal(["not mint_without_lock"], stolen.Broken(definition));
        Assert.Equal(0.25, stolen.Value(definition, "unbacked").Number);
        Assert.Contains("minted 10.25 at destination block", stolen.Value(definition, "backing").Text);
    }
}
