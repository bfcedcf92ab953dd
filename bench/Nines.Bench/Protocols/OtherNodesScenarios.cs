using System.Globalization;
using System.Text.Json;
using Nines.Bench.Processes;
using Nines.Core;
using NodaTime;

namespace Nines.Bench.Protocols;

/// <summary>Bitcoin nodes (bcoin, where it could be compiled), and the lab's stand-ins for Solana and CometBFT nodes.</summary>
internal sealed class OtherNodesScenarios : ProtocolPart
{
    private static readonly Duration StallLimit = Duration.FromSeconds(4);
    private static readonly Duration HaltLimit = Duration.FromSeconds(5);
    private static readonly Duration BlockTime = Duration.FromMilliseconds(500);

    private static readonly string[] Stubs = ["solana-transactions-stand", "solana-delinquent", "solana-twin", "cometbft-catching-up", "cometbft-five-misses", "cometbft-halted", "cometbft-network-misses", "cometbft-twin"];

    private readonly Dictionary<string, LabService> nodes = new(StringComparer.Ordinal);
    private readonly HttpClient http = new();

    public override string Name => "othernodes";

    public override TimeSpan Tail => TimeSpan.FromSeconds(8);

    public override IReadOnlyList<ProtocolScenario> Scenarios =>
    [
        .. nodes.ContainsKey("bitcoin-tip-lag-3") ? Bitcoin() : [],
        new("solana-transactions-stand", State.EffectivelyDown, CauseKind.Technical, StallAsync)
            { HealAsync = () => DuringAsync(() => TellAsync("solana-transactions-stand", "stall?on=0")), MustSay = "transactions_age", Lasts = TimeSpan.FromSeconds(12) },
        new("solana-delinquent", State.EffectivelyDown, CauseKind.Technical, () => DuringAsync(() => TellAsync("solana-delinquent", "delinquent?on=1")))
            { HealAsync = () => DuringAsync(() => TellAsync("solana-delinquent", "delinquent?on=0")), MustSay = "delinquent" },
        new("cometbft-catching-up", State.EffectivelyDown, CauseKind.Technical, () => DuringAsync(() => TellAsync("cometbft-catching-up", "catching-up?on=1")))
            { HealAsync = () => DuringAsync(() => TellAsync("cometbft-catching-up", "catching-up?on=0")), MustSay = "catching_up" },
        new("cometbft-five-misses", State.EffectivelyDown, CauseKind.Technical, () => BlocksAsync("cometbft-five-misses", "miss?on=1", 6))
            { HealAsync = () => BlocksAsync("cometbft-five-misses", "miss?on=0", 2), MustSay = "missed_in_row", Lasts = TimeSpan.FromSeconds(5) },
        new("cometbft-halted", State.EffectivelyDown, CauseKind.Consensus, HaltAsync)
            { HealAsync = () => BlocksAsync("cometbft-halted", "halt?on=0", 1), Lasts = TimeSpan.FromSeconds(14) },
        new("cometbft-network-misses", State.Up, null, () => BlocksAsync("cometbft-network-misses", "network?on=1", 8))
            { HealAsync = () => BlocksAsync("cometbft-network-misses", "network?on=0", 1) },
    ];

    public override string Config => $"""
        components:
        {(nodes.ContainsKey("bitcoin-tip-lag-3") ? BitcoinConfig() : "")}
        {Solana("solana-transactions-stand")}
        {Solana("solana-delinquent")}
        {Solana("solana-transactions-stand-twin")}
        {Solana("solana-delinquent-twin")}
        {Comet("cometbft-catching-up")}
        {Comet("cometbft-catching-up-twin")}
        {Comet("cometbft-five-misses")}
        {Comet("cometbft-five-misses-twin")}
        {Comet("cometbft-network-misses")}
        {Comet("cometbft-network-misses-twin")}
        {Chain("cometbft-halted", HaltLimit)}
        {Comet("cometbft-halted-node", chain: "cometbft-halted")}
        {Chain("cometbft-halted-twin", HaltLimit)}
        {Comet("cometbft-halted-twin-node", chain: "cometbft-halted-twin")}
        """;

