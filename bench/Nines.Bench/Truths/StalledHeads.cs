using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Nines.Bench.Processes;
using Nines.Core;
using NodaTime;

namespace Nines.Bench.Truths;

/// <summary>
/// Nodes of one chain whose heads stall while they answer every request with 200 and "not syncing": replicas of a development
/// chain with a block a second, told to lag. The chain's own node is the reference.
/// </summary>
internal sealed class StalledHeads : IAsyncDisposable
{
    /// <summary>Blocks behind at which a node is effectively down, by the condition in the config. (The probe's own waits for 15 s too: with a block a second that is 15 blocks.)</summary>
    private const int LagLimit = 3;
    private static readonly Duration CatchUp = Duration.FromMilliseconds(500);   // the replica looks every 200 ms
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly LabService chain;
    private readonly List<LabService> nodes;
    private readonly IReadOnlyList<(int Node, Duration At, Duration Length)> stalls;

    private StalledHeads(LabService chain, List<LabService> nodes, IReadOnlyList<(int, Duration, Duration)> stalls) => (this.chain, this.nodes, this.stalls) = (chain, nodes, stalls);

    /// <summary>How many components it adds to the config: the chain, its own node, the replicas.</summary>
    public int Components => nodes.Count + 2;

    public IEnumerable<(string Component, string Url)> Nodes => nodes.Select((node, i) => ($"head-{i}", Url(node)));

    /// <returns>Null where the lab's packages cannot be installed: said on stderr.</returns>
    public static async Task<StalledHeads?> StartAsync(string root, TruthPlan plan, int seed, bool quick)
    {
        await using (var install = new Child(Path.Combine(root, "lab", "install"), []))
        {
            if (await install.EndAsync() != 0)
            {
                Talk.Say($"truth: no stalled heads, as the lab's packages are not there: {install.Said}");
                return null;
            }
        }
        var nodes = new List<LabService>();
        var chain = await LabService.StartAsync(root, "chain");
        for (var i = 0; i < (quick ? 4 : 6); i++) nodes.Add(await LabService.StartAsync(root, "follower", "--producer", Url(chain)));
        return new StalledHeads(chain, nodes, Plan(new Random(seed), nodes.Count, plan.Window.TotalSeconds, quick));
    }

    /// <summary>The config's part: a chain, its node, the replicas.</summary>
    public string Config(TruthPlan plan)
    {
        var yaml = new System.Text.StringBuilder("  - { name: chain, kind: chain, block_time: 1s, head_age_limit: 30s }\n");
        foreach (var (name, url) in Nodes.Prepend(("producer", Url(chain))))
            yaml.Append(CultureInfo.InvariantCulture, $"""
                  - name: {name}
                    kind: node
                    chain: chain
                    probes:
                      - evm: {url}
                        every: {plan.Every.TotalSeconds}s
                        timeout: {plan.Timeout.TotalSeconds}s
                        tripwire: off
                        from: [alone]
                        conditions: [head_lag < {LagLimit} blocks after 2 in a row until head_lag <= 1 block]

                """);
        return yaml.ToString();
    }

    /// <summary>Lets heads stall by plan, beginning now.</summary>
    public async Task<IReadOnlyList<TrueOutage>> RunAsync()
    {
        var start = TimeProvider.System.GetTimestamp();
        var done = await Task.WhenAll(stalls.GroupBy(stall => stall.Node).Select(async node =>
        {
            var outages = new List<TrueOutage>();
            foreach (var (_, at, length) in node.OrderBy(stall => stall.At))
            {
                await UntilAsync(at);
                var head = (await nodes[node.Key].CommandAsync("/admin/lag?on=1")).GetProperty("head");
                await UntilAsync(at + length);
                var before = Now();
                await nodes[node.Key].CommandAsync("/admin/lag?on=0");
                // It is effectively down from the block that puts it over the limit. Block times are whole seconds.
                var crossed = await TimeOfAsync(Number(head) + LagLimit);
                outages.Add(new TrueOutage($"head-{node.Key}", "stalled", new Bounds(crossed, crossed + Duration.FromSeconds(1)), new Bounds(before, Now() + CatchUp)));
            }
            return outages;
        }));
        return [.. done.SelectMany(outages => outages)];

        async Task UntilAsync(Duration at)
        {
            var wait = at.ToTimeSpan() - TimeProvider.System.GetElapsedTime(start);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes) await node.DisposeAsync();
        await chain.DisposeAsync();
    }

    /// <summary>Lengths of the stall itself; the first three seconds of it the node is within the limit.</summary>
    private static List<(int, Duration, Duration)> Plan(Random random, int nodes, double window, bool quick)
    {
        var stalls = new List<(int, Duration, Duration)>();
        for (var node = 0; node < nodes; node++)
        {
            if (quick)
            {
                stalls.Add((node, Duration.FromSeconds(random.NextDouble() * 5), Duration.FromSeconds(14 + random.NextDouble() * 8)));
                continue;
            }
            for (var at = random.NextDouble() * 15; ; at += 20 + random.NextDouble() * 10)
            {
                var length = 13 + random.NextDouble() * 47;
                if (at + length > window) break;
                stalls.Add((node, Duration.FromSeconds(at), Duration.FromSeconds(length)));
                at += length;
            }
        }
        return stalls;
    }

    private async Task<Instant> TimeOfAsync(long block)
    {
        var request = new { jsonrpc = "2.0", id = 1, method = "eth_getBlockByNumber", @params = new object[] { $"0x{block:x}", false } };
        using var response = await Http.PostAsJsonAsync(Url(chain), request);
        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        return Instant.FromUnixTimeSeconds(Number(answer.GetProperty("result").GetProperty("timestamp")));
    }

    private static long Number(JsonElement value) => value.ValueKind == JsonValueKind.Number
        ? value.GetInt64()
        : long.Parse(value.GetString()!.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static Instant Now() => Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow());

    private static string Url(LabService service) => service.Ready.GetProperty("url").GetString()!;
}
