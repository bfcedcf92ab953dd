using Nines.Core.Observations;
using Nines.Probing.Venues;
using Nines.Probing.WebSockets;
using NodaTime;

namespace Nines.Probing.VenueStreams;

/// <summary>
/// Keeps a market's book from what its stream brings, and knows when it is not to be trusted: a gap in the numbers, a checksum that does not fit.
/// Has no clock: all moments come with what happened. Written by the reader and by resyncs, read by the looks.
/// </summary>
/// <param name="wantsSnapshot">Called, outside any lock, when a snapshot is needed that will not come by itself.</param>
internal sealed class BookKeeper(BookMessages reader, StreamShape shape, Action wantsSnapshot) : StreamSink
{
    /// <summary>A loss this soon after a resync is the same loss: the book could not be kept.</summary>
    private static readonly Duration Relapse = Duration.FromSeconds(5);

    /// <summary>Levels in changes that are kept while the snapshot they belong to is fetched.</summary>
    private const int MostWaiting = 200_000;

    private readonly Lock gate = new();
    private readonly OrderBook book = new(shape.Depth);
    private readonly Hearing hearing = new();
    private readonly Pace pace = new();
    private readonly Queue<(Instant At, StreamEvent.Update Update)> waiting = [];
    private readonly TaskCompletionSource firstBook = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool synced;
    private bool hadBook;
    private bool justSynced;      // the next change may begin before the snapshot's end
    private long? number;
    private int waitingLevels;
    private Instant? lostAt;
    private Instant? regainedAt;
    private bool contradicted;    // the book was lost by what the stream said, not because there is a new connection
    private Instant? crossedAt;
    private (TradingStatus Means, string Word)? trading;
    private bool shutdown;
    private bool tooLarge;
    private long messages, gaps, checksumErrors, connections, seenConnections;

    /// <summary>Ends when there was a book for the first time.</summary>
    public Task FirstBook => firstBook.Task;

    /// <summary>What the looks read. Counts are since the view before.</summary>
    public sealed record View
    {
        public required Instant? HeardSince { get; init; }
        public required Instant? LastMessage { get; init; }
        public required Duration? MedianGap { get; init; }
        public required long Messages { get; init; }
        public required long Reconnects { get; init; }
        public required Instant? LostAt { get; init; }
        public required long Gaps { get; init; }
        public required long ChecksumErrors { get; init; }
        public required Instant? CrossedAt { get; init; }
        public required bool HadBook { get; init; }
        public required int Bids { get; init; }
        public required int Asks { get; init; }
        public required decimal? BestBid { get; init; }
        public required decimal? BestAsk { get; init; }
        public required long? Number { get; init; }
        public required (TradingStatus Means, string Word)? Trading { get; init; }
        public required bool ShutdownAnnounced { get; init; }
        public required bool TooLarge { get; init; }
    }

    public bool NeedsSnapshot
    {
        get { lock (gate) return !synced; }
    }

    public override void Connected(Instant at)
    {
        lock (gate)
        {
            hearing.Connected(at);
            connections++;
            (synced, number, trading, shutdown) = (false, null, null, false);
            Forget();
            // Until the snapshot is there, and then it was nothing. What was lost before is lost still.
            if (lostAt is null || regainedAt is not null) (lostAt, regainedAt, contradicted) = (at, null, false);
            crossedAt = null;
        }
        if (shape.SnapshotByRest) wantsSnapshot();
    }

    public override void Ended()
    {
        lock (gate)
        {
            hearing.Ended();
            pace.Pause();
        }
    }

    public override void Deaf()
    {
        lock (gate) hearing.Deaf();
    }

    public override void Note(Instant at, ReadOnlySpan<byte> kept, long length)
    {
        var said = length > kept.Length ? null : reader.Read(kept);
        bool lost;
        lock (gate)
        {
            tooLarge |= said is null;
            lost = said is null ? Lose(at) : Take(said, at);   // what was in it we do not know
        }
        if (lost) wantsSnapshot();
    }

    /// <summary>The book as REST gave it, for streams that bring only changes.</summary>
    /// <returns>False when it is older than the first change that is known: another one is needed.</returns>
    public bool Snapshot(StreamEvent.Snapshot snapshot, Instant at)
    {
        lock (gate)
        {
            while (waiting.TryPeek(out var old) && old.Update.Sequence <= snapshot.Sequence) Unwait();
            if (waiting.TryPeek(out var first) && snapshot.Sequence is { } end && (first.Update.First ?? first.Update.Sequence) > end + 1) return false;
            Replace(snapshot, at);
            while (waiting.Count > 0)
            {
                var (cameAt, next) = Unwait();
                if (Change(next, cameAt)) return false;
            }
            return true;
        }
    }

