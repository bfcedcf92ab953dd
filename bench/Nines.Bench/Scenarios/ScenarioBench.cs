using System.Globalization;
using Nines.Bench.Processes;
using Nines.Bench.Truths;
using Nines.Core;
using NodaTime;

namespace Nines.Bench.Scenarios;

/// <summary>
/// The <see cref="Catalogue"/> on loopback, all at once: every target is healthy, fails at a known instant, and heals. One <c>nines up</c> watches
/// them, and at the same time prometheus with blackbox_exporter, with the same interval and time-out.
/// </summary>
internal static class ScenarioBench
{
    public static readonly Duration Every = Duration.FromSeconds(2), Timeout = Duration.FromSeconds(1);

    /// <summary>Healthy, before the first fails: what a watcher makes of its own start is over.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    /// <summary>Over so long the beginnings are spread, so that they meet the watchers' looks at all phases.</summary>
    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(12);

    /// <summary>After the last has healed: everybody has seen it.</summary>
    private static readonly TimeSpan Tail = TimeSpan.FromSeconds(8);

    public static async Task<Report> RunAsync(BenchOptions options)
    {
        var runs = options.Runs ?? (options.Quick ? 1 : 3);
        var results = new List<ScenarioResult>();
        string? peer = null;
        for (var run = 0; run < runs; run++)
        {
            Talk.Say($"scenarios: run {run + 1} of {runs}, seed {options.Seed + run}: {Catalogue.All.Count} targets");
            (var once, peer) = await OnceAsync(options, run, new Random(options.Seed + run));
            results.AddRange(once);
        }
        ScenarioTable.Say(results, peer is not null);
        return Report.Of("scenarios", runs, [.. ScenarioFigures.Of(results, peer), .. SoakFigures.Of(options)]) with { Rows = [.. results.Select(result => ScenarioRow.Of(result, peer is not null))] };
    }

    private static async Task<(IReadOnlyList<ScenarioResult> Results, string? Peer)> OnceAsync(BenchOptions options, int run, Random random)
    {
        var folder = options.NewFolder();
        using var certificates = new Certificates(folder);
        var targets = new List<(Scenario Scenario, ITarget Target)>();
        try
        {
            foreach (var scenario in Catalogue.All) targets.Add((scenario, scenario.Make(certificates)));
            (Scenario Scenario, int Port)[] ports = [.. targets.Select(one => (one.Scenario, one.Target.Port))];
            await using var control = Target.Line(new Manner { Answer = Answers.Pong }, new Manner { Answer = Answers.Pong });
            await using var peer = await PrometheusPeer.StartAsync(options.Root, folder, ScenarioPeer.Setup(ports, certificates.RootFile));
            await using var nines = await NinesWatch.StartAsync(options, folder, Config(ports, certificates.RootFile, control.Port), targets.Count);
            await Task.Delay(Rest, TimeProvider.System);

            var truths = await Task.WhenAll(targets.Select(one => FailAndHealAsync(one.Scenario, one.Target, Spread * random.NextDouble())));
            await Task.Delay(Tail, TimeProvider.System);
            peer?.RequireRunning();
            var findings = await nines.StopAsync();
            var found = peer is null ? null : await peer.FindAsync();
            Talk.Say($"scenarios: Nines' own trouble: {findings.OwnTrouble()}");
            return ([.. targets.Zip(truths, (one, truth) => ScenarioResult.Of(run, one.Scenario, truth, findings, found))], found?.Version);
        }
        finally
        {
            foreach (var (_, target) in targets) await target.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<TrueOutage> FailAndHealAsync(Scenario scenario, ITarget target, TimeSpan after)
    {
        await Task.Delay(after, TimeProvider.System);
        var onset = await target.FailAsync();
        await Task.Delay(Lasts, TimeProvider.System);
        return new TrueOutage(scenario.Name, scenario.Class ?? "healthy", onset, await target.HealAsync());
    }

    private static string Config((Scenario Scenario, int Port)[] targets, string rootFile, int controlPort) => string.Create(CultureInfo.InvariantCulture, $$"""
        listen: 127.0.0.1:{{Child.FreePort()}}
        control: { targets: ["tcp://127.0.0.1:{{controlPort}}"], names: [localhost] }
        defaults: { every: {{Every.TotalSeconds}}s, timeout: {{Timeout.TotalSeconds}}s }
        components:
        {{string.Join('\n', targets.Select(target => target.Scenario.Config(target.Port, rootFile)))}}
        """);
}
