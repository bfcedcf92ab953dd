using System.Globalization;
using System.Text.Json.Nodes;
using Nines.Chains.Evm.Abi;
using Nines.Probing.Tests.Evm;
using NodaTime;

namespace Nines.Probing.Tests.Bridges;

/// <summary>
/// Two chains and a bridge that does right: it mints after it locked and unlocks after it burned, each as soon as it likes. Their clocks differ, their nodes lag, and
/// each request takes its time, in which the chains go on.
/// </summary>
internal sealed class BridgeWorld
{
    public const string Vault = "0x5FbDB2315678afecb367f032d93F642f64180aa3", Token = "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512";

    /// <summary>Of each chain's timestamps 2 s at most, and what is lost in whole seconds.</summary>
    public static readonly Duration Skew = Duration.FromSeconds(6);

    private static readonly Instant Start = Instant.FromUtc(2026, 1, 1, 0, 0);
    private readonly Random random;
    private readonly List<Block> source, destination;

    public BridgeWorld(int seed, Duration lasts)
    {
        random = new Random(seed);
        // Every other bridge relays within the second: then hardly anything is on its way, and one that is counts.
        var isFast = seed % 2 == 0;
        source = Chain(lasts, 1 + random.NextDouble() * (isFast ? 1 : 11));
        destination = Chain(lasts, 0.25 + random.NextDouble() * (isFast ? 0.5 : 4));
        var slowest = random.NextDouble() * (isFast ? 0.5 : 20);
        double Later(double at) => at + random.NextDouble() * slowest;
        Change(source, -30, block => block.Amount += 10_000);
        Change(destination, -10, block => block.Amount += 10_000);
        for (var at = 1.0; at < lasts.TotalSeconds; at += random.NextDouble() * 4)
        {
            var amount = random.Next(1, 40);
            if (random.Next(2) == 0)
            {
                if (Change(source, at, block => (block.Amount, block.Messages) = (block.Amount + amount, block.Messages + 1)) is not { } made) break;
                Change(destination, Later(made), block => (block.Amount, block.Messages) = (block.Amount + amount, block.Messages + 1));
            }
            else if (Change(destination, at, block => block.Amount -= amount) is { } burned)
            {
                Change(source, Later(burned), block => block.Amount -= amount);
            }
        }
    }

    /// <summary>How much time has passed, in seconds.</summary>
    public double Clock { get; set; }

    public Instant Now => Start + Duration.FromSeconds(Clock);

    /// <summary>Whether somebody who asks both nodes in turn, at their newest blocks, finds more minted than locked.</summary>
    public (bool LockedFirst, bool MintedFirst) Naive(double between) =>
        (Newest(destination, Clock + between).Amount > Newest(source, Clock).Amount, Newest(destination, Clock).Amount > Newest(source, Clock + between).Amount);

    /// <summary>From a time on, that much more is minted.</summary>
    public void Attack(double at, long amount) => Change(destination, at, block => block.Amount += amount);

    public ScriptHandler ToSource() => new(body => Answer(body, source));

    public ScriptHandler ToDestination() => new(body => Answer(body, destination));

    private List<Block> Chain(Duration lasts, double interval)
    {
        var (ahead, blocks) = (random.NextDouble() * 4 - 2, new List<Block>());
        // Both chains were there long before the bridge.
        for (var at = -60.0; at < lasts.TotalSeconds; at += interval * (0.5 + random.NextDouble())) blocks.Add(new Block(at, (long)Math.Floor(at + ahead)));
        return blocks;
    }

    /// <summary>What happens at a time is in the next block, and in the state of all after it.</summary>
    /// <returns>When that block was made; null when there is none any more.</returns>
    private static double? Change(List<Block> chain, double at, Action<Block> change)
    {
        var first = chain.FindIndex(block => block.Made > at);
        if (first < 0) return null;
        for (var i = first; i < chain.Count; i++) change(chain[i]);
        return chain[first].Made;
    }

    private static Block Newest(List<Block> chain, double at) => chain.FindLast(block => block.Made <= at)!;

    private string Answer(string body, List<Block> chain)
    {
        Clock += random.NextDouble() * 0.5;
        var lag = random.NextDouble() * 3;
        var asked = JsonNode.Parse(body)!;
        return asked is JsonArray batch ? $"[{string.Join(",", batch.Select(call => Said(call!, chain, lag)))}]" : Said(asked, chain, lag);
    }

    private string Said(JsonNode call, List<Block> chain, double lag) => $"{{\"jsonrpc\":\"2.0\",\"id\":{call["id"]!.ToJsonString()},{One(call, chain, lag)}}}";

    private string One(JsonNode call, List<Block> chain, double lag)
    {
        var parameters = call["params"]!.AsArray();
        if (call["method"]!.GetValue<string>() == "eth_getBlockByNumber")
        {
            var which = parameters[0]!.GetValue<string>();
            var number = which == "latest" ? chain.FindLastIndex(block => block.Made <= Clock - lag) : (int)Convert.ToUInt64(which[2..], 16);
            return number < 0 || number >= chain.Count || chain[number].Made > Clock ? RpcScript.Result("null") : RpcScript.Block((ulong)number, (Start + Duration.FromSeconds(chain[number].Stamp)).ToUnixTimeSeconds());
        }
        var state = chain[(int)Convert.ToUInt64(parameters[1]!.GetValue<string>()[2..], 16)];
        var isCount = parameters[0]!["data"]!.GetValue<string>() == AbiSignature.Parse("messages()").Selector.ToString();
        return RpcScript.Result($"\"0x{(isCount ? state.Messages : state.Amount).ToString("x64", CultureInfo.InvariantCulture)}\"");
    }

    /// <param name="Made">When it was made, in seconds.</param>
    /// <param name="Stamp">What it says of that.</param>
    private sealed record Block(double Made, long Stamp)
    {
        public long Amount { get; set; }
        public long Messages { get; set; }
    }
}
