using System.Collections.Concurrent;
using System.Collections.Immutable;
using Nines.Core.Components;
using NodaTime;

namespace Nines.Probing.Heartbeat;

/// <summary>When each job last reported, over restarts and changes of the config. Safe for concurrent use.</summary>
/// <param name="kept">What an earlier run knew.</param>
public sealed class LastBeats(IEnumerable<KeyValuePair<ProbeId, Instant>> kept)
{
    private readonly ConcurrentDictionary<ProbeId, Instant> last = new(kept);
    private long changes;

    /// <summary>Grows with every beat that was noted.</summary>
    public long Changes => Interlocked.Read(ref changes);

    public ImmutableSortedDictionary<string, Instant> All => last.ToImmutableSortedDictionary(beat => beat.Key.ToString(), beat => beat.Value, StringComparer.Ordinal);

    public Instant? Of(ProbeId probe) => last.TryGetValue(probe, out var at) ? at : null;

    public void Note(ProbeId probe, Instant at)
    {
        if (last.TryGetValue(probe, out var known) && known >= at) return;
        last[probe] = at;
        Interlocked.Increment(ref changes);
    }

    /// <summary>Forgets the jobs that nobody expects any more.</summary>
    public void Keep(IReadOnlySet<ProbeId> probes)
    {
        foreach (var gone in last.Keys.Where(probe => !probes.Contains(probe))) last.TryRemove(gone, out _);
    }
}
