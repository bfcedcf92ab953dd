using System.CommandLine;
using Nines.Cli.Config;
using Nines.Cli.Output;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Observations;
using Nines.Core.Time;
using Nines.Probing;
using NodaTime;

namespace Nines.Cli.Verbs;

/// <summary><c>nines probe COMPONENT</c>: looks once, from every vantage point, and says what each condition makes of it. Keeps nothing.</summary>
public static class ProbeVerb
{
    public static Command Create(TimeProvider time, Screen screen)
    {
        var file = ConfigOption.Create();
        var format = OutputOption.Create();
        var name = new Argument<string>("component") { Description = "Which component" };
        name.CompletionSources.Add(Suggestions.Components);
        var command = new Command("probe", "Look at one component once, and say what was seen") { name, file, format };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (ConfigOption.Load(await ConfigOption.ReadAsync(parsed.GetValue(file)!, new ConfigSurroundings(), time, cancellation), screen, out var refused) is not { } config) return (int)refused;
            var wanted = parsed.GetValue(name)!;
            if (config.Topology.Components.FirstOrDefault(component => component.Id.Value == wanted) is not { } component)
            {
                var names = config.Topology.Components.Select(known => known.Id.Value).ToArray();
                screen.Error.Write($"NIN4006: {ResultWriter.Printable(wanted, keepLines: false)}: there is no such component in {parsed.GetValue(file)}.{DidYouMean.Sentence(wanted, names)}\n");
                return (int)ExitCode.CalledWrong;
            }
            var looks = await LookAsync(config, component, time, cancellation);
            ResultWriter.Write(Render(component, looks), OutputOption.Read(parsed, format), screen);
            return (int)(looks.All(look => look.Ok) ? ExitCode.Done : ExitCode.SomethingIsWrong);
        });
        return command;
    }

    private sealed record Look(string Probe, string VantagePoint, string Outcome, double? RoundTripS, string Detail, IReadOnlyDictionary<string, string> Signals, IReadOnlyList<Checked> Conditions)
    {
        public bool Ok => Outcome == "answered" && Conditions.All(condition => condition.Holds != false);
    }

    /// <param name="Holds">Null where only the judge can tell, by comparing sources.</param>
    private sealed record Checked(string Condition, bool? Holds, State Otherwise);

    private static async Task<IReadOnlyList<Look>> LookAsync(LoadedConfig config, Component component, TimeProvider time, CancellationToken cancellation)
    {
        var clock = new WatchClock(time);
        var paths = config.Topology.VantagePoints.ToDictionary(point => point.Id, point => new NetworkPath(point));
        var environment = new ProbeEnvironment(time, () => clock.Now) { EverySignal = true };
        var looks = component.Probes.SelectMany(probe => probe.From.Select(async from =>
        {
            var type = ProbeType.Find(probe.Type)!;
            await using var made = type.Create(probe, paths[from], environment);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(probe.Timeout.ToTimeSpan());
            var sight = await made.LookAsync(limit.Token);
            return Describe(probe, from, sight, config.Redaction);
        }));
        return await Task.WhenAll(looks);
    }

    private static Look Describe(ProbeDefinition probe, VantagePointId from, Sight sight, Redaction redaction)
    {
        var (outcome, detail, roundTrip) = sight.Outcome switch
        {
            Outcome.Answered answered => ("answered", "", (double?)answered.RoundTrip.TotalSeconds),
            Outcome.Refused refused => ("refused", $"{refused.Code}: {refused.Message}", null),
            Outcome.TimedOut late => ("timed_out", $"nothing within {late.Limit.TotalSeconds:0.###} s, hung in {late.Phase}", null),
            Outcome.ProbeFault fault => ("probe_fault", $"our own fault: {fault.Reason}", null),
            _ => throw new InvalidOperationException("Outcome is a closed hierarchy."),
        };
        var signals = new Dictionary<string, string>();
        var conditions = new List<Checked>();
        if (sight.Outcome is Outcome.Answered)
        {
            for (var i = 0; i < sight.Signals.Length; i++)
                if (!sight.Signals[i].IsMissing) signals[probe.Signals.Signals[i].ToString()] = redaction.Apply(sight.Signals[i].ToString());
            var byComparison = Enumerable.Range(0, probe.Signals.Signals.Length).Where(i => probe.Signals.Signals[i].Definition.Scope == SignalScope.Group).ToHashSet();
            foreach (var condition in probe.Conditions)
                conditions.Add(new Checked(condition.Text, condition.Holds.Mentioned().Any(byComparison.Contains) ? null : condition.Holds.IsTrue(sight.Signals.AsSpan()), condition.Otherwise));
        }
        return new Look(probe.Id.Name, from.Value, outcome, roundTrip, redaction.Apply(detail), signals, conditions);
    }

    private static Result Render(Component component, IReadOnlyList<Look> looks)
    {
        var rows = looks.SelectMany(look => look.Conditions.Count == 0
            ? [[look.Probe, look.VantagePoint, Seen(look), "", ""]]
            : look.Conditions.Select(condition => (string[])[look.Probe, look.VantagePoint, Seen(look), condition.Condition,
                condition.Holds switch { true => "holds", false => $"broken: {condition.Otherwise.Word()}", null => "needs its peers: ask nines up" }]));
        var lines = looks.SelectMany(look => look.Signals.Count == 0 ? []
            : new[] { $"{look.Probe} from {look.VantagePoint}: {string.Join(", ", look.Signals.Select(signal => $"{signal.Key} = {signal.Value}"))}" });
        if (looks.Count == 0) lines = [$"{component.Id} has no probes of its own: it is judged by what it needs."];
        return Result.Of(new { Schema = "nines.probe/1", Component = component.Id, Looks = looks }, "looks",
            new Table(["PROBE", "FROM", "SEEN", "CONDITION", "VERDICT"], [.. rows.Select(row => (System.Collections.Immutable.ImmutableArray<string>)[.. row])]), [.. lines]);

        static string Seen(Look look) => look.Outcome == "answered" ? $"answered in {look.RoundTripS * 1000:0} ms" : $"{look.Outcome}: {look.Detail}";
    }
}
