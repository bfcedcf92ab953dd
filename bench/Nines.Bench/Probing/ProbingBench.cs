using System.Diagnostics;
using System.Globalization;
using NodaTime;

namespace Nines.Bench.Probing;

/// <summary>
/// What a thousand probes cost: processor time and memory of <c>nines up</c> as it looks at thousands of HTTP targets, each a port
/// of its own, every ten seconds, over a new connection each time; and of peers on the same targets in the same run.
/// </summary>
internal static class ProbingBench
{
    private const int Every = 10;

    /// <param name="Sizes">Targets, from few to many.</param>
    /// <param name="PeerTargets">As many as the peers can do with here: ten thousand are more than two cores can do for blackbox_exporter.</param>
    /// <param name="Warming">Seconds after the start that are not counted: the compiler is at work, and first looks are slower.</param>
    /// <param name="Measured">Seconds that are: a whole minute, so that the minute's series are written once within.</param>
    private sealed record Plan(int[] Sizes, int PeerTargets, int Warming, int Measured)
    {
        public static readonly Plan Whole = new([1_000, 3_000, 10_000], 1_000, 45, 60);
        public static readonly Plan Quick = new([500, 2_000], 500, 6, 8);
    }

    /// <param name="CpuPerThousand">Seconds of processor time for 1,000 probes.</param>
    /// <param name="Reached">Share of the requests that should have reached the targets.</param>
    private sealed record Cost(double CpuPerThousand, double Reached, double ResidentKb = 0, Punctuality? Punctuality = null, double? Restart = null);

