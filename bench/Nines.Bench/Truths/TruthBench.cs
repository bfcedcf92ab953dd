using System.Diagnostics;
using System.Globalization;
using Nines.Bench.Processes;
using NodaTime;

namespace Nines.Bench.Truths;

/// <summary>
/// Loopback targets with outages of known start and end, watched by <c>nines up</c> and, at the same time, by prometheus with
/// blackbox_exporter. Outages of all runs are pooled: a median is over outages, and a share or a maximum hides no run.
/// </summary>
internal static class TruthBench
{
    public static async Task<Report> RunAsync(BenchOptions options)
    {
        var runs = options.Runs ?? (options.Quick ? 1 : 3);
        var pooled = TruthGroup.All.ToDictionary(group => group, _ => new List<Score>());
        var stalled = new List<Score>();
        string? peer = null;
        TruthPlan plan = null!;
        for (var run = 0; run < runs; run++)
        {
            plan = TruthPlan.Make(options.Seed + run, options.Quick, options.TimeoutSeconds);
            Talk.Say($"truth: run {run + 1} of {runs}, seed {options.Seed + run}: {plan.Outages.Count} outages at {plan.Targets} targets, as kind begin+length:");
            foreach (var line in plan.Lines()) Console.Error.WriteLine($"  {line}");
            peer = await OnceAsync(options, plan, options.Seed + run, pooled, stalled) ?? peer;
        }
        foreach (var (group, scores) in pooled) TruthTable.Say(group.Name, scores, plan.Resolution);
        TruthTable.Say("stalled_heads", stalled, plan.Resolution);
        return Report.Of("truth", runs, [.. pooled.SelectMany(group => TruthFigures.Of(group.Key, group.Value, plan, peer)), .. TruthFigures.OfStalledHeads(stalled, plan, peer)]);
    }

    /// <returns>The peer's version; null without one.</returns>
    private static async Task<string?> OnceAsync(BenchOptions options, TruthPlan plan, int seed, Dictionary<TruthGroup, List<Score>> pooled, List<Score> stalled)
    {
        var folder = options.NewFolder();
        try
        {
            await using var world = await TruthWorld.StartAsync(options.Root, plan);
            await using var heads = await StalledHeads.StartAsync(options.Root, plan, seed, options.Quick);
            await using var peer = await PrometheusPeer.StartAsync(options.Root, folder, plan,
                Enumerable.Range(0, plan.Targets).Select(target => (plan.ComponentOf(target), $"http://127.0.0.1:{world.Ports[target]}/")), heads?.Nodes ?? []);
            await using var nines = await NinesWatch.StartAsync(options, folder,
                NinesWatch.Config(plan, world.Ports, heads?.Config(plan)), plan.Targets + (heads?.Components ?? 0));

            var began = Stopwatch.StartNew();
            var stalling = heads?.RunAsync() ?? Task.FromResult<IReadOnlyList<TrueOutage>>([]);
            var truths = await world.RunAsync(() =>
            {
                nines.RequireRunning();
                peer?.RequireRunning();
            });
            var stalls = await stalling;
            // The last end must be seen by everybody before they are asked.
            await Task.Delay((plan.Resolution + Duration.FromSeconds(1)).ToTimeSpan(), TimeProvider.System);

            var (busy, peerBusy) = (nines.ProcessorTime, peer?.ProcessorTime);
            var findings = await nines.StopAsync();
            var found = peer is null ? null : await peer.FindAsync();
            Talk.Say(string.Create(CultureInfo.InvariantCulture,
                $"truth: {truths.Count + stalls.Count} outages were, Nines found {findings.Outages.Count(outage => outage.Region is null)} and {findings.Blips.Count} blips; its own trouble: {findings.OwnTrouble()}; processor time {busy.TotalSeconds:0.0} s (peer {peerBusy?.TotalSeconds ?? 0:0.0} s) of {began.Elapsed.TotalSeconds:0} s"));
            foreach (var group in TruthGroup.All)
                pooled[group].Add(Score.Of([.. truths.Where(truth => truth.Component.StartsWith($"{group.ShortName}-", StringComparison.Ordinal))], findings, found, plan));
            if (stalls.Count > 0) stalled.Add(Score.Of(stalls, findings, found, plan));
            return found?.Version;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
