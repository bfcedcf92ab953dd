using System.Globalization;
using Nines.Bench.Processes;
using Nines.Bench.Scenarios;
using Nines.Bench.Truths;
using Nines.Core;

namespace Nines.Bench.Protocols;

/// <summary>
/// Every <see cref="ProtocolPart"/>, one after another: its peers and stubs are brought up, one <c>nines up</c> watches them, each scenario begins at
/// a known instant and (most) end. What the journal says in the end is held against that.
/// </summary>
internal static class ProtocolBench
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(4);

    /// <summary>Over so long the beginnings are spread, so that they meet the looks at all phases.</summary>
    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(2);

    private static IReadOnlyList<ProtocolPart> Parts() =>
        [.. typeof(ProtocolPart).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(ProtocolPart)) && !type.IsAbstract)
            .Select(type => (ProtocolPart)Activator.CreateInstance(type)!).OrderBy(part => part.Name, StringComparer.Ordinal)];

    public static async Task<Report> RunAsync(BenchOptions options)
    {
        var names = Parts().Select(part => part.Name).ToArray();
        if (options.Only is { } only && !names.Contains(only)) throw new MissingException($"There is no part '{only}'.{DidYouMean.Sentence(only, names)} There are: {string.Join(", ", names)}.");
        await using (var install = new Child(Path.Combine(options.Root, "lab", "install"), []))
            if (await install.EndAsync() != 0) throw new MissingException($"the lab's packages are not there: {install.Said}");
        var runs = options.Runs ?? 1;
        var results = new List<ProtocolResult>();
        var left = new List<string>();
        for (var run = 0; run < runs; run++)
            foreach (var part in Parts().Where(part => options.Only is null || part.Name == options.Only))
                try
                {
                    Talk.Say($"protocols: run {run + 1} of {runs}: {part.Name}");
                    results.AddRange(await OnceAsync(options, run, part, new Random(options.Seed + run)));
                }
                catch (MissingException missing)
                {
                    left.Add(part.Name);
                    Talk.Say($"protocols: {part.Name} is left out: {missing.Message}");
                }
        Say(results);
        return Report.Of("protocols", runs, Figures(results, left)) with { Rows = [.. results.Select(ProtocolRow.Of)] };
    }

    private static async Task<IReadOnlyList<ProtocolResult>> OnceAsync(BenchOptions options, int run, ProtocolPart part, Random random)
    {
        var folder = options.NewFolder();
        try
        {
            await using var owned = part;
            await part.StartAsync(options, folder);
            await using var control = Target.Line(new Manner { Answer = Answers.Pong }, new Manner { Answer = Answers.Pong });
            var upFirst = part.UpFirst.ToHashSet(StringComparer.Ordinal);
            await using var nines = await NinesWatch.StartAsync(options, folder, Config(part, control.Port), upFirst.Count, upFirst);
            await Task.Delay(Rest, TimeProvider.System);

            var truths = await Task.WhenAll(part.Scenarios.Select(scenario => FailAndHealAsync(scenario, Spread * random.NextDouble())));
            await Task.Delay(part.Tail, TimeProvider.System);
            var findings = await nines.StopAsync();
            Talk.Say($"protocols: {part.Name}: Nines' own trouble: {findings.OwnTrouble()}");
            return [.. part.Scenarios.Zip(truths, (scenario, truth) => ProtocolResult.Of(run, part.Name, scenario, truth, findings))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<TrueOutage> FailAndHealAsync(ProtocolScenario scenario, TimeSpan after)
    {
        await Task.Delay(after, TimeProvider.System);
        var onset = await scenario.FailAsync();
        await Task.Delay(scenario.Lasts, TimeProvider.System);
        return new TrueOutage(scenario.Name, scenario.Name, onset, scenario.HealAsync is { } heal ? await heal() : onset);
    }

    private static string Config(ProtocolPart part, int controlPort) => string.Create(CultureInfo.InvariantCulture, $$"""
        listen: 127.0.0.1:{{Child.FreePort()}}
        control: { targets: ["tcp://127.0.0.1:{{controlPort}}"], names: [localhost] }
        defaults: { every: 1s, timeout: 900ms }
        {{part.Config}}
        """);

    private static IEnumerable<Figure> Figures(IReadOnlyList<ProtocolResult> results, IReadOnlyList<string> left)
    {
        ProtocolResult[] faults = [.. results.Where(result => result.Scenario.IsOutage)];
        ProtocolResult[] harmless = [.. results.Where(result => !result.Scenario.IsOutage)];
        yield return new Figure("scenarios", results.Count, "1", "higher");
        yield return new Figure("parts_left_out", left.Count, "1", "lower", 0) with { Note = left.Count == 0 ? null : string.Join(", ", left.Distinct()) };
        yield return new Figure("right", results.Count(result => result.IsRight), "1", "higher", results.Count) with { Note = "state, cause, one outage or none, bounds, and the twin stayed up" };
        yield return new Figure("found", faults.Count(result => result.IsFound), "1", "higher", faults.Length) with { Note = "outages told once" };
        yield return new Figure("missed", faults.Count(result => result.Outages == 0), "1", "lower", 0);
        yield return new Figure("false", harmless.Count(result => result.Outages > 0) + results.Count(result => result.TwinFell is not null), "1", "lower", 0) with { Note = "outages of what was healthy, and twins that did not stay up" };
        yield return new Figure("state_matches", results.Count(result => result.IsRightState), "1", "higher", results.Count);
        yield return new Figure("cause_matches", results.Count(result => result.IsRightCause), "1", "higher", results.Count);
        yield return new Figure("bounds_contain", faults.Count(result => result.IsContained), "1", "higher", faults.Length);
        double[] delays = [.. faults.Select(result => result.Detection).OfType<double>()];
        yield return new Figure("detection_median_s", delays.Length == 0 ? null : Math.Round(Median.Of(delays), 3), "s", "lower") with { Note = "from the true onset until a reader of the journal can know, confirmed; rules that wait for a limit have it in here" };
        yield return new Figure("detection_max_s", delays.Length == 0 ? null : Math.Round(delays.Max(), 3), "s", "lower");
    }

    /// <summary>Each scenario with what was said of it, on stderr.</summary>
    private static void Say(IReadOnlyList<ProtocolResult> results)
    {
        foreach (var result in results)
        {
            var wrong = result.IsRight ? "" : " WRONG";
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{result.Part,-12} {result.Scenario.Name,-32} {result.Said.Word(),-17} {ProtocolRow.Word(result.Cause) ?? "",-12} {(result.Detection is { } after ? $"{after:0.00} s" : "–"),8}{wrong}"));
            if (result.IsRight) continue;
            Console.Error.WriteLine($"    expected {result.Scenario.Expected.Word()} {ProtocolRow.Word(result.Scenario.Cause)}{(result.Scenario.MustSay is { } text ? $" saying '{text}'" : "")}; {result.Outages} outages, {(result.IsContained ? "within" : "not within")} bounds; said: {result.Because}");
            if (result.Beside is { } beside) Console.Error.WriteLine($"    bounds: {beside}");
            if (result.TwinFell is { } fell) Console.Error.WriteLine($"    the twin: {fell}");
        }
    }
}
