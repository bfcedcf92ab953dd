using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Core.Components;
using Nines.Core.Observations;
using NodaTime;

namespace Nines.Backbone.Series;

/// <summary>
/// Sums observations up by minute, in memory, and writes closed minutes through the journal's writer, in one of its commits. Recording
/// allocates nothing once a probe's minute is open. What is still in memory when the process dies is lost: series are not facts.
/// </summary>
public sealed class SeriesWriter
{
    private readonly SqliteJournal journal;
    private readonly SeriesPruning pruning;
    private readonly int mostOpen;
    private readonly Lock gate = new();
    private readonly SemaphoreSlim flushing = new(1, 1);
    private readonly Dictionary<(ProbeId Probe, VantagePointId From), ProbeSeries> probes = [];
    private readonly List<OpenMinute> toWrite = []; // whatever the clock says: of before a reload, or of a flush that failed
    private readonly Stack<OpenMinute> spare = new();
    private int open;
    private long notRecorded;

    /// <param name="mostOpen">Most minutes of probes held in memory; beyond it observations are counted as not recorded. 1 to 10,000,000.</param>
    public SeriesWriter(SqliteJournal journal, SeriesRetention? retention = null, int mostOpen = 100_000)
    {
        retention ??= new SeriesRetention();
        retention.Validate();
        if (mostOpen is < 1 or > 10_000_000) throw new ArgumentOutOfRangeException(nameof(mostOpen), mostOpen, "is outside 1 to 10,000,000");
        (this.journal, pruning, this.mostOpen) = (journal, new SeriesPruning(retention), mostOpen);
    }

    /// <summary>Observations that found no room in memory, because minutes could not be written for long. The caller puts that gap on record.</summary>
    public long NotRecorded => Interlocked.Read(ref notRecorded);

    /// <summary>Minutes of probes in memory.</summary>
    public int Open
    {
        get { lock (gate) return open; }
    }

    /// <summary>
    /// Counts the observation's outcome and, when answered, adds its round trip and each signal that is a finite number, to the minute in
    /// which it ended. A signal named round_trip is the round trip, and not added twice.
    /// </summary>
    /// <returns>False when there was no room: see <see cref="NotRecorded"/>.</returns>
    public bool RecordObservation(Observation observation, SignalSchema schema)
    {
        var minute = FloorMinutes(observation.Ended);
        lock (gate)
        {
            var name = (observation.Probe, observation.From);
            if (!probes.TryGetValue(name, out var probe) || !probe.Fits(schema))
            {
                // After a reload with other signals, what is open under the old ones is written as it is.
                if (probe is not null) toWrite.AddRange(probe.Minutes.Values);
                probe = new ProbeSeries(observation.Probe, observation.From, schema);
                probes[name] = probe;
            }
            if (!probe.Minutes.TryGetValue(minute, out var sums))
            {
                if (open >= mostOpen)
                {
                    Interlocked.Increment(ref notRecorded);
                    return false;
                }
                sums = spare.TryPop(out var used) ? used : new OpenMinute();
                sums.Begin(minute, probe);
                probe.Minutes.Add(minute, sums);
                open++;
            }
            probe.Add(sums, observation);
            return true;
        }
    }

    /// <summary>Writes all minutes that ended at or before <paramref name="closedBefore"/>. When that fails they stay in memory, for the next time.</summary>
    /// <returns>Buckets written.</returns>
    /// <exception cref="JournalException">The store failed.</exception>
    public async Task<int> FlushAsync(Instant closedBefore, CancellationToken cancellation = default)
    {
        await flushing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var closed = TakeClosed(FloorMinutes(closedBefore));
            if (closed.Count == 0) return 0;
            try
            {
                var written = await journal.WriteAsync(closed.Count * 2_048L, database => Write(database, closed), cancellation).ConfigureAwait(false);
                Recycle(closed);
                return written;
            }
            catch
            {
                PutBack(closed);
                throw;
            }
        }
        finally
        {
            flushing.Release();
        }
    }

    /// <summary>Writes all that is in memory, also the minute that is not over; a later value of that minute is added to it.</summary>
    public Task<int> FlushAllAsync(CancellationToken cancellation = default) => FlushAsync(Instant.MaxValue, cancellation);

    /// <summary>One bounded step of rolling up and deleting what is older than the retention.</summary>
    /// <returns>True when nothing older was left; false when another step is due.</returns>
    public Task<bool> PruneAsync(Instant now, CancellationToken cancellation = default) =>
        journal.WriteAsync(1 << 20, database => pruning.Step(database, now), cancellation);

    private static int Write(SqliteDatabase database, List<OpenMinute> closed)
    {
        var written = 0;
        foreach (var sums in closed)
        {
            for (var i = 0; i < sums.Length; i++)
            {
                if (sums[i].Count == 0) continue;
                SeriesTable.Minute.Add(database, SeriesNames.FindOrAdd(database, sums.Key(i)), sums.Minute, sums[i]);
                written++;
            }
        }
        return written;
    }

    private List<OpenMinute> TakeClosed(long beforeMinute)
    {
        lock (gate)
        {
            List<OpenMinute> closed = [.. toWrite];
            toWrite.Clear();
            foreach (var probe in probes.Values)
            {
                var first = closed.Count;
                foreach (var (minute, sums) in probe.Minutes)
                    if (minute < beforeMinute)
                        closed.Add(sums);
                for (var i = first; i < closed.Count; i++) probe.Minutes.Remove(closed[i].Minute);
            }
            return closed;
        }
    }

    private void Recycle(List<OpenMinute> written)
    {
        lock (gate)
        {
            open -= written.Count;
            foreach (var sums in written)
                if (spare.Count < 4_096)
                    spare.Push(sums);
        }
    }

    private void PutBack(List<OpenMinute> failed)
    {
        lock (gate) toWrite.AddRange(failed);
    }

    private static long FloorMinutes(Instant instant) => (long)Math.Floor((instant - NodaConstants.UnixEpoch).TotalMinutes);
}
