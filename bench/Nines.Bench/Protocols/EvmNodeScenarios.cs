using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Nines.Bench.Processes;
using Nines.Core;
using NodaTime;

namespace Nines.Bench.Protocols;

/// <summary>
/// EVM nodes: one real chain, and before it a proxy (<c>lab/liar</c>) for each scenario that makes the fault. The twins are behind one that never lies.
/// Beside them the sequencer of an L2, on a chain of its own.
/// </summary>
internal sealed class EvmNodeScenarios : ProtocolPart
{
    /// <summary>What a head may be old where the limit is not the default of 15 s.</summary>
    private const int HeadAge = 4;

    private const int Silence = 4;

    /// <summary>A chain of two sources, of which one tells other blocks; told of the chain, and of none of them.</summary>
    private const string Fork = "fork-two-deep";

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly Dictionary<string, LabService> liars = [];
    private BenchOptions options = null!;
    private Uri chain = new("http://127.0.0.1/");
    private Uri layer2 = new("http://127.0.0.1/");
    private string feed = "";
    private string twinFeed = "";
    private LabService? truthful;
    private int killedPort;

    public override string Name => "evmnode";

    public override TimeSpan Tail => TimeSpan.FromSeconds(10);

    /// <summary>Each with the probe's options beyond the URL, as the config writes them.</summary>
    private static readonly (string Name, string Probe)[] Nodes =
    [
        ("killed", ""), ("frozen", ""), ("stalled-head", $", head_age_limit: {HeadAge}s"), ("eight-days-behind", ""), ("three-behind-once", ""), ("wrong-chain", ""),
        ("finalized-back", ""), ("two-members", ""), ("empty-logs", ""), ("state-gone", ""), ("ws-silent", ""), ("limit-above-quota", ", quota: 4/1s"),
        ("limit-below-quota", ", quota: 1000/1s"), ("cut-answer", ""),
    ];

    public override IReadOnlyList<ProtocolScenario> Scenarios =>
    [
        new("killed", State.Down, CauseKind.Technical, () => DuringAsync(KillAsync)) { HealAsync = () => DuringAsync(ReviveAsync), MustSay = "refused" },
        // Silence alone says nothing about why.
        Lying("frozen", State.Down, CauseKind.Unexplained, "hang", "no answer"),
        Lying("stalled-head", State.EffectivelyDown, CauseKind.Technical, "stall", "head_age", after: HeadAge, spread: 1) with { Lasts = TimeSpan.FromSeconds(12) },
        Lying("eight-days-behind", State.EffectivelyDown, CauseKind.Technical, "age?seconds=691200", "head_age"),
        Lying("three-behind-once", State.Up, null, "stall?ms=3300"),
        Lying("wrong-chain", State.Down, CauseKind.Technical, "chain?id=1", "chain_id"),
        Lying(Fork, State.Degraded, CauseKind.Consensus, "fork?depth=2", "split at block"),
        Lying("finalized-back", State.EffectivelyDown, CauseKind.Technical, "finalized?by=30", "finalized_backwards"),
        Lying("two-members", State.Degraded, CauseKind.Technical, "jump?by=5", "after"),
        Lying("empty-logs", State.EffectivelyDown, CauseKind.Technical, "logs", "its receipts have"),
        Lying("state-gone", State.EffectivelyDown, CauseKind.Technical, "state", "missing trie node"),
        Lying("ws-silent", State.EffectivelyDown, CauseKind.Technical, "ws", "ws_silence", after: Silence, spread: 2) with { Lasts = TimeSpan.FromSeconds(12) },
        Lying("limit-above-quota", State.Up, null, "limit"),
        Lying("limit-below-quota", State.EffectivelyDown, CauseKind.Technical, "limit", "limit exceeded"),
        Lying("cut-answer", State.Down, CauseKind.Technical, "cut", "before the answer was whole"),
        new("sequencer-down", State.EffectivelyDown, CauseKind.Technical, () => DuringAsync(() => SayAsync(feed, 1, Now())))
        {
            // Up again; the grace period holds on: degraded, and no outage any more.
            HealAsync = () => DuringAsync(() => SayAsync(feed, 0, Now())), MustSay = "down since",
        },
        new("sequencer-grace", State.Degraded, CauseKind.Technical, () => DuringAsync(() => SayAsync(twinFeed, 0, Now()))) { MustSay = "wait until" },
    ];

    public override string Config
    {
        get
        {
            var yaml = new StringBuilder("components:\n");
            foreach (var (name, probe) in Nodes)
            {
                var (own, twin) = (Url(liars[name]), Url(truthful!));
                Add(yaml, name, own, probe);
                // Above its quota a node is refused; the twin would be too, so it declares none.
                Add(yaml, $"{name}-twin", twin, probe.Replace(", quota: 4/1s", "", StringComparison.Ordinal));
            }
            foreach (var (name, address) in new[] { ("sequencer-down", feed), ("sequencer-grace", twinFeed) })
                yaml.Append(CultureInfo.InvariantCulture, $"  - {{name: {name}, kind: sequencer, probes: [{{sequencer: '{layer2}', block_time: 1s, feed: '{address}', batch_age_limit: off}}]}}\n");
            foreach (var (name, liar) in new[] { (Fork, liars[Fork]), ($"{Fork}-twin", truthful!) })
            {
                yaml.Append(CultureInfo.InvariantCulture, $"  - {{name: {name}, kind: chain, block_time: 1s}}\n");
                foreach (var (source, service) in new[] { ("a", liar), ("b", truthful!) })
                    yaml.Append(CultureInfo.InvariantCulture, $"  - {{name: {name}-{source}, kind: node, chain: {name}, probes: [{{evm: '{Url(service)}', chain_id: 31337}}]}}\n");
            }
            return yaml.ToString();
        }
    }