    public View Look()
    {
        lock (gate)
        {
            var view = new View
            {
                HeardSince = hearing.Since, LastMessage = hearing.Last, MedianGap = pace.Median, Messages = messages,
                Reconnects = Math.Max(0, connections - Math.Max(1, seenConnections)), LostAt = regainedAt is null ? lostAt : null, Gaps = gaps, ChecksumErrors = checksumErrors,
                CrossedAt = crossedAt, HadBook = hadBook, Bids = book.Bids, Asks = book.Asks, BestBid = book.BestBid, BestAsk = book.BestAsk,
                Number = number, Trading = trading, ShutdownAnnounced = shutdown, TooLarge = tooLarge,
            };
            (messages, gaps, checksumErrors, seenConnections) = (0, 0, 0, connections);
            return view;
        }
    }

    /// <returns>True when the book was lost by it.</returns>
    private bool Take(StreamEvent said, Instant at)
    {
        switch (said)
        {
            case StreamEvent.Snapshot snapshot:
                Heard(at);
                return Replace(snapshot, at);
            case StreamEvent.Update update:
                Heard(at);
                if (synced) return Change(update, at);
                if (shape.SnapshotByRest)
                {
                    waiting.Enqueue((at, update));
                    waitingLevels += Size(update);
                    while (waitingLevels > MostWaiting) Unwait();
                }
                return false;
            case StreamEvent.Status status:
                trading = (status.Means, status.Word);
                return false;
            case StreamEvent.Shutdown:
                shutdown = true;
                return false;
            case StreamEvent.Unreadable:
                return Lose(at);
            case StreamEvent.Other:
                return false;
            default:
                throw new InvalidOperationException("StreamEvent is a closed hierarchy.");
        }
    }

    private void Heard(Instant at)
    {
        hearing.Heard(at);
        pace.Heard(at);
        messages++;
    }

    /// <returns>True when its own checksum does not fit.</returns>
    private bool Replace(StreamEvent.Snapshot snapshot, Instant at)
    {
        book.Clear();
        book.Apply(snapshot.Bids, snapshot.Asks);
        (synced, justSynced, number, hadBook, tooLarge) = (true, true, snapshot.Sequence, true, false);
        firstBook.TrySetResult();
        if (Contradicts(snapshot.Checksum)) return Lose(at);
        if (lostAt is not null) regainedAt ??= at;
        NoteCrossing(at);
        return false;
    }

    /// <returns>True when the book is lost: something is missing before this change, or the result is not what the venue has.</returns>
    private bool Change(StreamEvent.Update update, Instant at)
    {
        if (number is { } last && update.Sequence is { } sequence)
        {
            // Changes that the snapshot holds already may still be on their way; later, numbers that do not grow are as wrong as those that jump.
            if (justSynced && sequence <= last) return false;
            if (!Follows(update, last, sequence))
            {
                if (!justSynced || !shape.SnapshotByRest) gaps++;   // a snapshot that came too early for the first change is no gap of the stream
                return Lose(at);
            }
        }
        justSynced = false;
        number = update.Sequence ?? number;
        book.Apply(update.Bids, update.Asks);
        if (Contradicts(update.Checksum)) return Lose(at);
        if (regainedAt is { } regained && at - regained >= Relapse) (lostAt, regainedAt) = (null, null);
        NoteCrossing(at);
        return false;
    }

    private bool Follows(StreamEvent.Update update, long last, long sequence)
    {
        if (update.Previous is { } previous) return previous == last || (justSynced && previous <= last && sequence > last);
        var first = update.First ?? sequence;
        return sequence > last && (first == last + 1 || (justSynced && first <= last + 1));
    }

    private bool Contradicts(uint? checksum)
    {
        if (checksum is not { } theirs || theirs == book.Checksum()) return false;
        checksumErrors++;
        return true;
    }

    private bool Lose(Instant at)
    {
        if (lostAt is null || !contradicted || (regainedAt is { } regained && at - regained >= Relapse)) lostAt = at;
        (synced, regainedAt, crossedAt, contradicted) = (false, null, null, true);
        Forget();
        return true;
    }

    private static int Size(StreamEvent.Update update) => 1 + update.Bids.Count + update.Asks.Count;

    private (Instant At, StreamEvent.Update Update) Unwait()
    {
        var oldest = waiting.Dequeue();
        waitingLevels -= Size(oldest.Update);
        return oldest;
    }

    private void Forget()
    {
        waiting.Clear();
        waitingLevels = 0;
    }

    private void NoteCrossing(Instant at)
    {
        if (!book.Crossed) crossedAt = null;
        else crossedAt ??= at;
    }
}
