using Nines.Core.Observations;
using Nines.Probing.Contracts;
using Nines.Probing.Tests.Evm;
using static Nines.Probing.Tests.Evm.EvmScene;

namespace Nines.Probing.Tests.Contracts;

/// <summary>Against contracts of lab/ on anvil, which makes a block for each transaction here and none by itself.</summary>
public sealed class RealContractTests
{
    private static readonly ContractProbeType Type = new();

    [Fact]
    public async Task A_bank_whose_invariant_breaks_for_one_block_and_whose_swap_closes_is_seen_as_it_is()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        await using var chain = await Lab.StartAsync("chain.mjs");
        await chain.CallAsync("evm_setIntervalMining", 0);
        await chain.CallAsync("evm_setAutomine", true);
        var (vault, _) = await DeployAsync(chain, "1000000000000000000000000000000");
        var (bank, user) = await DeployAsync(chain, "1000000000000000000000000000000");
        var options = new ContractOptions
        {
            Url = chain.Url,
            Address = bank,
            EachBlock = 8,
            Errors = ["error NotOpen(uint256 opens)"],
            Reads =
            [
                new ContractRead { Name = "totalSupply", Call = "totalSupply() returns (uint256)", Decimals = 18 },
                new ContractRead { Name = "locked", Address = vault, Call = "locked() returns (uint256)", Decimals = 18 },
            ],
            Actions =
            [
                new SimulatedAction { Name = "swap", From = user, Call = "swap(uint256) returns (uint256)", Args = ["1"] },
                new SimulatedAction { Name = "deposit", From = user, Call = "deposit(uint256) returns (uint256)", Args = ["0"] },
            ],
        };
        string[] conditions = ["totalSupply() <= locked()", "not reverted(swap)"];
        Assert.Empty(Type.Validate(options));
        var definition = Definition(Type, options).With(conditions);
        await using var probe = new ContractProbe(definition, options, EvmScene.Path, EvmScene.Environment);
        var healthy = await LookAsync(probe);
        Assert.Empty(healthy.Broken(definition));
        Assert.Equal("1000000000000", healthy.Value(definition, "locked()").ToString());
        Assert.Equal("reverted: nothing to deposit", healthy.Value(definition, "revert_reason(deposit)").ToString());

        // One wei too much, for one block, which is over when we look.
        await SendAsync(chain, bank, "set(uint256,uint256,uint256)", "0", "1000000000000000000000000000001", "0");
        var over = (await chain.CallAsync("eth_blockNumber"))!.GetValue<string>();
        await SendAsync(chain, bank, "set(uint256,uint256,uint256)", "0", "1000000000000000000000000000000", "0");
        var broken = await LookAsync(probe);
        Assert.Equal(["totalSupply() <= locked()"], broken.Broken(definition));
        Assert.Equal("1000000000000.000000000000000001", broken.Value(definition, "totalSupply()").ToString());
        Assert.Equal(Convert.ToUInt64(over[2..], 16), (ulong)broken.Value(definition, "block").Number);
        Assert.Empty((await LookAsync(probe)).Broken(definition));

        await SendAsync(chain, bank, "close(uint256)", "1700000000");
        var closed = await LookAsync(probe);
        Assert.Equal(["not reverted(swap)"], closed.Broken(definition));
        Assert.Equal("NotOpen(opens: 1700000000)", closed.Value(definition, "revert_reason(swap)").ToString());
    }

    private static async Task<(string Address, string Owner)> DeployAsync(Lab chain, string amount)
    {
        var deployed = await Lab.DoAsync("contract.mjs", "deploy", "Bank", amount, "--rpc", chain.Url.ToString());
        return (deployed["address"]!.GetValue<string>(), deployed["owner"]!.GetValue<string>());
    }

    private static Task SendAsync(Lab chain, string address, string signature, params string[] values) =>
        Lab.DoAsync("contract.mjs", ["send", "Bank", signature, .. values, "--rpc", chain.Url.ToString(), "--address", address]);
}