    /// <summary>The sequencers are: the feed says up for long.</summary>
    public override IEnumerable<string> UpFirst => Nodes.SelectMany(node => new[] { node.Name, $"{node.Name}-twin" }).Concat(["sequencer-down", "sequencer-grace", Fork, $"{Fork}-twin"]);

    public override async Task StartAsync(BenchOptions given, string folder)
    {
        options = given;
        var first = await OwnServiceAsync(options, "chain", "--", "--slots-in-an-epoch", "4");
        var second = await OwnServiceAsync(options, "chain");
        (chain, layer2) = (new Uri(Url(first)), new Uri(Url(second)));
        await CallAsync(chain, "anvil_mine", "0x40");
        truthful = await OwnServiceAsync(options, "liar", "--node", chain.ToString());
        killedPort = FreePort();
        foreach (var name in Nodes.Select(node => node.Name).Append(Fork)) liars[name] = await LiarAsync(name);

        var token = await LabAsync("deploy", "--rpc", chain.ToString());
        Own(new Transfers(chain, token["owner"]!.GetValue<string>(), token["address"]!.GetValue<string>()));
        feed = (await LabAsync("contract", "deploy", "Feed", "0", "--rpc", layer2.ToString()))["address"]!.GetValue<string>();
        twinFeed = (await LabAsync("contract", "deploy", "Feed", "0", "--rpc", layer2.ToString()))["address"]!.GetValue<string>();
        var longAgo = Now() - Duration.FromHours(2);
        await SayAsync(feed, 0, longAgo);
        await SayAsync(twinFeed, 0, longAgo);
    }

    private ProtocolScenario Lying(string name, State expected, CauseKind? cause, string fault, string? mustSay = null, int after = 0, int spread = 0) =>
        new(name, expected, cause, async () =>
        {
            var told = await DuringAsync(() => liars[name].CommandAsync($"/admin/{fault}"));
            // What has a limit is counted from a block's own time, in whole seconds, and the last block may be a second old.
            var label = Duration.FromSeconds(spread > 0 ? 2 : 0);
            return new Bounds(told.Earliest - label + Duration.FromSeconds(after), told.Latest + Duration.FromSeconds(after + spread));
        })
        {
            HealAsync = async () =>
            {
                var told = await DuringAsync(() => liars[name].CommandAsync($"/admin/{fault.Split('?')[0]}?on=0"));
                // A stream is mended when it brings the next block.
                return fault == "ws" ? new Bounds(told.Earliest, told.Latest + Duration.FromSeconds(spread)) : told;
            },
            MustSay = mustSay,
        };

    private async Task<LabService> LiarAsync(string name) => Own(await LabService.StartAsync(options.Root, "liar",
        ["--node", chain.ToString(), .. name == "killed" ? ["--port", killedPort.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>()]));

    private async Task KillAsync() => await liars["killed"].DisposeAsync();

    private async Task ReviveAsync() => liars["killed"] = await LiarAsync("killed");

    private Task SayAsync(string address, int answer, Instant since) => LabAsync("contract", "send", "Feed", "set(uint80,int256,uint256)", "1",
        answer.ToString(CultureInfo.InvariantCulture), since.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), "--rpc", layer2.ToString(), "--address", address);

    private async Task<JsonNode> LabAsync(string script, params string[] arguments)
    {
        var said = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var child = new Child("node", [Path.Combine(options.Root, "lab", $"{script}.mjs"), .. arguments], line => said.TrySetResult(JsonNode.Parse(line)!));
        return await said.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
    }

    private static void Add(StringBuilder yaml, string name, string url, string probe)
    {
        var stream = name.StartsWith("ws-silent", StringComparison.Ordinal);
        var more = stream ? $", ws_url: '{url.Replace("http", "ws", StringComparison.Ordinal)}'" : "";
        var conditions = stream ? $", conditions: ['ws_silence < {Silence}s']" : "";
        yaml.Append(CultureInfo.InvariantCulture, $"  - {{name: {name}, kind: node, probes: [{{evm: '{url}', chain_id: 31337, block_time: 1s{more}{probe}{conditions}}}]}}\n");
    }

    private static string Url(LabService service) => service.Ready.GetProperty("url").GetString()!;

    private static async Task CallAsync(Uri node, string method, params JsonNode[] parameters)
    {
        var body = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = new JsonArray(parameters) };
        using var content = new StringContent(body.ToJsonString(), null, "application/json");
        using var response = await Http.PostAsync(node, content);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>A transfer twice a second, so that each block has a log.</summary>
    private sealed class Transfers : IAsyncDisposable
    {
        private readonly CancellationTokenSource stopping = new();
        private readonly Task running;

        public Transfers(Uri node, string owner, string token) => running = RunAsync(node, owner, token, stopping.Token);

        public async ValueTask DisposeAsync()
        {
            await stopping.CancelAsync();
            await running;
            stopping.Dispose();
        }

        private static async Task RunAsync(Uri node, string owner, string token, CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                await CallAsync(node, "eth_sendTransaction", new JsonObject { ["from"] = owner, ["to"] = token, ["data"] = $"0xa9059cbb{"dEaD".PadLeft(64, '0')}{1:x64}" });
                await Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
