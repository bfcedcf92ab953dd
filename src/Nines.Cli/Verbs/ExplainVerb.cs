using System.Collections.Immutable;
using System.CommandLine;
using Nines.Backbone.Journal;
using Nines.Cli.Output;
using Nines.Cli.Verbs.Pricing;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Documents;
using Nines.Ledger.Outages;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Cli.Verbs;

/// <summary><c>nines explain outage ID</c>: from observations to transition to cause, step by step, with the facts that say so.</summary>
public static class ExplainVerb
{
    /// <summary>Facts read for one explanation; what is left out is said.</summary>
    internal const int MostFacts = 200;

    public static Command Create(ReadContext context)
    {
        var id = new Argument<string>("id") { Description = "The outage's name, as `nines get outages` lists it", HelpName = "ID" };
        id.CompletionSources.Add(Suggestions.Outages(context, open: false));
        var outage = ReadVerb.Create(context, "outage", "Why an outage is on record, and what its bounds rest on", [id], async (parsed, ledger, journal, cancellation) =>
        {
            var found = Find(parsed.GetValue(id)!, ledger);
            return Show(await ExplainAsync(found, ledger, journal, cancellation));
        });
        return new Command("explain", "How a figure came about") { outage, ExplainLossVerb.Create(context) };
    }

    internal static Outage Find(string id, LedgerProjection ledger)
    {
        var all = ledger.Components.SelectMany(component => component.Outages.Concat(component.RegionalOutages)).ToList();
        if (all.Find(outage => outage.Id == id) is { } found) return found;
        var near = DidYouMean.Closest(id, all.Select(outage => outage.Id));
        throw new Fault("NIN4007", ExitCode.CalledWrong,
            $"outage: none on record is named '{id}'. {(near is null ? "See `nines get outages`." : $"Did you mean '{near}'?")}");
    }

    internal static async Task<Explanation> ExplainAsync(Outage outage, LedgerProjection ledger, IJournal journal, CancellationToken cancellation)
    {
        var component = ledger.Find(outage.Component)!;
        // What overran a window was seen to break inside of it: those looks are why it is down.
        var began = component.Maintenance.Where(kept => outage.Region is null && kept.To == outage.Began.Earliest).Select(kept => (Instant?)kept.From).FirstOrDefault();
        var span = new Interval(began ?? outage.Began.Earliest, outage.KnownUntil);
        var evidence = component.Evidence.Where(at => Touches(at.When, span)).ToList();
        var steps = new List<ExplanationStep>();
        foreach (var at in evidence.Take(MostFacts))
            if (await FactAtAsync(journal, at.Position, cancellation) is StateChanged changed)
                steps.Add(ExplanationStep.Of(at.Position, changed));

        var revisions = new List<long>();
        foreach (var at in component.Revisions.Where(at => Touches(at.When, span)).Take(MostFacts))
            if (await FactAtAsync(journal, at.Position, cancellation) is TimelineRevised revised
                && revised.Region == outage.Region && revised.Segments.Any(segment => segment.Outage == outage.Id))
                revisions.Add(at.Position.Value);

        var assumptions = ImmutableArray<string>.Empty;
        foreach (var import in component.Imports.Where(import => outage.ImportedFrom is not null && import.From < span.End && import.To > span.Start))
            if (await FactAtAsync(journal, import.Position, cancellation) is HistoryImported imported)
            {
                revisions.Add(import.Position.Value);
                assumptions = imported.Assumptions;
            }

        steps = [.. steps.OrderBy(step => step.Earliest).ThenBy(step => step.Position)];
        return new Explanation(
            Explanation.SchemaName,
            ledger.Position.Value,
            OutageDocument.From(outage),
            [.. steps],
            Math.Max(0, evidence.Count - MostFacts),
            [.. outage.Stretches.Select(ExplanationStretch.Of)],
            [.. RootsOf(outage, ledger, span)],
            [.. Reasoning.Of(outage, component, ledger, steps)],
            [.. component.Maintenance.Where(kept => kept.From < span.End && kept.To > span.Start).Select(kept => new ExplanationWindow(kept.Window, kept.From, kept.To, kept.Seen))],
            [.. steps.Select(step => step.Position).Concat(revisions).Order()],
            assumptions);
    }

    private static bool Touches(Bounds when, Interval span) => when.Earliest <= span.End && when.Latest >= span.Start;

    private static IEnumerable<ExplanationRoot> RootsOf(Outage outage, LedgerProjection ledger, Interval span) =>
        outage.Causes.SelectMany(share => share.Cause.Roots).Distinct().Select(root => new ExplanationRoot(
            root,
            [.. ledger.Find(root)?.Outages.Where(own => own.Began.Earliest < span.End && own.KnownUntil > span.Start).Select(own => own.Id) ?? []]));

    private static async Task<Fact?> FactAtAsync(IJournal journal, JournalPosition position, CancellationToken cancellation) =>
        (await journal.ReadAsync(new JournalPosition(position.Value - 1), 1, cancellation)) is [var entry] ? entry.Fact : null;

    private static Result Show(Explanation explanation) => Result.Of(explanation, "steps", null, ExplanationText.Lines(explanation));
}

/// <summary>nines.explanation/1.</summary>
internal sealed record Explanation(
    string Schema,
    long AsOfPosition,
    OutageDocument Outage,
    ImmutableArray<ExplanationStep> Steps,
    int StepsLeftOut,
    ImmutableArray<ExplanationStretch> Timeline,
    ImmutableArray<ExplanationRoot> Roots,
    ImmutableArray<Reasoning> Reasoning,
    ImmutableArray<ExplanationWindow> Maintenance,
    ImmutableArray<long> Facts,
    ImmutableArray<string> Assumptions)
{
    public const string SchemaName = "nines.explanation/1";
}

internal sealed record ExplanationStep(
    long Position, Instant At, ProbeId Probe, VantagePointId From, State Before, State After, Instant Earliest, Instant Latest, CauseKind? Cause, string? Because, ImmutableArray<Evidence> Evidence,
    ImmutableArray<Reason>? Reasons)
{
    public static ExplanationStep Of(JournalPosition position, StateChanged changed) => new(
        position.Value, changed.At, changed.Probe, changed.From, changed.Before, changed.After,
        changed.When.Earliest, changed.When.Latest, changed.Because?.Kind, changed.Because?.Because, changed.Evidence, changed.Reasons);
}

internal sealed record ExplanationStretch(Instant From, Instant To, State Best, State Likely, State Worst, string? Window, CauseKind? Cause, string? Because)
{
    public static ExplanationStretch Of(Stretch stretch) => new(
        stretch.From, stretch.To, stretch.Segment.Best, stretch.Segment.Likely, stretch.Segment.Worst,
        stretch.Segment.Window, stretch.Segment.Cause?.Kind, stretch.Segment.Cause?.Because);
}

internal sealed record ExplanationRoot(ComponentId Component, ImmutableArray<string> Outages);

internal sealed record ExplanationWindow(string Window, Instant From, Instant To, State Seen);
