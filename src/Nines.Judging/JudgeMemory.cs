using System.Collections.Immutable;
using System.Text.Json;
using Nines.Core;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Judging;

/// <summary>What the judge must not forget over a restart: votes, suspicions, names, and timelines as far as they can still change.</summary>
/// <param name="Broken">A bit a condition, which says something of the conditions in <paramref name="Asks"/> only.</param>
/// <param name="Asks">The conditions' digest; null where an older version did not write it.</param>
internal sealed record SlotMemory(
    Instant LastStarted, Instant LastEnded, Instant AgreedAsOf, Instant SeenUntil, ulong Broken, int GoodInARow, Duration? TookWhileUp,
    Evidence? LastAgreed, ImmutableArray<RunMemory> Runs, ImmutableArray<SuspectMemory> Suspects, string? Asks = null);

internal sealed record RunMemory(State State, Bounds Entry, Instant Likely, Cause? Cause, Instant? HeldUntil = null);

internal sealed record SuspectMemory(Instant Started, Instant Ended, Verdict Verdict, Evidence Evidence, Instant? Tripwire, bool AfterBreak, Instant? AsOf = null);

internal sealed record ScopeMemory(int Outages, ImmutableArray<Segment> Raw, ImmutableArray<Segment> Said, string? GoesOn = null, Instant? ToldUntil = null);

/// <summary>A piece of the judge's memory, to be kept under its key in the same commit as the facts that came with it.</summary>
public sealed record Remembered(string Key, byte[] Value)
{
    internal static Remembered Of<T>(string key, T memory) => new(key, JsonSerializer.SerializeToUtf8Bytes(memory, FactJson.Options));

    internal static T Read<T>(byte[] value) =>
        JsonSerializer.Deserialize<T>(value, FactJson.Options) ?? throw new JsonException("A memory cannot be null.");
}
