using System.CommandLine;
using Nines.Cli.Output;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Documents;
using Nines.Ledger.Explanations;
using Nines.Ledger.Outages;
using Nines.Ledger.Policies;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Cli.Verbs.Reading;

/// <summary><c>nines get components|outages|blips|policies</c>.</summary>
public static class GetVerb
{
    private const int MostNamed = 10;

    /// <summary>After this long without a word from the watcher nothing is claimed of now: it says where it is at least once a minute.</summary>
    private static readonly Duration Silence = Duration.FromMinutes(2);

    public static Command Create(ReadContext context) => new("get", "Read what is on record")
    {
        Components(context), Outages(context), Blips(context), Policies(context),
    };

    private static Command Components(ReadContext context)
    {
        var filter = new ComponentFilter();
        var state = new Option<string?>("--state") { Description = "Only components that are in this state now" };
        state.AcceptOnlyFromAmong([.. Enum.GetValues<State>().Select(ComponentRow.Name)]);
        var watching = new Option<bool>("--watching") { Description = "Exit code 1 unless somebody watches: for health checks" };
        return ReadVerb.Create(context, "components", "Each component's state now, since when, and why", [.. filter.Options, state, watching], (parsed, ledger, _, _) =>
        {
            var now = context.Now;
            var rows = filter.Apply(parsed, ledger)
                .Where(component => component.InConfig || component.Latest is not null)
                .Select(component => ComponentRow.Of(component, now, Silence))
                .Where(row => parsed.GetValue(state) is not { } wanted || row.State == wanted)
                .ToList();
            return Task.FromResult(Result.Of(
                new { Schema = "nines.components/1", AsOfPosition = ledger.Position.Value, Now = now, ledger.WatchedUntil, Watching = IsWatching(ledger, now), Components = rows },
                "components",
                new Table(["COMPONENT", "STATE", "SINCE", "CAUSE", "KNOWN UNTIL"], [.. rows.Select(row => row.Cells(now))]) { WhenEmpty = "No component on record." },
                WatcherLine(ledger, now)) with { Exit = parsed.GetValue(watching) && !IsWatching(ledger, now) ? ExitCode.SomethingIsWrong : ExitCode.Done });
        }, live: true);
    }

    private static Command Outages(ReadContext context)
    {
        var filter = new ComponentFilter();
        var since = new Option<string?>("--since") { Description = "Only those that reach beyond this instant: RFC 3339, a date, or -7d", HelpName = "TIME" };
        var status = new Option<string?>("--state") { Description = "open or closed" };
        status.AcceptOnlyFromAmong("open", "closed");
        var regional = new Option<bool>("--regional") { Description = "Those seen from single regions, instead of those of whole components" };
        return ReadVerb.Create(context, "outages", "Outages with their bounds, lengths and causes", [.. filter.Options, since, status, regional], (parsed, ledger, _, _) =>
        {
            var now = context.Now;
            Instant? from = parsed.GetValue(since) is { } text ? TimeArgument.Parse(text, "--since", now) : null;
            var found = filter.Apply(parsed, ledger)
                .SelectMany(component => parsed.GetValue(regional) ? component.RegionalOutages : component.Outages)
                .Where(outage => (from is null || outage.KnownUntil > from) && (parsed.GetValue(status) is not { } wanted || outage.IsOpen == (wanted == "open")))
                .OrderBy(outage => outage.Began.Earliest).ThenBy(outage => outage.Component)
                .ToList();
            var policy = ledger.PolicyInForce;
            return Task.FromResult(Result.Of(
                new { Schema = OutageDocument.Schema, AsOfPosition = ledger.Position.Value, Policy = policy.Name, Outages = found.Select(outage => OutageDocument.From(outage, policy)) },
                "outages",
                new Table(["OUTAGE", "COMPONENT", "STATUS", "BEGAN", "LENGTH", "WORST", "CAUSE", "BECAUSE"],
                [
                    .. found.Select(outage => (System.Collections.Immutable.ImmutableArray<string>)
                    [
                        outage.Id, outage.Region is null ? outage.Component.Value : $"{outage.Component} from {outage.Region}", StatusOf(outage),
                        InstantText.Of(outage.LikelyBegan), outage.Length.ToString(), outage.Worst.Word(), $"{outage.Cause.Kind.ToString().ToLowerInvariant()}{(outage.CorrectedCause is null ? "" : ", by hand")}", outage.Cause.Because,
                    ]),
                ]) { WhenEmpty = "No outage on record." },
                [.. CorrectedLines(found), .. NotCountedLines(found, policy), WatcherLine(ledger, now)]));
        }, live: true);
    }

