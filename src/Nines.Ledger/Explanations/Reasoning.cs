using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger.Outages;
using NodaTime;

namespace Nines.Ledger.Explanations;

/// <summary>One rule that was tried for an outage's cause, and what it rests on.</summary>
/// <param name="Because">What held, or why it did not.</param>
/// <param name="Position">The fact that the observations are in; null for what follows from timelines.</param>
/// <param name="Observed">When the observations that it was tried on began.</param>
public sealed record Reasoning(string Rule, bool Held, string Because, ProbeId? Probe, VantagePointId? From, long? Position, Instant? Observed)
{
    /// <summary>The rules that look at the component's time as a whole, as its timeline was judged by them.</summary>
    public static IEnumerable<Reasoning> OfTimelines(Outage outage, ComponentLedger component, LedgerProjection ledger)
    {
        yield return Upstream(outage, component, ledger);
        yield return Overrun(outage, component);
    }

    /// <summary>Those that the change was tried by from which the cause was taken.</summary>
    /// <param name="steps">The changes that single vantage points saw, in order.</param>
    public static IEnumerable<Reasoning> OfChanges(Outage outage, IReadOnlyList<ExplanationStep> steps)
    {
        var tried = steps.Where(step => step.Reasons is { Length: > 0 } && step.After.IsDown()).ToArray();
        if (tried.Length == 0) yield break;
        var judged = Judged(outage)[0].Cause;
        var decisive = Array.Find(tried, step => step.Because == judged.Because) ?? tried[0];
        // Of two probes together more can be told than of either alone.
        var together = judged is { Kind: CauseKind.Security, Code: "denial_of_service" } && decisive.Reasons!.Value.All(reason => !reason.Held || reason.Rule != "denial_of_service");
        foreach (var reason in decisive.Reasons!.Value)
            yield return new Reasoning(
                reason.Rule, reason.Held || (together && reason.Rule == "denial_of_service"), together && reason.Rule == "denial_of_service" ? judged.Because : reason.Because,
                decisive.Probe, decisive.From, decisive.Position, ObservedIn(decisive));
    }

    private static ImmutableArray<CauseShare> Judged(Outage outage) => outage.CorrectedCause is null ? outage.Causes : outage.JudgedCauses;

    private static Instant? ObservedIn(ExplanationStep step) => step.Evidence.IsEmpty ? null : step.Evidence[Math.Min(1, step.Evidence.Length - 1)].Started;

    private static Reasoning Upstream(Outage outage, ComponentLedger component, LedgerProjection ledger)
    {
        if (Judged(outage).FirstOrDefault(share => share.Cause.Kind == CauseKind.Upstream) is { } upstream)
            return new Reasoning("upstream", true, $"{upstream.Cause.Because}; roots: {string.Join(", ", upstream.Cause.Roots)}", null, null, null, upstream.From);
        var needs = component.Summary?.Needs ?? [];
        if (needs.IsEmpty) return new Reasoning("upstream", false, "it needs nothing that is watched", null, null, null, null);
        var down = needs.Where(need => ledger.Find(need)?.Outages.Any(own => own.Began.Earliest < outage.KnownUntil && own.KnownUntil > outage.Began.Earliest) == true).ToArray();
        return new Reasoning("upstream", false, down.Length == 0
            ? $"nothing that it needs ({string.Join(", ", needs)}) was seen to be down meanwhile"
            : $"{string.Join(", ", down)} was down meanwhile, and it did not break what this one needs", null, null, null, null);
    }

    private static Reasoning Overrun(Outage outage, ComponentLedger component)
    {
        if (Judged(outage).FirstOrDefault(share => share.Cause is { Kind: CauseKind.Maintenance } cause && cause.Because.StartsWith("overran", StringComparison.Ordinal)) is { } overrun)
            return new Reasoning("overrun", true, overrun.Cause.Because, null, null, null, overrun.From);
        return new Reasoning("overrun", false, component.Maintenance.Any(kept => kept.From < outage.KnownUntil && kept.To > outage.Began.Earliest)
            ? "it did not begin inside of the window that it met" : "it met no maintenance window", null, null, null, null);
    }
}
