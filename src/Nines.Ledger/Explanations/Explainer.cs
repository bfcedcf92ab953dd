using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger.Documents;
using Nines.Ledger.Outages;
using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Ledger.Explanations;

/// <summary>
/// Why an outage is on record: from observations to transition to cause, step by step, with the facts that say so. What the ledger has of it is
/// taken when this is made; the facts are read after, and the ledger may move meanwhile.
/// </summary>
public sealed class Explainer
{
    /// <summary>Facts read for one explanation; what is left out is said.</summary>
    public const int MostFacts = 200;

    private readonly Outage outage;
    private readonly Policy policy;
    private readonly JournalPosition asOf;
    private readonly ImmutableArray<JournalPosition> evidence, revisions, imports;
    private readonly ImmutableArray<ExplanationRoot> roots;
    private readonly ImmutableArray<Reasoning> reasoning;
    private readonly ImmutableArray<ExplanationWindow> windows;

    /// <param name="policy">Under which it is said whether it counts; null for the one in force.</param>
    public Explainer(Outage outage, LedgerProjection ledger, Policy? policy = null)
    {
        (this.outage, this.policy, asOf) = (outage, policy ?? ledger.PolicyInForce, ledger.Position);
        var component = ledger.Find(outage.Component)!;
        // What overran a window was seen to break inside of it: those looks are why it is down.
        var began = component.Maintenance.Where(kept => outage.Region is null && kept.To == outage.Began.Earliest).Select(kept => (Instant?)kept.From).FirstOrDefault();
        var span = new Interval(began ?? outage.From, outage.KnownUntil);
        evidence = [.. component.Evidence.Where(at => Touches(at.When, span)).Select(at => at.Position)];
        revisions = [.. component.Revisions.Where(at => Touches(at.When, span)).Take(MostFacts).Select(at => at.Position)];
        imports = outage.ImportedFrom is null ? [] : [.. component.Imports.Where(import => import.From < span.End && import.To > span.Start).Select(import => import.Position)];
        roots = [.. RootsOf(outage, ledger, span)];
        reasoning = [.. Reasoning.OfTimelines(outage, component, ledger)];
        windows = [.. component.Maintenance.Where(kept => kept.From < span.End && kept.To > span.Start).Select(kept => new ExplanationWindow(kept.Window, kept.From, kept.To, kept.Seen))];
    }

    /// <exception cref="JournalException">The journal cannot be read.</exception>
    public async Task<Explanation> ExplainAsync(IJournal journal, CancellationToken cancellation)
    {
        var steps = new List<ExplanationStep>();
        foreach (var at in evidence.Take(MostFacts))
            if (await FactAtAsync(journal, at, cancellation) is StateChanged changed)
                steps.Add(ExplanationStep.Of(at, changed));
        var positions = steps.Select(step => step.Position).ToList();
        foreach (var at in revisions)
            if (await FactAtAsync(journal, at, cancellation) is TimelineRevised revised && revised.Region == outage.Region && revised.Segments.Any(segment => segment.Outage == outage.Id))
                positions.Add(at.Value);
        var assumptions = ImmutableArray<string>.Empty;
        foreach (var at in imports)
            if (await FactAtAsync(journal, at, cancellation) is HistoryImported imported)
            {
                positions.Add(at.Value);
                assumptions = imported.Assumptions;
            }

        steps = [.. steps.OrderBy(step => step.Earliest).ThenBy(step => step.Position)];
        return new Explanation(
            Explanation.SchemaName,
            asOf.Value,
            OutageDocument.From(outage, policy),
            [.. steps],
            Math.Max(0, evidence.Length - MostFacts),
            [.. outage.Stretches.Select(ExplanationStretch.Of)],
            roots,
            [.. reasoning, .. Reasoning.OfChanges(outage, steps)],
            windows,
            [.. outage.Corrections.Select(CorrectionDocument.Of)],
            [.. outage.Notes.Select(NoteDocument.Of)],
            [.. positions.Concat(outage.Corrections.Select(correction => correction.Position.Value)).Concat(outage.Notes.Select(note => note.Position.Value))
                .Concat(roots.SelectMany(root => root.Corrected).Select(corrected => corrected.Correction.Position)).Distinct().Order()],
            assumptions);
    }

    private static bool Touches(Bounds when, Interval span) => when.Earliest <= span.End && when.Latest >= span.Start;

    private static IEnumerable<ExplanationRoot> RootsOf(Outage outage, LedgerProjection ledger, Interval span)
    {
        foreach (var root in outage.Causes.SelectMany(share => share.Cause.Roots).Distinct())
        {
            ImmutableArray<Outage> own = [.. ledger.Find(root)?.Outages.Where(own => own.Began.Earliest < span.End && own.KnownUntil > span.Start) ?? []];
            yield return new ExplanationRoot(root, [.. own.Select(one => one.Id)], [.. own.SelectMany(CorrectedOf)]);
        }
    }

    /// <summary>What holds of what people said of a root's outage.</summary>
    private static IEnumerable<RootCorrection> CorrectedOf(Outage root) =>
        new[] { root.CorrectedCause, root.CorrectedTime }.OfType<Correction>().Select(holds => new RootCorrection(root.Id, CorrectionDocument.Of(holds), CorrectionWords.OfRoot(root, holds)));

    private static async Task<Fact?> FactAtAsync(IJournal journal, JournalPosition position, CancellationToken cancellation) =>
        (await journal.ReadAsync(new JournalPosition(position.Value - 1), 1, cancellation)) is [var entry] ? entry.Fact : null;
}
