using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Web.Api.Components;

/// <summary>What one probe sees from one vantage point: the evidence under the component's state.</summary>
/// <param name="State">Unknown while no change of it was found on record.</param>
/// <param name="When">When it changed to that; null while that is not known.</param>
/// <param name="Because">What was broken, or what mended it.</param>
/// <param name="Seen">The last observation that the change rests on, in short.</param>
/// <param name="Position">The fact that says so.</param>
/// <param name="Blind">The vantage point's own path is broken: what it sees meanwhile moves nothing.</param>
/// <param name="RoundTrip">Of the last quarter of an hour, in seconds: median and 95 of 100; null where nothing was answered.</param>
/// <param name="LastLook">Start of the last minute in which it looked, as far as is kept.</param>
public sealed record Slot(
    string Probe, VantagePointId From, string Region, State State, Bounds? When, string? Because, string? Seen, long? Position, bool Blind, (double Median, double P95)? RoundTrip, Instant? LastLook);

/// <summary>A probe as it is understood.</summary>
/// <param name="Conditions">In words, units converted, each with what it begins with.</param>
public sealed record ProbeView(string Name, string Type, Duration Every, Duration Timeout, ImmutableArray<ConditionView> Conditions);

/// <param name="Text">status == 200 else effectively down.</param>
/// <param name="Onset">From when it counts as broken, in words.</param>
public sealed record ConditionView(string Text, string Onset, State Otherwise);

/// <summary>Finds what each probe last said from each vantage point, by the facts that the ledger points to.</summary>
internal static class SlotFinder
{
    /// <summary>A component that flaps has many; what is not found among the last of them is left unknown.</summary>
    private const int MostRead = 200;

    /// <param name="evidence">Positions of the component's changes, in order.</param>
    public static async Task<Dictionary<(string Probe, VantagePointId From), (StateChanged Fact, long Position)>> LastAsync(
        IJournal journal, IReadOnlyList<long> evidence, int slots, CancellationToken cancellation)
    {
        var found = new Dictionary<(string, VantagePointId), (StateChanged, long)>();
        for (var i = evidence.Count - 1; i >= Math.Max(0, evidence.Count - MostRead) && found.Count < slots; i--)
            if (await journal.ReadAsync(new JournalPosition(evidence[i] - 1), 1, cancellation) is [{ Fact: StateChanged changed }])
                found.TryAdd((changed.Probe.Name, changed.From), (changed, evidence[i]));
        return found;
    }
}