    /// <summary>Those that the policy in force does not count, by why not.</summary>
    private static IEnumerable<string> NotCountedLines(List<Outage> outages, Policy policy) =>
        from outage in outages
        let why = OutageCounting.Of(outage, policy).WhyNot
        where why is not null
        group outage.Id by why into same
        select $"{string.Join(", ", same.Take(MostNamed))}{(same.Count() > MostNamed ? $" and {same.Count() - MostNamed} more" : "")}: {same.Key}.";

    private static Command Blips(ReadContext context)
    {
        var filter = new ComponentFilter();
        var since = new Option<string?>("--since") { Description = "Only those after this instant: RFC 3339, a date, or -7d", HelpName = "TIME" };
        return ReadVerb.Create(context, "blips", "Suspicions that no second observation confirmed", [.. filter.Options, since], (parsed, ledger, _, _) =>
        {
            var now = context.Now;
            Instant? from = parsed.GetValue(since) is { } text ? TimeArgument.Parse(text, "--since", now) : null;
            var found = filter.Apply(parsed, ledger).SelectMany(component => component.Blips)
                .Where(blip => from is null || blip.When.Latest > from)
                .OrderBy(blip => blip.When.Earliest).ThenBy(blip => blip.Position)
                .ToList();
            return Task.FromResult(Result.Of(
                new { Schema = "nines.blips/1", AsOfPosition = ledger.Position.Value, Blips = found.Select(BlipRow.Of) },
                "blips",
                new Table(["WHEN", "PROBE", "FROM", "SUSPECTED", "BECAUSE"],
                [
                    .. found.Select(blip => (System.Collections.Immutable.ImmutableArray<string>)
                        [InstantText.Of(blip.When.Midpoint), blip.Probe.ToString(), blip.From.Value, blip.Suspected.Word(), blip.Because?.Because ?? "-"]),
                ]) { WhenEmpty = "No blip on record." }));
        });
    }

    private static Command Policies(ReadContext context) => ReadVerb.Create(
        context, "policies", "The policies that a report can be made under, and what they count", [], (_, ledger, _, _) => Task.FromResult(PoliciesIn(ledger)),
        withoutRecord: () => PoliciesIn(new LedgerProjection()));

    private static Result PoliciesIn(LedgerProjection ledger)
    {
        var policies = PoliciesDocument.Of(ledger);
        return Result.Of(
            policies,
            "policies",
            new Table(["POLICY", "DEGRADED", "PARTIAL", "EFFECTIVELY DOWN", "DOWN", "BLIP", "MAINTENANCE", "REGIONS", "SHORTEST", "FROM"], [.. policies.Policies.Select(PolicyRow.Cells)]),
            $"A weight is the share of time that counts as down. Reports are made under {policies.Default} unless --policy names another; several are compared.");
    }

    /// <summary>Who corrected what of them by hand, as the JSON and the console say it beside each.</summary>
    private static IEnumerable<string> CorrectedLines(List<Outage> outages)
    {
        foreach (var outage in outages)
        {
            if (outage.CorrectedTime is { } time) yield return $"{outage.Id}: {CorrectionWords.Of(outage, time)}";
            if (outage.CorrectedCause is { } cause) yield return $"{outage.Id}: {cause.By} {CorrectionWords.Did(cause)} ({cause.Because}). Judged was {outage.JudgedCauses.FirstOrDefault()?.Cause.Kind.ToString().ToLowerInvariant() ?? "nothing"}.";
        }
    }

