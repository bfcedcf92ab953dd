using System.Collections.Concurrent;
using System.Numerics;
using System.Text.Json.Nodes;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;

namespace Nines.Probing.Tests.ContractWatch;

/// <summary>An anvil that makes a block when it is told to, and the lab's contracts on it.</summary>
public sealed class DevelopmentChain : IAsyncLifetime
{
    private static readonly ConcurrentDictionary<string, Task<JsonNode>> Artifacts = new();
    private Lab? chain;

    public Uri Url => chain!.Url;

    public string Owner { get; private set; } = "";

    /// <summary>An account that anvil knows and that owns nothing.</summary>
    public string Other { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (Lab.Missing is not null) return;
        chain = await Lab.StartAsync("chain.mjs", "--block-time", "3600");
        var accounts = (await CallAsync("eth_accounts"))!.AsArray();
        (Owner, Other) = (accounts[0]!.GetValue<string>(), accounts[1]!.GetValue<string>());
    }

    public async ValueTask DisposeAsync()
    {
        if (chain is not null) await chain.DisposeAsync();
    }

    public Task<JsonNode?> CallAsync(string method, params JsonNode[] parameters) => chain!.CallAsync(method, parameters);

    public async Task MineAsync(int blocks = 1)
    {
        for (var i = 0; i < blocks; i++) await CallAsync("evm_mine");
    }

    public async Task<ulong> HeadAsync() => Convert.ToUInt64((await CallAsync("eth_blockNumber"))!.GetValue<string>(), 16);

    /// <summary>Deploys a contract of lab/contracts with arguments of one word each; its block is mined.</summary>
    public async Task<string> DeployAsync(string name, params BigInteger[] arguments)
    {
        var artifact = await Artifacts.GetOrAdd(name, one => Lab.DoAsync("compile.mjs", one));
        var data = artifact["bytecode"]!.GetValue<string>() + string.Concat(arguments.Select(Word));
        var hash = (await CallAsync("eth_sendTransaction", new JsonObject { ["from"] = Owner, ["data"] = data }))!.GetValue<string>();
        await MineAsync();
        var receipt = (await CallAsync("eth_getTransactionReceipt", hash))!;
        Assert.Equal("0x1", receipt["status"]!.GetValue<string>());
        return Address.Parse(receipt["contractAddress"]!.GetValue<string>()).ToString();
    }

    /// <summary>Sends a call; it waits for the next block.</summary>
    /// <returns>The transaction's hash.</returns>
    public async Task<string> SendAsync(string to, string function, params BigInteger[] arguments)
    {
        var data = AbiSignature.Parse(function).Selector + string.Concat(arguments.Select(Word));
        // The gas is given, so that a call is taken that would revert in the order in which the node tries it.
        return (await CallAsync("eth_sendTransaction", new JsonObject { ["from"] = Owner, ["to"] = to, ["data"] = data, ["gas"] = "0x7a1200", ["gasPrice"] = "0x77359400" }))!.GetValue<string>();
    }

    /// <summary>Sends a call, and mines it with so many blocks on top.</summary>
    public async Task DoAsync(string to, string function, int confirmations, params BigInteger[] arguments)
    {
        var hash = await SendAsync(to, function, arguments);
        await MineAsync(1 + confirmations);
        Assert.Equal("0x1", (await CallAsync("eth_getTransactionReceipt", hash))!["status"]!.GetValue<string>());
    }

    /// <summary>Replaces the newest blocks by others, without their transactions.</summary>
    public Task ReorganiseAsync(int depth) => CallAsync("anvil_reorg", depth, new JsonArray());

    /// <summary>Replaces the newest blocks by others, of which one has that transaction of the old ones.</summary>
    /// <param name="into">Which of the new blocks, from 0.</param>
    public async Task ReorganiseAsync(int depth, string transaction, int into)
    {
        var was = (await CallAsync("eth_getTransactionByHash", transaction))!;
        var again = new JsonObject();
        foreach (var (name, member) in new[] { ("from", "from"), ("to", "to"), ("data", "input"), ("gas", "gas"), ("gasPrice", "gasPrice"), ("nonce", "nonce") }) again[name] = was[member]!.DeepClone();
        await CallAsync("anvil_reorg", depth, new JsonArray(new JsonArray(again, into)));
    }

    public static BigInteger Number(string hex) => BigInteger.Parse("0" + hex[2..], System.Globalization.NumberStyles.AllowHexSpecifier);

    private static string Word(BigInteger value) => value.ToString("x64", System.Globalization.CultureInfo.InvariantCulture)[^64..];
}
