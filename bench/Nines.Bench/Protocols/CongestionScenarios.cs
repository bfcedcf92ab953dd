using System.Globalization;
using Nines.Bench.Processes;
using Nines.Core;
using NodaTime;

namespace Nines.Bench.Protocols;

/// <summary>What a chain charges its users, and whether it takes what they send. Three chains of anvil, one for each fault.</summary>
internal sealed class CongestionScenarios : ProtocolPart
{
    /// <summary>The first account that anvil makes: published with it, and worth nothing anywhere else.</summary>
    private const string Key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    private const string Account = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

    private static readonly Duration MaxInclusion = Duration.FromSeconds(6);

    private DevChain? dear, calm, stuck;

    public override string Name => "congestion";
    public override TimeSpan Tail => TimeSpan.FromSeconds(8);

    public override IReadOnlyList<ProtocolScenario> Scenarios =>
    [
        new("swap-of-20", State.EffectivelyDown, CauseKind.Congestion, () => dear!.ChargeAsync(50)) { HealAsync = () => dear!.ChargeAsync(5), MustSay = "% of 20" },
        // The same blocks, at the same fee: its own twin is the swap on a chain where nothing happens.
        new("transfer-of-1m", State.Up, null, () => Task.FromResult(new Bounds(Now(), Now()))),
        new("inclusion-past-the-limit", State.EffectivelyDown, CauseKind.Congestion, PriceOutAsync) { HealAsync = FallAsync, MustSay = "gas costs", Lasts = TimeSpan.FromSeconds(10) },
    ];

    public override string Config => $"""
        components:
        {Action("swap-of-20", dear!, "gas: 150000, value: 20, native_price: 2000")}
        {Action("swap-of-20-twin", calm!, "gas: 150000, value: 20, native_price: 2000")}
        {Action("transfer-of-1m", dear!, "gas: 21000, value: 1000000, native_price: 2000")}
        {Action("inclusion-past-the-limit", stuck!, Waiting)}
        {Action("inclusion-past-the-limit-twin", calm!, Waiting)}
        """;

    private static string Waiting => $"max_gas_price: 10, max_inclusion: {MaxInclusion.TotalSeconds}s, canary: {{ key: '{Key}', daily_cap: 500, every: 5s }}";

    public override async Task StartAsync(BenchOptions options, string folder)
    {
        dear = Own(await DevChain.StartAsync(options));
        calm = Own(await DevChain.StartAsync(options));
        stuck = Own(await DevChain.StartAsync(options));
        foreach (var chain in (DevChain[])[dear, calm, stuck]) await chain.ChargeAsync(5);
    }

    private static string Action(string name, DevChain chain, string limits) => $"""
          - name: {name}
            kind: dapp
            probes: [{"{"} congestion: '{chain.Url}', action: {name}, {limits} {"}"}]
        """;

    /// <summary>Others pay ten times as much while the canary is under way: what it offered buys nothing any more. Users are not served from when the wait is longer than theirs.</summary>
    private async Task<Bounds> PriceOutAsync()
    {
        for (var tries = 0; tries < 20; tries++)
        {
            var before = 0L;
            await DevChain.UntilAsync(async () => (before = await CountAsync("latest")) < await CountAsync("pending"), "a canary under way");
            var priced = await DuringAsync(() => stuck!.ChargeAsync(50));
            // It was sent at most a look before it was met; a block that came first may have taken it.
            if (await CountAsync("latest") == before) return new Bounds(priced.Earliest + MaxInclusion - Duration.FromSeconds(2), priced.Latest + MaxInclusion);
            await stuck!.ChargeAsync(5);
        }
        throw new InvalidOperationException("No canary was priced out in 20 tries.");
    }

    private async Task<long> CountAsync(string at) =>
        long.Parse((await stuck!.AskAsync("eth_getTransactionCount", Account, at)).GetString()![2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private Task<Bounds> FallAsync() => DuringAsync(() => stuck!.ChargeAsync(5));
}
