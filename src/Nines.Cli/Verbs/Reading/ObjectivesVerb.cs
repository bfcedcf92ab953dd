using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Nines.Cli.Config;
using Nines.Cli.Output;
using Nines.Core;
using Nines.Ledger;
using Nines.Ledger.Documents;
using Nines.Ledger.Objectives;
using Nines.Ledger.Policies;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Cli.Verbs.Reading;

/// <summary><c>nines objectives [NAME]</c>: what is promised, how much of the budgets is left, how fast they burn.</summary>
public static class ObjectivesVerb
{
    /// <summary>The latest; -o json has all.</summary>
    private const int MostFirings = 20;

    private const string NoneLine = "No objective on record. Write some under objectives in the config.";

    public static Command Create(ConfigSurroundings surroundings, ReadContext context)
    {
        var name = new Argument<string?>("name") { Description = "One objective, with all that spent its budget", HelpName = "NAME", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add(Suggestions.Objectives);
        var named = PolicyOption.Create("Instead of each objective's own policy; several, by commas or repeated, side by side");
        var at = new Option<string?>("--at") { Description = "As of this instant: RFC 3339, a date, or -7d; else the last one judged", HelpName = "TIME" };
        var check = new Option<bool>("--check") { Description = "Exit code 1 when a budget is used up: for a gate before releases" };
        var verb = ReadVerb.Create(context, "objectives", "Objectives: attained, budget left, burn rates, forecast", [name, named, at, check], (parsed, ledger, _, _) =>
        {
            var reporter = new ObjectiveReporter(ledger, parsed.GetValue(at) is { } text ? TimeArgument.Parse(text, "--at", context.Now) : null);
            ImmutableArray<Policy?> policies = parsed.GetValue(named) is { Length: > 0 } ? [.. PolicyOption.Read(parsed, named, ledger)] : [null];
            var asked = parsed.GetValue(name) is { } one ? [Find(ledger, one)] : ledger.Objectives;
            var reports = asked.SelectMany(objective => policies.Select(policy => reporter.Make(objective, policy, withFirings: parsed.GetValue(name) is not null))).SelectMany(found => found)
                .OrderBy(report => report.Objective.Name, StringComparer.Ordinal).ThenBy(report => report.Component).ToImmutableArray();
            var result = Show(ledger, reporter.At, asked, reports, policies.Length > 1, parsed.GetValue(name) is not null);
            var isUsedUp = reports.Any(report => report.State == ObjectiveState.Exhausted);
            return Task.FromResult(result with { Exit = parsed.GetValue(check) && isUsedUp ? ExitCode.SomethingIsWrong : ExitCode.Done });
        }, live: true);
        verb.Add(OpenSloVerbs.Export(surroundings, context));
        verb.Add(OpenSloVerbs.ImportCheck(surroundings, context));
        return verb;
    }

    private static Objective Find(LedgerProjection ledger, string name) => ledger.Objectives.FirstOrDefault(objective => objective.Name == name)
        ?? throw new Fault("NIN4230", ExitCode.CalledWrong, $"There is no objective '{name}' on record.{DidYouMean.Sentence(name, ledger.Objectives.Select(objective => objective.Name))} `nines objectives` lists them.");

    private static Result Show(LedgerProjection ledger, Instant at, IReadOnlyCollection<Objective> asked, ImmutableArray<ObjectiveReport> reports, bool compared, bool inDetail)
    {
        var tables = new List<Table> { new(
            ["OBJECTIVE", "COMPONENT", .. compared ? ["POLICY"] : (string[])[], "TARGET", "WINDOW", "ATTAINED", "BUDGET LEFT", "BURN 1h/6h/1d/3d", "STATE", "FORECAST"],
            [.. reports.Select(report => Row(report, compared))]) { WhenEmpty = asked.Count == 0 ? NoneLine : "No component that an objective is for is on record." } };
        if (inDetail) tables.AddRange(reports.SelectMany(report => Detail(ledger, report)));
        return Result.Of(
            ObjectivesDocument.Of(ledger.Position.Value, at, reports),
            "objectives",
            [.. tables],
            [.. reports.IsEmpty ? [] : Lines(ledger, at, asked, reports, inDetail)]);
    }

    private static ImmutableArray<string> Row(ObjectiveReport report, bool compared)
    {
        var left = report.Budget.LeftShare;
        return
        [
            report.Objective.Name, report.Component.Value, .. compared ? [report.Policy.Name] : (string[])[],
            new Percentage(report.Objective.Target).ToString(), report.Objective.Window.ToString(),
            report.Attained is { } share ? Ranged(Attained(report, share.Likely), Attained(report, share.Low), Attained(report, share.High)) : "unknown",
            $"{PercentText.Of(left.Likely, 1)} ({SpokenDuration.Of(report.Budget.Left.Likely)})",
            string.Join(" / ", report.Burn.Select(burn => Number(burn.Long.Likely))),
            StateOf(report),
            ForecastOf(report),
        ];
    }

    /// <summary>With enough decimals that the target could be told from what was attained.</summary>
    private static string Attained(ObjectiveReport report, decimal share) =>
        (report.Policy with { Decimals = Math.Clamp(report.Objective.Target.Scale - 1, report.Policy.Decimals, Policy.MostDecimals) }).Print(share);

    private static string Ranged(string likely, string low, string high) => low == high ? likely : $"{likely} ({low} – {high})";

    private static string StateOf(ObjectiveReport report) => report.Since is { } since ? $"{Word(report.State)} since {InstantText.Of(since)}" : Word(report.State);

    private static string Word(ObjectiveState state) => state switch
    {
        ObjectiveState.Unknown => "unknown",
        ObjectiveState.Ok => "ok",
        ObjectiveState.Ticket => "ticket",
        ObjectiveState.Page => "page",
        ObjectiveState.Exhausted => "used up",
    };

    private static string ForecastOf(ObjectiveReport report) => report.Forecast switch
    {
        null => "-",
        { Kept: { } kept } forecast => $"kept {Chance(kept)} ({Chance(forecast.KeptLow)} – {Chance(forecast.KeptHigh)})",
        var forecast => $"kept, {Chance(forecast.KeptLow)} at least",
    };

    private static string Chance(double chance) => PercentText.Of((decimal)chance, 1);

    private static string Number(decimal rate) => rate.ToString(rate < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);

    private static IEnumerable<Table> Detail(LedgerProjection ledger, ObjectiveReport report)
    {
        var of = report.Component.Value;
        yield return new Table(
            [$"BURN OF {of}", "RATE", "LAST TWELFTH", "FIRES AT", "MEANS", "SINCE", "RESETS, IF ALL STAYS WELL"],
            [
                .. report.Burn.Select(burn => (ImmutableArray<string>)
                [
                    $"{burn.Pair.Name} & {Core.Time.DurationText.Print(burn.Pair.Short)}", Ranged(Number(burn.Long.Likely), Number(burn.Long.Low), Number(burn.Long.High)), Number(burn.Short.Likely),
                    burn.CanFire ? burn.Factor.ToString("0.####", CultureInfo.InvariantCulture) : "never", burn.Pair.Severity.ToString().ToLowerInvariant(),
                    burn.Since is { } since ? $"{InstantText.Of(since)} ({TimeOf(since, burn.PossiblySince)} – {TimeOf(since, burn.SurelySince)})" : "-",
                    burn.Resets is { } resets ? InstantText.Of(resets) : "-",
                ]),
            ]) { WhenEmpty = null };
        yield return new Table(
            [$"FIRED FOR {of}", "FROM", "RESET", "MEANS"],
            [
                .. report.Fired.Take(MostFirings).Select(fired => (ImmutableArray<string>)
                    [fired.Pair.Name, InstantText.Of(fired.From), fired.To is { } to ? InstantText.Of(to) : "fires now", fired.Pair.Severity.ToString().ToLowerInvariant()]),
            ]) { WhenEmpty = null };
        var outages = ledger.Find(report.Component) is { } component ? component.Outages.Concat(component.RegionalOutages).ToLookup(outage => outage.Id) : null;
        yield return new Table(
            [$"SPENT BY {of}", "BEGAN", "LOST", "OF THE BUDGET", "CAUSE", "BECAUSE"],
            [
                .. report.ByOutage.Select(spent => outages?[spent.Outage ?? ""].FirstOrDefault() is { } outage
                    ? (ImmutableArray<string>)[outage.Id, InstantText.Of(outage.LikelyBegan), spent.Lost.ToString(), PercentText.Of(spent.Share, 1), outage.Cause.Kind.ToString().ToLowerInvariant(), outage.Cause.Because]
                    : [spent.Outage ?? "outside of outages", "-", spent.Lost.ToString(), PercentText.Of(spent.Share, 1), "-", "-"]),
            ]) { WhenEmpty = $"Nothing was lost of {of} in this window." };
        yield return new Table(
            ["AT", "FOLLOWS", "REACHED"],
            [
                .. report.Steps.Select(step => (ImmutableArray<string>)
                    [new Percentage(step.Step.Spent).ToString(), step.Step.Then, (step.Surely, step.Likely, step.Possibly) switch { (true, _, _) => "yes", (_, true, _) => "likely", (_, _, true) => "possibly", _ => "no" }]),
            ]) { WhenEmpty = null };
    }

    private static string TimeOf(Instant said, Instant? instant) => instant is { } known ? InstantText.Later(said, known) : "not surely";

    private static IEnumerable<string> Lines(LedgerProjection ledger, Instant at, IReadOnlyCollection<Objective> asked, ImmutableArray<ObjectiveReport> reports, bool inDetail)
    {
        yield return $"As of {InstantText.Of(at)} UTC, position {ledger.Position}. Likely figures, bounds in brackets; unknown time is in none of them.";
        foreach (var report in reports)
        {
            var subject = $"{report.Objective.Name} of {report.Component}";
            if (inDetail)
            {
                yield return $"{subject}: {InstantText.Of(report.Window.Start)} to {InstantText.Of(report.Window.End)} UTC, policy {report.Policy.Name}/{report.Policy.Version}; {SpokenDuration.Of(report.Budget.Spent.Likely)} of {SpokenDuration.Of(report.Budget.Allowed)} spent, coverage {PercentText.Of(report.Coverage, 1)}.";
                if (report.Forecast is { } forecast)
                    yield return $"{subject}: {Counted.Of(forecast.Outages, "outage")} in {SpokenDuration.Of(forecast.Observed)} seen; {UsedUp(forecast)} {Forecast.Assumption}";
            }
            foreach (var step in report.Steps.Where(step => step.Likely)) yield return $"{subject}: {new Percentage(step.Step.Spent)} of the budget is spent. {step.Step.Then}";
            foreach (var note in report.Notes) yield return $"{subject}: {note}";
        }
        foreach (var objective in asked.Where(objective => !reports.Any(report => report.Objective.Name == objective.Name)))
            yield return $"{objective.Name}: no component that it is for was watched by then.";
    }

    private static string UsedUp(Forecast forecast) => (forecast.UsedUp, forecast.UsedUpEarliest) switch
    {
        ({ } likely, { } earliest) => $"at this rate the budget is used up by {InstantText.Of(likely)} UTC (no earlier than {InstantText.Of(earliest)}).",
        (null, { } earliest) => $"at this rate the budget lasts; at the worst that so few outages allow it is used up by {InstantText.Of(earliest)} UTC.",
        _ => $"the budget lasts until {InstantText.Of(forecast.Until)} UTC even at the worst rate that the outages allow.",
    };
}
