using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Observations;

namespace Nines.Judging.Causes;

/// <summary>What the rules look at: one observation that was not good, and the condition that decided it.</summary>
/// <param name="Decisive">Null when the target did not answer.</param>
/// <param name="Signals">Those that the condition mentions, and whether the answer held them.</param>
internal sealed record Sight(Outcome Outcome, ProbeDefinition Probe, Condition? Decisive, ImmutableArray<(SignalDefinition Signal, SignalValue Value)> Signals)
{
    /// <summary>A signal of the decisive condition that is evidence of that kind. One that the answer lacks is evidence of nothing but a fault of who answers.</summary>
    public SignalDefinition? Evidence(CauseKind kind)
    {
        foreach (var (signal, value) in Signals)
            if (signal.Evidence == kind && (kind == CauseKind.Technical || !value.IsMissing)) return signal;
        return null;
    }

    /// <summary>True when the config says that this probe's conditions tell of it, and the answer held what the condition asks for.</summary>
    public bool Tells(ProbeTells what) => Probe.Tells == what && Signals.Any(one => !one.Value.IsMissing);
}
