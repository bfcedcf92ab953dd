using System.Globalization;
using System.Text.Json;
using Nines.Bench.Processes;
using Nines.Bench.Scenarios;
using Nines.Core;
using NodaTime;

namespace Nines.Bench.Protocols;

/// <summary>Chains over two sources each (the lab's beacon stub, a slot a second, four to an epoch), and what only shows between components: roots, slow recovery, an attack.</summary>
internal sealed class ChainScenarios : ProtocolPart
{
    private const int HeadAgeLimit = 8, FinalityAgeLimit = 20;
    private static readonly Duration Epoch = Duration.FromSeconds(4);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private static readonly string[] Chains = ["chain-halted", "finality-stops", "reorg-1", "reorg-6", "participation-60", "halting"];

    private readonly Dictionary<string, LabService> stubs = [];
    private readonly Dictionary<string, Target> targets = [];
    private Bounds reorganised;

    public override string Name => "chain";

    /// <summary>Participation of an epoch is known two epochs later.</summary>
    public override TimeSpan Tail => TimeSpan.FromSeconds(25);

    public override IReadOnlyList<ProtocolScenario> Scenarios =>
    [
        new("chain-halted", State.EffectivelyDown, CauseKind.Consensus, () => HaltAsync("chain-halted")) { HealAsync = At("chain-halted", "stall?on=0"), MustSay = "no source has a block newer", Lasts = TimeSpan.FromSeconds(20) },
        new("finality-stops", State.EffectivelyDown, CauseKind.Consensus, StopFinalityAsync) { HealAsync = Late("finality-stops", "finality?on=1", 4), MustSay = "the newest finalized block", Lasts = TimeSpan.FromSeconds(25) },
        new("reorg-1", State.Up, null, At("reorg-1", "reorg?depth=1")) { HealAsync = At("reorg-1", "peers?count=57") },
        new("reorg-6", State.EffectivelyDown, CauseKind.Consensus, async () => reorganised = await At("reorg-6", "reorg?depth=6")()) { HealAsync = RebuiltAsync, MustSay = "6 blocks were replaced" },
        new("participation-60", State.EffectivelyDown, CauseKind.Consensus, Late("participation-60", "participation?percent=60", 5))
            { HealAsync = Late("participation-60", "participation?percent=100", 5), MustSay = "of the stake takes part", Lasts = TimeSpan.FromSeconds(30) },
        new("node-of-halted-chain", State.EffectivelyDown, CauseKind.Upstream, () => HaltAsync("halting")) { HealAsync = At("halting", "stall?on=0"), MustSay = "needs halting: no source", Lasts = TimeSpan.FromSeconds(20) },
        new("two-roots", State.Down, CauseKind.Upstream, () => OneAfterAnotherAsync("root-two", "root-one")) { HealAsync = () => HealAllAsync("root-two", "root-one"), MustSay = "needs root-two" },
        new("root-recovers-first", State.Down, CauseKind.Upstream, () => OneAfterAnotherAsync("root", "root-recovers-first"))
            { HealAsync = () => HealAllAsync("root", "root-recovers-first"), MustSay = "needs root:", Lasts = TimeSpan.FromSeconds(10) },
        new("denial-of-service", State.Down, CauseKind.Security, FloodAsync) { HealAsync = () => HealAllAsync("load", "page"), MustSay = "requests surge" },
    ];

    public override string Config => $$"""
        components:
        {{string.Join('\n', Chains.SelectMany(chain => new[] { Chain(chain, chain), Chain($"{chain}-twin", "healthy") }))}}
        {{Component("root-one", "", Page("root-one"))}}
        {{Component("root-two", "", Page("root-two"))}}
          - name: two-roots
            kind: dapp
            needs: [root-one, root-two]
        {{Component("root", "", Page("root"))}}
        {{Component("root-recovers-first", "needs: root", Page("root-recovers-first"))}}
        {{Component("denial-of-service", "", Page("page"), Load("load"))}}
        {{Component("denial-of-service-twin", "", Page("page-twin"), Load("load-twin"))}}
        """;

    public override async Task StartAsync(BenchOptions options, string folder)
    {
        foreach (var name in Chains.Append("healthy")) stubs[name] = await OwnServiceAsync(options, "beacon", "--slot-ms", "1000", "--slots-per-epoch", "4", "--epochs", "10");
        foreach (var name in (string[])["root-one", "root-two", "root", "root-recovers-first"])
            targets[name] = Own(Target.Http(new Manner { Answer = Answers.Well }, new Manner { Answer = Answers.Well, Refuses = true }));
        foreach (var name in (string[])["page", "page-twin"]) targets[name] = Own(Target.Http(new Manner { Answer = Answers.Well }, new Manner { Answer = Answers.Status(503) }));
        foreach (var name in (string[])["load", "load-twin"]) targets[name] = Own(Target.Http(new Manner { Answer = Answers.Body("{\"rps\": 90}") }, new Manner { Answer = Answers.Body("{\"rps\": 90000}") }));
    }

