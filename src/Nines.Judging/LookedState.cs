using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Observations;

namespace Nines.Judging;

/// <summary>What a single look says of its target by itself, for who looks at it. A component's state needs more: agreement, several vantage points, sources to compare with.</summary>
public static class LookedState
{
    /// <returns>Null of a probe fault, which says nothing. Conditions that compare sources are left out: one look cannot tell.</returns>
    public static State? Of(Observation observation, ProbeDefinition probe)
    {
        if (observation.Outcome is Outcome.ProbeFault) return null;
        var compared = Enumerable.Range(0, probe.Signals.Signals.Length).Where(i => probe.Signals.Signals[i].Definition.Scope == SignalScope.Group).ToHashSet();
        ImmutableArray<Condition> own = [.. probe.Conditions.Where(condition => !condition.Holds.Mentioned().Any(compared.Contains))];
        return Verdict.Of(observation, probe with { Conditions = own }, observation.Signals.AsSpan(), brokenBefore: 0).State;
    }
}
