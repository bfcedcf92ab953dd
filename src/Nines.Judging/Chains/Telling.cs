using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Observations;
using NodaTime;

namespace Nines.Judging.Chains;

/// <summary>What one look at a source told of its chain. Numbers are NaN where it did not say.</summary>
/// <param name="Since">When the look set out.</param>
/// <param name="At">When it ended.</param>
/// <param name="HeadTime">The head's own timestamp, Unix seconds.</param>
/// <param name="FinalizedTime">The timestamp of the newest finalized block, Unix seconds.</param>
/// <param name="CheckNumber">The block, at least two below the head, whose hash is compared.</param>
internal sealed record Telling(
    Instant Since, Instant At, double Head, double HeadTime, double Finalized, double FinalizedTime, double ReorgDepth, double Participation, double MissedSlots,
    double CheckNumber, string? CheckHash, string? Client)
{
    public bool HasHead => !double.IsNaN(Head) && !double.IsNaN(HeadTime);
}

/// <summary>Where a probe's schema has the signals that tell of a chain.</summary>
internal sealed class TellingPositions
{
    private const double EndOfTime = 253_402_300_799;   // a timestamp beyond year 9999 cannot be placed on a time line
    private readonly int head, headTime, finalized, finalizedTime, reorgDepth, participation, missedSlots, checkNumber, checkHash, client;

    public TellingPositions(SignalSchema schema)
    {
        (head, headTime) = (schema.IndexOf("head"), schema.IndexOf("head_time"));
        (finalized, finalizedTime) = (schema.IndexOf("finalized"), schema.IndexOf("finalized_time"));
        (reorgDepth, participation, missedSlots) = (schema.IndexOf("reorg_depth"), schema.IndexOf("participation"), schema.IndexOf("missed_slots"));
        (checkNumber, checkHash, client) = (schema.IndexOf("check_number"), schema.IndexOf("check_hash"), schema.IndexOf("client"));
        (HeadLag, HeadLagTime) = (schema.IndexOf("head_lag"), schema.IndexOf("head_lag_time"));
    }

    /// <summary>Positions of what only a comparison can fill in; −1 where the probe does not have it.</summary>
    public int HeadLag { get; }
    public int HeadLagTime { get; }

    /// <summary>True when answers of this schema tell anything of a chain.</summary>
    public bool Any => Math.Max(Math.Max(Math.Max(head, finalized), Math.Max(finalizedTime, reorgDepth)), Math.Max(participation, missedSlots)) >= 0;

    /// <returns>Null when the answer told nothing of the chain.</returns>
    public Telling? Read(Observation observation)
    {
        if (!Any || observation.Outcome is not Outcome.Answered) return null;
        var values = observation.Signals;
        var telling = new Telling(
            observation.Started, observation.Ended, Number(values, head), Time(values, headTime), Number(values, finalized), Time(values, finalizedTime), Number(values, reorgDepth),
            Number(values, participation), Number(values, missedSlots), Number(values, checkNumber), Text(values, checkHash), Text(values, client));
        return telling is { HasHead: false, Finalized: double.NaN, FinalizedTime: double.NaN, Participation: double.NaN, MissedSlots: double.NaN } ? null : telling;
    }

    private static double Number(ImmutableArray<SignalValue> values, int position) => position >= 0 && position < values.Length ? values[position].Number : double.NaN;

    private static double Time(ImmutableArray<SignalValue> values, int position) => Number(values, position) is >= 0 and < EndOfTime and var time ? time : double.NaN;

    private static string? Text(ImmutableArray<SignalValue> values, int position) =>
        position >= 0 && position < values.Length && !values[position].IsMissing ? values[position].ToString() : null;
}
