using System.Globalization;
using Nines.Bench.Processes;
using Nines.Core;
using NodaTime;

namespace Nines.Bench.Protocols;

/// <summary>Beacon nodes and validators, on stubs of the lab with short slots: a second for the nodes, 150 ms (epochs of 1.5 s) for the validators.</summary>
internal sealed class BeaconScenarios : ProtocolPart
{
    private static readonly Duration Epoch = Duration.FromSeconds(1.5);

    private readonly List<ProtocolScenario> scenarios = [];
    private readonly Dictionary<string, LabService> stubs = [];

    public override string Name => "beacon";

    public override IReadOnlyList<ProtocolScenario> Scenarios => scenarios;

    /// <summary>An epoch is judged two epochs later.</summary>
    public override TimeSpan Tail => TimeSpan.FromSeconds(9);

    public override string Config => $"components:\n{string.Join("\n", Components())}";

    public override async Task StartAsync(BenchOptions options, string folder)
    {
        string[] nodes = ["--slot-ms", "1000", "--slots-per-epoch", "4", "--epochs", "10"];
        string[] validators = ["--slot-ms", "150", "--slots-per-epoch", "10", "--epochs", "10", "--validators", "64", "--sync-committee", "16"];
        foreach (var name in (string[])["healthy", "el-offline", "behind"]) stubs[name] = await OwnServiceAsync(options, "beacon", nodes);
        foreach (var name in (string[])["validators", "network"]) stubs[name] = await OwnServiceAsync(options, "beacon", validators);

        scenarios.AddRange(
            new ProtocolScenario("el-offline", State.EffectivelyDown, CauseKind.Technical, At("el-offline", "el-offline")) { HealAsync = At("el-offline", "el-offline?on=0"), MustSay = "el_offline" },
            new ProtocolScenario("sync-distance-5", State.EffectivelyDown, CauseKind.Technical, At("behind", "lag?slots=5")) { HealAsync = At("behind", "lag?slots=0"), MustSay = "sync_distance" },
            new ProtocolScenario("misses-3-in-a-row", State.EffectivelyDown, CauseKind.Technical, InEpoch("validators", "offline?v=17"))
            {
                HealAsync = InEpoch("validators", "offline?v="), MustSay = "17; the first since epoch", Lasts = TimeSpan.FromSeconds(12),
            },
            new ProtocolScenario("misses-of-the-network", State.Up, null, InEpoch("network", "participation?percent=30")) { HealAsync = InEpoch("network", "participation?percent=100"), Lasts = TimeSpan.FromSeconds(12) },
            new ProtocolScenario("sync-committee-80", State.Degraded, CauseKind.Technical, InEpoch("validators", "sync?percent=80&v=3"))
            {
                HealAsync = InEpoch("validators", "sync?percent=100"), MustSay = "sync_participation was 80 %", Lasts = TimeSpan.FromSeconds(10),
            },
            new ProtocolScenario("slashed", State.EffectivelyDown, CauseKind.Consensus, At("validators", "slash?v=40")) { MustSay = "40", Lasts = TimeSpan.FromSeconds(8) });
    }

    private IEnumerable<string> Components()
    {
        yield return Node("el-offline", "el-offline");
        yield return Node("el-offline-twin", "healthy");
        yield return Node("sync-distance-5", "behind");
        yield return Node("sync-distance-5-twin", "healthy");
        yield return Validators("misses-3-in-a-row", "validators", 17);
        yield return Validators("misses-3-in-a-row-twin", "validators", 18);
        yield return Validators("misses-of-the-network", "network", 30);
        yield return Validators("misses-of-the-network-twin", "validators", 31);
        yield return Validators("sync-committee-80", "validators", 3);
        yield return Validators("sync-committee-80-twin", "validators", 4);
        yield return Validators("slashed", "validators", 40);
        yield return Validators("slashed-twin", "validators", 41);
    }

    private string Node(string component, string stub) => $$"""
          - name: {{component}}
            kind: node
            probes: [ { beacon: "{{UrlOf(stub)}}", slot_time: 1s, head_age_limit: 30s, chain_id: 560048 } ]
        """;

    private string Validators(string component, string stub, int validator) => string.Create(CultureInfo.InvariantCulture, $$"""
          - name: {{component}}
            kind: node
            probes: [ { validators: "{{UrlOf(stub)}}", ids: [{{validator}}], stale_after: 30s } ]
        """);

    private string UrlOf(string stub) => stubs[stub].Ready.GetProperty("url").GetString()!;

    private Func<Task<Bounds>> At(string stub, string command) => () => DuringAsync(() => stubs[stub].CommandAsync($"/admin/{command}"));

    /// <summary>A validator has one duty an epoch: the first that the command touches may be in the next.</summary>
    private Func<Task<Bounds>> InEpoch(string stub, string command) => async () =>
    {
        var said = await At(stub, command)();
        return new Bounds(said.Earliest, said.Latest + (Epoch * 2));
    };
}
