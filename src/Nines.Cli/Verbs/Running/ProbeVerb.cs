using System.CommandLine;
using System.Globalization;
using Nines.Cli.Config;
using Nines.Cli.Output;
using Nines.Cli.Watching;
using Nines.Core;
using Nines.Core.Components;
using Nines.Web.Api.Documents;

namespace Nines.Cli.Verbs.Running;

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
                screen.Error.Write($"NIN4006: {ResultWriter.Printable(wanted, keepLines: false)}: there is no such component in {parsed.GetValue(file)}.{(DidYouMean.Sentence(wanted, names) is { Length: > 0 } meant ? meant : $" There are: {string.Join(", ", names.Take(10))}{(names.Length > 10 ? ", …" : "")}.")}\n");
                return (int)ExitCode.CalledWrong;
            }
            var looks = await SingleLook.AtAsync(config, component, time, reach: null, cancellation);
            ResultWriter.Write(Render(component, looks), OutputOption.Read(parsed, format), screen);
            return (int)(looks.Looks.All(look => look.Ok) ? ExitCode.Done : ExitCode.SomethingIsWrong);
        });
        return command;
    }

    private static Result Render(Component component, LooksDocument document)
    {
        var looks = document.Looks;
        var rows = looks.SelectMany(look => Checked(look, "needs its peers: ask nines up").Select(row => (string[])[look.Probe, look.VantagePoint, Seen(look), row.Condition, row.Verdict]));
        var lines = looks.SelectMany(Signals);
        if (looks.IsEmpty) lines = [$"{component.Id} has no probes of its own: it is judged by what it needs."];
        return Result.Of(document, "looks",
            new Table(["PROBE", "FROM", "SEEN", "CONDITION", "VERDICT"], [.. rows.Select(row => (System.Collections.Immutable.ImmutableArray<string>)[.. row])]), [.. lines]);
    }

    internal static string Seen(LookDocument look) => look.Outcome == "answered" ? string.Create(CultureInfo.InvariantCulture, $"answered in {look.RoundTripS * 1000:0} ms") : $"{look.Outcome}: {look.Detail}";

    /// <summary>Each condition with what the look makes of it; one empty row where there are none.</summary>
    /// <param name="compared">What to say of a condition that compares sources.</param>
    internal static IEnumerable<(string Condition, string Verdict)> Checked(LookDocument look, string compared) => look.Conditions.IsEmpty ? [("", "")]
        : look.Conditions.Select(condition => (condition.Condition, condition.Holds switch { true => "holds", false => $"broken: {condition.Otherwise.Word()}", null => compared }));

    /// <summary>A line with all signals; none where there are none.</summary>
    internal static IEnumerable<string> Signals(LookDocument look) => look.Signals.Count == 0 ? []
        : [$"{look.Probe} from {look.VantagePoint}: {string.Join(", ", look.Signals.Select(signal => $"{signal.Key} = {signal.Value}"))}"];
}