    public static async Task<Report> RunAsync(BenchOptions options)
    {
        if (!OperatingSystem.IsLinux()) throw new MissingException("probing reads what processes use from /proc: it runs on Linux only.");
        var plan = options.Quick ? Plan.Quick : Plan.Whole;
        var runs = options.Runs ?? (options.Quick ? 1 : 3);
        var costs = plan.Sizes.ToDictionary(size => size, _ => new List<Cost>());
        var peers = new Dictionary<string, List<(string Version, double Cost)>>();
        var folder = options.NewFolder();
        try
        {
            await using var targets = await ManyTargets.StartAsync(options.Root, folder, plan.Sizes[^1]);
            for (var run = 1; run <= runs; run++)
            {
                foreach (var size in plan.Sizes)
                {
                    var cost = await NinesAsync(options.Root, Folder(folder, $"nines-{run}-{size}"), targets, size, plan, restart: !options.Quick && size == plan.Sizes[^1]);
                    costs[size].Add(cost);
                    Talk.Say(Invariant($"run {run} of {runs}: {size} probes: {cost.CpuPerThousand:0.000} s of CPU for 1,000, {cost.ResidentKb / 1024:0} MB, {cost.Reached:0.0 %} of the requests arrived, late {cost.Punctuality}, restart {cost.Restart:0.0} s"));
                }
                await PeersAsync(options.Root, Folder(folder, $"peers-{run}"), targets, plan, peers);
            }
            return ToReport(plan, runs, costs, peers);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Cost> NinesAsync(string root, string folder, ManyTargets targets, int size, Plan plan, bool restart)
    {
        Cost cost;
        await using (var nines = await ManyProbes.StartAsync(root, folder, targets, size, Every))
        {
            await SecondsAsync(plan.Warming);
            var (cpu, reached) = await MeasureAsync(() => nines.ProcessorSeconds, targets, size, plan.Measured);
            var resident = nines.ResidentKb;
            cost = new Cost(cpu, reached, resident, await nines.StopAsync());
        }
        if (!restart) return cost;
        await using var again = await ManyProbes.StartAsync(root, folder, targets, size, Every);
        for (var left = 6; ; left--)
        {
            await SecondsAsync(5);
            again.RequireRunning();
            if (await again.AllSeenAfterStartAsync(size) is { } all) return cost with { Restart = all.TotalSeconds };
            if (left == 0) return cost with { Restart = double.PositiveInfinity };
        }
    }

    private static async Task PeersAsync(string root, string folder, ManyTargets targets, Plan plan, Dictionary<string, List<(string, double)>> costs)
    {
        foreach (var start in new[] { ProbingPeer.BlackboxAsync, ProbingPeer.MonitAsync })
        {
            if (await start(root, folder, targets, plan.PeerTargets, Every) is not { } peer) continue;
            await using (peer)
            {
                await SecondsAsync(Math.Min(plan.Warming, 2 * Every));
                peer.RequireRunning();
                var (cpu, reached) = await MeasureAsync(() => peer.ProcessorSeconds, targets, plan.PeerTargets, plan.Measured);
                peer.RequireRunning();
                Talk.Say(Invariant($"{peer.Name}: {plan.PeerTargets} probes: {cpu:0.000} s of CPU for 1,000, {reached:0.0 %} of the requests arrived"));
                if (!costs.TryGetValue(peer.Name, out var known)) costs.Add(peer.Name, known = []);
                known.Add((peer.Version, cpu));
            }
        }
    }

    private static async Task<(double CpuPerThousand, double Reached)> MeasureAsync(Func<double> processorSeconds, ManyTargets targets, int size, int seconds)
    {
        var (before, cpu, timer) = (await targets.RequestsAsync(), processorSeconds(), Stopwatch.StartNew());
        await SecondsAsync(seconds);
        var (requests, used, took) = (await targets.RequestsAsync() - before - 1, processorSeconds() - cpu, timer.Elapsed.TotalSeconds);
        return (used / requests * 1_000, requests / (size * took / Every));
    }

    private static Report ToReport(Plan plan, int runs, Dictionary<int, List<Cost>> costs, Dictionary<string, List<(string Version, double Cost)>> peers)
    {
        double Of(int size, Func<Cost, double> what) => Median.Of(costs[size].Select(what));
        Peer? PeerOf(string name) => peers.TryGetValue(name, out var known) ? new Peer(name, known[0].Version, Median.Of(known.Select(each => each.Cost))) : null;
        var (least, most) = (plan.Sizes[0], plan.Sizes[^1]);
        var blackbox = PeerOf("prometheus + blackbox_exporter");
        var cpu = Of(most, cost => cost.CpuPerThousand);
        var figures = new List<Figure>
        {
            new(Invariant($"cpu_per_1000_probes_of_{most}"), cpu, "s", "lower", blackbox?.Value / 8) { Peer = blackbox, Note = Invariant($"the peer looks at {plan.PeerTargets} targets; aim: an eighth of its") },
            new(Invariant($"cpu_per_1000_probes_of_{most}_beside_monit"), cpu, "s", "lower") { Peer = PeerOf("monit") },
        };
        figures.AddRange(plan.Sizes.SkipLast(1).Select(size => new Figure(Invariant($"cpu_per_1000_probes_of_{size}"), Of(size, cost => cost.CpuPerThousand), "s", "lower")));
        figures.Add(new("growth_of_cpu_per_probe", cpu / Of(least, cost => cost.CpuPerThousand), "", "lower", 1.15) { Note = Invariant($"{most} probes against {least}; 1 is linear") });
        figures.Add(new("lateness_median", Of(most, cost => cost.Punctuality!.LateP50), "ms", "lower"));
        figures.Add(new("lateness_99_of_100", Of(most, cost => cost.Punctuality!.LateP99), "ms", "lower", 50) { Note = "of all looks from the start on but the first of each probe" });
        figures.Add(new("lateness_longest", Of(most, cost => cost.Punctuality!.LateMax), "ms", "lower"));
        figures.Add(new("due_times_missed", costs.Values.SelectMany(all => all).Sum(cost => cost.Punctuality!.Missed), "", "lower", 0));
        figures.Add(new("requests_that_arrived", costs.Values.SelectMany(all => all).Min(cost => cost.Reached), "share", "higher", 0.98));
        figures.AddRange(plan.Sizes.Select(size => new Figure(Invariant($"memory_of_{size}"), Of(size, cost => cost.ResidentKb) / 1024, "MiB", "lower")));
        figures.Add(new("memory_a_probe_more", (Of(most, cost => cost.ResidentKb) - Of(least, cost => cost.ResidentKb)) / (most - least), "KiB", "lower", 10));
        if (costs[most].All(cost => cost.Restart is not null))
            figures.Add(new("all_seen_after_restart", Of(most, cost => cost.Restart!.Value), "s", "lower", Every) { Note = "from the new run's first fact to the last component's first look" });
        return Report.Of("probing", runs, figures);
    }

    private static string Folder(string parent, string name) => Directory.CreateDirectory(Path.Combine(parent, name)).FullName;

    private static Task SecondsAsync(int seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
