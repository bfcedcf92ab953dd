using Nines.Core.Observations;
using Nines.Probing.Contracts;
using Nines.Probing.Evm;
using NodaTime;
using static Nines.Probing.Tests.Evm.EvmScene;

namespace Nines.Probing.Tests.Evm;

/// <summary>Against anvil and an OpenZeppelin token, started from lab/.</summary>
public sealed class RealChainTests
{
    private static readonly ProbeEnvironment Now = new(TimeProvider.System, () => Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow()));

    [Fact]
    public async Task A_real_node_is_healthy_until_its_chain_stalls_and_then_its_head_ages()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        await using var chain = await Lab.StartAsync("chain.mjs");
        var options = new EvmOptions { Url = chain.Url, ChainId = 31337, BlockTime = Duration.FromSeconds(1), HeadAgeLimit = new HeadAgeLimit(Duration.FromSeconds(3)) };
        await using var probe = NodeAt(options, every: 1, environment: Now);
        Sight sight = default;
        // A busy machine may make its blocks late.
        await Patience.UntilAsync("a look that finds nothing wrong", async () => !Broken(new EvmProbeType(), options, sight = await LookAsync(probe)).Any() && OfNode(sight, "head").Number >= 1, pause: TimeSpan.FromMilliseconds(500));
        Assert.InRange(OfNode(sight, "head_age").Number, 0, 3);
        Assert.Contains("anvil", OfNode(sight, "client").Text);

        await chain.CallAsync("evm_setIntervalMining", 0);
        await Patience.UntilAsync("the head's age alone is wrong", async () => Broken(new EvmProbeType(), options, await LookAsync(probe)).SequenceEqual(["head_age < 3s"]), pause: TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public async Task A_paused_token_reads_true_and_its_transfer_reverts_with_EnforcedPause()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        await using var chain = await Lab.StartAsync("chain.mjs");
        var token = await Lab.DoAsync("deploy.mjs", "--rpc", chain.Url.ToString());
        var (address, owner) = (token["address"]!.GetValue<string>(), token["owner"]!.GetValue<string>());
        var options = new ContractOptions
        {
            Url = chain.Url,
            Address = address,
            Call = "paused() returns (bool)",
            Simulate = new SimulatedAction { Name = "transfer", From = owner, Call = "transfer(address,uint256) returns (bool)", Args = ["0x000000000000000000000000000000000000dEaD", "1"] },
        };
        Assert.Empty(new ContractProbeType().Validate(options));
        await using var probe = ContractAt(options);
        var open = await LookAsync(probe);
        Assert.False(OfContract(open, "result").Flag);
        Assert.Empty(Broken(new ContractProbeType(), options, open));

        await Lab.DoAsync("token.mjs", "pause", "--rpc", chain.Url.ToString(), "--address", address);
        var paused = await LookAsync(probe);
        Assert.True(OfContract(paused, "result").Flag);
        Assert.Equal("EnforcedPause()", OfContract(paused, "revert_reason").Text);
        Assert.Equal("transfer", OfContract(paused, "action").Text);
        Assert.Equal(["not reverted"], Broken(new ContractProbeType(), options, paused));

        // The same questions about an address without code, and from an account that cannot pay what it sends.
        await using var nobody = ContractAt(options with { Address = "0x000000000000000000000000000000000000dEaD" });
        var missing = await LookAsync(nobody);
        Assert.False(OfContract(missing, "code_present").Flag);
        await using var poor = ContractAt(options with { Call = null, Simulate = options.Simulate with { From = "0x00000000000000000000000000000000000BEEF0".ToLowerInvariant(), Value = 1 } });
        Assert.Contains("does not hold the value", Assert.IsType<Outcome.ProbeFault>((await LookAsync(poor)).Outcome).Reason);
    }
}
