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
    public const string StatusSignal = "status";

    /// <summary>The status of HTTP that the decisive condition is about, 100 to 599; null when it is about none, or the answer had none.</summary>
    public int? Status
    {
        get
        {
            foreach (var (signal, value) in Signals)
                if (signal is { Name: StatusSignal, Unit: SignalUnit.None } && value.Number is >= 100 and < 600 and var status) return (int)status;
            return null;
        }
    }

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