    private static string StatusOf(Outage outage) => outage.CorrectedTime is not { } time ? ObservedStatusOf(outage)
        : $"{ObservedStatusOf(outage)}, {(time.Claim == CorrectionClaim.FalseAlarm ? "false alarm" : "bounds")} by hand";

    private static string ObservedStatusOf(Outage outage) => (outage.IsOpen, outage.Acknowledged, outage.IsCutOff) switch
    {
        (true, not null, _) => "open, acknowledged",
        (true, null, _) => "open",
        (false, _, true) => "closed, cut off",
        (false, _, false) => "closed",
    };

    private static bool IsWatching(LedgerProjection ledger, Instant now) =>
        ledger is { Run: not null, StoppedCleanly: false, WatchedUntil: { } until } && now - until <= Silence;

    private static string WatcherLine(LedgerProjection ledger, Instant now)
    {
        if (ledger.WatchedUntil is not { } until) return "Nothing was watched yet. Start with `nines up`.";
        if (IsWatching(ledger, now)) return $"Judged up to {InstantText.Of(until)} UTC ({SpokenDuration.Ago(until, now)}), position {ledger.Position}.";
        return $"Nobody is watching: the last word is from {InstantText.Of(until)} UTC ({SpokenDuration.Ago(until, now)}). Nothing is claimed after it. Start with `nines up`.";
    }
}

/// <summary>Options that choose components, by name and by label.</summary>
internal sealed class ComponentFilter
{
    private readonly Option<string[]> component = new("--component") { Description = "Only this component; may be repeated", HelpName = "NAME" };
    private readonly Option<string[]> label = new("--label", "-l") { Description = "Only components with this label; may be repeated", HelpName = "NAME=VALUE" };

    public ComponentFilter() => component.CompletionSources.Add(Suggestions.Components);

    public IEnumerable<Symbol> Options => [component, label];

    public bool IsGiven(ParseResult parsed) => parsed.GetValue(component) is { Length: > 0 } || parsed.GetValue(label) is { Length: > 0 };

    /// <returns>As it would be written; null when nothing is filtered.</returns>
    public string? Text(ParseResult parsed) => IsGiven(parsed)
        ? string.Join(' ', (parsed.GetValue(component) ?? []).Select(name => $"--component {name}").Concat((parsed.GetValue(label) ?? []).Select(pair => $"--label {pair}")))
        : null;

    /// <exception cref="Fault">NIN4003: no such component. NIN4004: a label without '='.</exception>
    public IEnumerable<ComponentLedger> Apply(ParseResult parsed, LedgerProjection ledger)
    {
        var names = (parsed.GetValue(component) ?? []).Select(name => Known(name, ledger).Id).ToHashSet();
        var labels = (parsed.GetValue(label) ?? []).Select(Split).ToList();
        return ledger.Components.Where(candidate =>
            (names.Count == 0 || names.Contains(candidate.Id))
            && labels.TrueForAll(wanted => candidate.Summary?.Labels.GetValueOrDefault(wanted.Name) == wanted.Value));
    }

    private static ComponentLedger Known(string name, LedgerProjection ledger)
    {
        if (ComponentId.TryParse(name, out var id) && ledger.Find(id) is { } found) return found;
        var near = DidYouMean.Closest(name, ledger.Components.Select(candidate => candidate.Id.Value));
        throw new Fault("NIN4003", ExitCode.CalledWrong,
            $"--component: nothing on record is named '{name}'. {(near is null ? "See `nines get components`." : $"Did you mean '{near}'?")}");
    }

    private static (string Name, string Value) Split(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? (text[..at], text[(at + 1)..])
            : throw new Fault("NIN4004", ExitCode.CalledWrong, $"--label: '{text}' has no value. Write name=value, as in --label region=eu.");
    }
}
