using Nines.Core.Components;
using NodaTime;

namespace Nines.Probing.Scheduling;

/// <summary>How a <see cref="Scheduler"/> runs.</summary>
public sealed record SchedulerOptions
{
    public ScheduleOptions Limits { get; init; } = new();

    /// <summary>Who sees a probe's calls, for rate limits. The probe's type knows.</summary>
    public Func<ProbeDefinition, string?> ProviderOf { get; init; } = probe => ProbeType.Find(probe.Type)?.Provider(probe.Options);

    /// <summary>A wake-up that comes later than this means that the watcher did not run, which goes on record; nothing that a look brought counts when that happened during it.</summary>
    /// <value>1 s; 10 ms to 1 min.</value>
    public Duration StallAfter { get; init; } = Duration.FromSeconds(1);

    /// <summary>By how much the watcher may run late in all during a look before nothing that it brought counts: <see cref="StallAfter"/>, or a tenth of the time that it took when that is more.</summary>
    internal Duration LateAtMost(Duration took) => Duration.Max(StallAfter, took / 10);

    /// <summary>The same for a failure that time could explain: no more than a quarter of the look's limit either, or 100 ms when that is less.</summary>
    internal Duration LateAtMost(Duration took, Duration limit) => Duration.Min(Duration.Max(limit / 4, Duration.FromMilliseconds(100)), LateAtMost(took));

    /// <summary>
    /// Runs everything on the thread that lets time pass, so that virtual time is deterministic: when the clock's Advance
    /// returns, all that could happen has happened. In production looks run on the thread pool.
    /// </summary>
    public bool Inline { get; init; }
}

/// <summary>What a scheduler has done so far.</summary>
/// <param name="Due">What became of the due times.</param>
/// <param name="Late">Looks that started later than they should by more than 1 s or a tenth of their interval, whichever is more.</param>
/// <param name="Faults">Looks that ended as a probe fault, misses apart.</param>
/// <param name="Delayed">Those of them that brought something, which counts for nothing because the watcher itself ran late meanwhile.</param>
/// <param name="RanLate">By how much it ran late in all.</param>
/// <param name="ChannelFull">Observations that found the channel full and had to wait.</param>
/// <param name="ChannelWait">How long observations waited for the channel, in all.</param>
/// <param name="Lost">Observations that could not be handed over before the scheduler had to stop, or whose reader is gone.</param>
/// <param name="InFlight">Looks that run now.</param>
/// <param name="Waiting">Looks that are owed and wait for a running one to end.</param>
public readonly record struct SchedulerCounts(
    ScheduleCounts Due, long Late, long Faults, long Delayed, Duration RanLate, long ChannelFull, Duration ChannelWait, long Lost, int InFlight, int Waiting);

/// <summary>Something went wrong with a slot that no observation can tell. The slot goes on.</summary>
/// <param name="What">What we were doing.</param>
/// <param name="Error">May name URLs: redact before writing it anywhere.</param>
public sealed record SlotTrouble(ProbeId Probe, VantagePointId From, string What, Exception Error);