    /// <summary>A chain, and two sources of it; what happens to a node of a chain is told of the first.</summary>
    private string Chain(string chain, string stub)
    {
        // Three slots behind the clock a beacon node is down by itself, long before its chain has halted: here the age of its head decides, as with other nodes.
        var ofNode = chain.StartsWith("halting", StringComparison.Ordinal) ? ", conditions: ['sync_distance <= 1000']" : "";
        var first = chain switch { "halting" => "node-of-halted-chain", "halting-twin" => "node-of-halted-chain-twin", _ => $"{chain}-a" };
        return string.Join('\n', new[] { first, $"{chain}-b" }.Select(node => $$"""
              - name: {{node}}
                kind: node
                chain: {{chain}}
                probes: [ { beacon: "{{UrlOf(stub)}}", every: 2s, timeout: 2s, slot_time: 1s, head_age_limit: {{HeadAgeLimit}}s, participation_sample: 64{{ofNode}} } ]
            """).Prepend($$"""
              - name: {{chain}}
                kind: chain
                head_age_limit: {{HeadAgeLimit}}s
                finality_age_limit: {{FinalityAgeLimit}}s
            """));
    }

    private static string Component(string name, string needs, params string[] probes) => $"""
          - name: {name}
            kind: dapp
            {needs}
            probes:
              - {string.Join("\n      - ", probes)}
        """;

    private string Page(string target) => string.Create(CultureInfo.InvariantCulture, $"{{ http: 'http://127.0.0.1:{targets[target].Port}/', name: page, conditions: ['status < 400 else down'] }}");

    private string Load(string target) =>
        string.Create(CultureInfo.InvariantCulture, $"{{ http: 'http://127.0.0.1:{targets[target].Port}/', name: load, tells: surge, conditions: ['json($.rps) < 1000 else degraded'] }}");

    private string UrlOf(string stub) => stubs[stub].Ready.GetProperty("url").GetString()!;

    private Func<Task<Bounds>> At(string stub, string command) => () => DuringAsync(() => stubs[stub].CommandAsync($"/admin/{command}"));

    /// <summary>What shows some epochs after it was done.</summary>
    private Func<Task<Bounds>> Late(string stub, string command, int epochs) => async () =>
    {
        var done = await At(stub, command)();
        return new Bounds(done.Earliest, done.Latest + (Epoch * epochs));
    };

    /// <summary>No block comes any more: the chain has halted once the newest is older than the limit.</summary>
    private async Task<Bounds> HaltAsync(string stub)
    {
        await At(stub, "stall?on=1")();
        var head = await AskAsync(stub, "/eth/v1/beacon/headers/head");
        return await SlotAsync(stub, long.Parse(head.GetProperty("header").GetProperty("message").GetProperty("slot").GetString()!, CultureInfo.InvariantCulture), HeadAgeLimit);
    }

    private async Task<Bounds> StopFinalityAsync()
    {
        await At("finality-stops", "finality?on=0")();
        var points = await AskAsync("finality-stops", "/eth/v1/beacon/states/head/finality_checkpoints");
        return await SlotAsync("finality-stops", long.Parse(points.GetProperty("finalized").GetProperty("epoch").GetString()!, CultureInfo.InvariantCulture) * 4, FinalityAgeLimit);
    }

    private async Task<Bounds> SlotAsync(string stub, long slot, int limit)
    {
        var genesis = long.Parse((await AskAsync(stub, "/eth/v1/beacon/genesis")).GetProperty("genesis_time").GetString()!, CultureInfo.InvariantCulture);
        var began = Instant.FromUnixTimeSeconds(genesis + slot + limit);
        return new Bounds(began, began + Duration.FromSeconds(1));
    }

    /// <summary>A slot a second: six are built anew after six to eight.</summary>
    private Task<Bounds> RebuiltAsync() => Task.FromResult(new Bounds(reorganised.Earliest + Duration.FromSeconds(5), reorganised.Latest + Duration.FromSeconds(9)));

    /// <summary>The first breaks what stands on it; the second a while later changes nothing for its users.</summary>
    private async Task<Bounds> OneAfterAnotherAsync(string first, string second)
    {
        var began = await targets[first].FailAsync();
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        var then = await targets[second].FailAsync();
        return first == "root" ? then : began;
    }

    private async Task<Bounds> HealAllAsync(string first, string last)
    {
        await targets[first].HealAsync();
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System);
        return await targets[last].HealAsync();
    }

    private async Task<Bounds> FloodAsync()
    {
        await targets["load"].FailAsync();
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
        return await targets["page"].FailAsync();
    }

    private async Task<JsonElement> AskAsync(string stub, string path)
    {
        using var answer = await Http.GetAsync($"{UrlOf(stub)}{path}");
        return JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync()).RootElement.GetProperty("data").Clone();
    }
}
