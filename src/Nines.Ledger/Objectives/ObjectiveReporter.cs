using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger.Availability;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using NodaTime;

namespace Nines.Ledger.Objectives;

/// <summary>
/// Says how objectives stand, as of one instant. Reads only. One of them keeps what several objectives share of a component's time: make one for
/// all that are asked about, and throw it away with the ledger's position.
/// </summary>
public sealed class ObjectiveReporter
{
    private readonly LedgerProjection ledger;
    private readonly Dictionary<(ComponentId, string), LossCurve> curves = [];

    /// <param name="at">Null, or beyond what is known, for the frontier. What became known later about the time before is in the figures.</param>
    /// <exception cref="ReportException">Nothing was watched yet, or not before that instant.</exception>
    public ObjectiveReporter(LedgerProjection ledger, Instant? at = null)
    {
        this.ledger = ledger;
        if (ledger.Frontier is not { } frontier || ledger.WatchedFrom is not { } first)
            throw new ReportException(ReportException.NothingWatched, "the journal: nothing was watched yet, so no objective can be judged. Start with `nines up`.");
        At = at is { } wanted && wanted < frontier ? wanted : frontier;
        if (At <= first) throw new ReportException("NIN4012", $"{At}: nothing was watched before it (watched from {first} to {frontier}). Choose a later instant.");
    }

    /// <summary>The instant that it tells of.</summary>
    public Instant At { get; }

    /// <summary>How an objective stands, for each component that it is for, in order of their names; empty when none is on record.</summary>
    /// <param name="policy">Null for the objective's own, else the config's.</param>
    /// <exception cref="ReportException">The policy is unknown or contradicts itself.</exception>
    public static ImmutableArray<ObjectiveReport> Make(LedgerProjection ledger, Objective objective, Instant? at = null, Policy? policy = null) =>
        new ObjectiveReporter(ledger, at).Make(objective, policy);

    /// <inheritdoc cref="Make(LedgerProjection, Objective, Instant?, Policy?)"/>
    /// <param name="withFirings">Also when burn pairs fired before now, which costs a walk over the history.</param>
    public ImmutableArray<ObjectiveReport> Make(Objective objective, Policy? policy = null, bool withFirings = false) =>
        [.. ledger.Components.Select(component => Make(objective, component, policy, withFirings)).OfType<ObjectiveReport>()];

    /// <summary>How an objective stands for one component of the ledger; null when it is not for it, or it was not watched by then.</summary>
    /// <exception cref="ReportException">The policy is unknown or contradicts itself.</exception>
    public ObjectiveReport? Make(Objective objective, ComponentLedger component, Policy? policy = null, bool withFirings = false)
    {
        if (!objective.IsFor(component) || component.WatchedFrom is not { } first || first >= At) return null;
        var counts = policy ?? PolicyOf(objective);
        if (counts.Mistakes().FirstOrDefault() is { } mistake) throw new ReportException("NIN4013", $"policy {counts.Name}: {mistake}.");
        return new ObjectiveJudgement(objective, component, counts, ledger.Position, At, CurveOf(component, counts, first), first).Report(withFirings);
    }

    private Policy PolicyOf(Objective objective)
    {
        var name = objective.Policy ?? ledger.DefaultPolicy ?? ShippedPolicies.Strict.Name;
        return ledger.FindPolicy(name) ?? throw new ReportException("NIN4013", $"objective {objective.Name}: there is no policy {name} on record. `nines get policies` lists them.");
    }

    private LossCurve CurveOf(ComponentLedger component, Policy policy, Instant first)
    {
        if (!curves.TryGetValue((component.Id, policy.Name), out var found)) curves.Add((component.Id, policy.Name), found = new LossCurve(WeighedSpans.Of(component, policy, first, At)));
        return found;
    }
}