    public override async Task StartAsync(BenchOptions options, string folder)
    {
        foreach (var name in Stubs)
            nodes[name] = await OwnServiceAsync(options, name[..name.IndexOf('-', StringComparison.Ordinal)], name.StartsWith("cometbft", StringComparison.Ordinal) ? ["--block-time", BlockTime.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)] : []);
        if (!File.Exists(Path.Combine(options.Root, "lab", "bitcoin", "node_modules", "mrmr", "build", "Release", "mrmr.node")))
        {
            Talk.Say("protocols: othernodes: without Bitcoin: bcoin is not compiled, lab/install says why");
            return;
        }
        foreach (var name in (string[])["bitcoin-tip-lag-3-twin", "bitcoin-reorg-2", "bitcoin-reorg-2-twin", "bitcoin-50-minutes"])
        {
            nodes[name] = await OwnServiceAsync(options, "bitcoin");
            await TellAsync(name, name == "bitcoin-50-minutes" ? "mine?blocks=20&minutes-ago=50" : "mine?blocks=20");
        }
        nodes["bitcoin-tip-lag-3"] = await OwnServiceAsync(options, "bitcoin", "--peer", Said("bitcoin-tip-lag-3-twin", "p2p"));
        await TellAsync("bitcoin-tip-lag-3", "wait?height=20");
    }

    private IEnumerable<ProtocolScenario> Bitcoin() =>
    [
        new("bitcoin-tip-lag-3", State.EffectivelyDown, CauseKind.Technical, async () =>
        {
            await TellAsync("bitcoin-tip-lag-3", "lag?on=1");
            return await DuringAsync(() => TellAsync("bitcoin-tip-lag-3-twin", "mine?blocks=3"));
        })
        {
            HealAsync = () => DuringAsync(async () =>
            {
                await TellAsync("bitcoin-tip-lag-3", "lag?on=0");
                await TellAsync("bitcoin-tip-lag-3", "wait?height=23");
            }),
            MustSay = "head_lag",
        },
        // What was replaced stays replaced: degraded until it is forgotten. Its twin's newest block is replaced, which is everyday.
        new("bitcoin-reorg-2", State.Degraded, CauseKind.Consensus, () => DuringAsync(async () =>
        {
            await TellAsync("bitcoin-reorg-2-twin", "reorg?depth=1");
            await TellAsync("bitcoin-reorg-2", "reorg?depth=2");
        })) { MustSay = "recent_reorg_depth" },
        new("bitcoin-50-minutes", State.Up, null, () => Task.FromResult(new Bounds(Now(), Now()))),
    ];

    private string BitcoinConfig() => $"""
        {Chain("bitcoin", Duration.FromHours(3))}
        {BitcoinNode("bitcoin-tip-lag-3", "chain: bitcoin")}
        {BitcoinNode("bitcoin-tip-lag-3-twin", "chain: bitcoin")}
        {BitcoinNode("bitcoin-reorg-2")}
        {BitcoinNode("bitcoin-reorg-2-twin")}
        {BitcoinNode("bitcoin-50-minutes")}
        """;

    private string BitcoinNode(string name, string? chain = null) => $$"""
          - name: {{name}}
            kind: node
            {{chain}}
            probes: [{ bitcoin: '{{Said(name, "url")}}', network: regtest, user: x, password: {{Said(name, "password")}}, min_peers: 0 }]
        """;

    private string Solana(string name) => string.Create(CultureInfo.InvariantCulture, $$"""
          - name: {{name}}
            kind: node
            probes: [{ solana: '{{Said(Stub(name), "url")}}', cluster: mainnet-beta, vote_account: {{Said(Stub(name), "vote_account")}}, min_balance: 1, stall_limit: {{StallLimit.TotalSeconds}}s }]
        """);

    private string Comet(string name, string? chain = null) => string.Create(CultureInfo.InvariantCulture, $$"""
          - name: {{name}}
            kind: node
            {{(chain is null ? "" : $"chain: {chain}")}}
            probes: [{ cometbft: '{{Said(Stub(name), "url")}}', chain_id: nines-lab-1, block_time: {{BlockTime.TotalMilliseconds}}ms, validator: {{Said(Stub(name), "address")}} }]
        """);

    private static string Chain(string name, Duration limit) => string.Create(CultureInfo.InvariantCulture, $"""
          - name: {name}
            kind: chain
            head_age_limit: {limit.TotalSeconds}s
        """);

    /// <summary>Twins of one kind are one stub: nothing happens to it.</summary>
    private static string Stub(string name) => name.Contains("twin", StringComparison.Ordinal) ? $"{name[..name.IndexOf('-', StringComparison.Ordinal)]}-twin" : name.Replace("-node", "", StringComparison.Ordinal);

    /// <summary>No transaction gets in any more, while slots go on: users are not served from the newest block that had some + the limit, to its whole second.</summary>
    private async Task<Bounds> StallAsync()
    {
        var status = await TellAsync("solana-transactions-stand", "stall?on=1");
        var began = Instant.FromUnixTimeSeconds(status.GetProperty("slot_time").GetInt64()) + StallLimit;
        return new Bounds(began - Duration.FromSeconds(1), began + Duration.FromSeconds(1));
    }

    /// <summary>No block comes any more: the chain is halted from when the newest is older than the limit.</summary>
    private async Task<Bounds> HaltAsync()
    {
        var status = await TellAsync("cometbft-halted", "halt?on=1");
        var began = NodaTime.Text.InstantPattern.ExtendedIso.Parse(status.GetProperty("time").GetString()!).Value + HaltLimit;
        return new Bounds(began - Duration.FromSeconds(1), began + Duration.FromSeconds(1));
    }

    /// <summary>A change, which so many blocks bring about: from the command until they are made.</summary>
    private Task<Bounds> BlocksAsync(string name, string command, int blocks) => DuringAsync(async () =>
    {
        var from = Height(await TellAsync(name, command));
        while (Height(await StatusAsync(name)) < from + blocks) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
    });

    private static decimal Height(JsonElement status) => decimal.Parse(status.GetProperty("height").GetString()!, CultureInfo.InvariantCulture);

    private string Said(string name, string key) => nodes[name].Ready.GetProperty(key).GetString()!;

    private Uri Admin(string name, string command) => new($"http://127.0.0.1:{nodes[name].Ready.GetProperty("admin_port").GetInt32()}/admin/{command}");

    private async Task<JsonElement> StatusAsync(string name) => JsonElement.Parse(await http.GetStringAsync(Admin(name, "status")));

    private async Task<JsonElement> TellAsync(string name, string command)
    {
        using var answer = await http.PostAsync(Admin(name, command), null);
        var said = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonElement.Parse(said) : throw new InvalidOperationException($"{name}: {command}: {said}");
    }
}
