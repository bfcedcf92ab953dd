using System.Globalization;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Paths;
using Nines.Probing.Venues;
using Nines.Probing.WebSockets;
using NodaTime;

namespace Nines.Probing.VenueStreams;

/// <summary>
/// Holds a venue's stream open and keeps its book. A book that is lost is got again (by a new connection, or by REST where the stream brings
/// only changes); a look says how long that has been going on. A connection that ended and can be had again is no failure.
/// </summary>
public sealed class VenueStreamProbe : Probe
{
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(5);

    /// <summary>A snapshot by REST is asked for when the first changes that follow it have had time to come.</summary>
    private static readonly TimeSpan BeforeSnapshot = TimeSpan.FromMilliseconds(500);

    /// <summary>However fast a stream is, a pause of this length may be the network's.</summary>
    private static readonly Duration ShortestLimit = Duration.FromSeconds(5);

    private readonly VenueStreamOptions options;
    private readonly ProbeEnvironment environment;
    private readonly Duration timeout;
    private readonly Readout readout;
    private readonly Redaction redaction;
    private readonly StreamShape shape;
    private readonly BookKeeper keeper;
    private readonly BookFetch fetch;
    private readonly HeldLink link;
    private readonly Progress progress = new();
    private readonly SemaphoreSlim wanted = new(0, 1);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task resyncing;
    private volatile string? unfetched; // why no snapshot could be had, where that may be ours
    private bool waited;

    public VenueStreamProbe(ProbeDefinition definition, VenueStreamOptions options, NetworkPath path, ProbeEnvironment environment)
    {
        (this.options, this.environment, timeout) = (options, environment, definition.Timeout);
        readout = new Readout(definition.Signals, new VenueStreamProbeType().Signals);
        Uri[] others = [.. new[] { options.Rest, options.Progress }.OfType<Uri>()];
        redaction = Redaction.For(options.Url, [.. options.Headers.Values, .. options.Subscribe, .. others.SelectMany(Redaction.CredentialsIn)]);
        shape = StreamShape.Of(options);
        keeper = new BookKeeper(new BookMessages(shape.Messages!, options.Symbol), shape, Want);
        fetch = new BookFetch(options, shape, path, environment, timeout, redaction);
        var with = new LinkOptions(options.Url, shape.Subscribe, options.Headers, [], options.Ping.ToTimeSpan(), options.PongWithin.ToTimeSpan(), options.MaxRate, options.MaxMessage);
        var tls = new TlsRequest { Roots = TlsRequest.RootsFrom(options.CaFile) };
        link = new HeldLink(with, path, tls, environment, keeper, failure => failure.ToSight(timeout, redaction).NeedsControl);
        resyncing = Task.Run(() => ResyncAsync(stopping.Token));
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        var started = environment.Time.GetTimestamp();
        if (await link.ConnectAsync(limit).ConfigureAwait(false) is { } failure) return failure.ToSight(timeout, redaction);
        await WaitForFirstBookAsync(limit).ConfigureAwait(false);
        var view = keeper.Look();
        if (view.TooLarge) return Fault($"message_too_large: a message is longer than max_message ({options.MaxMessage} bytes)");
        if (view.LostAt is not null && unfetched is { } why) return Fault($"snapshot_unread: {why}");

        var now = environment.Now();
        var heard = view.HeardSince ?? now;
        var (staleFor, staleLimit, because) = await StalenessAsync(view, heard, now, limit).ConfigureAwait(false);
        var roundTrip = Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
        return new Sight(new Outcome.Answered(roundTrip), readout.Read(Values(view, heard, now, staleFor, staleLimit, because), null));
    }

    public override void HoldTripwire(Action<TripwireEvent> broke) => link.HoldTripwire(broke);

    public override async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await resyncing.ConfigureAwait(false);
        await link.DisposeAsync().ConfigureAwait(false);
        await fetch.DisposeAsync().ConfigureAwait(false);
        wanted.Dispose();
        stopping.Dispose();
    }

    /// <summary>The first look comes before anything could be said: it waits for the book, but not to the end of its own time.</summary>
    private async Task WaitForFirstBookAsync(CancellationToken limit)
    {
        if (waited) return;
        waited = true;
        var patience = (timeout * 0.8).ToTimeSpan();
        using var enough = new CancellationTokenSource(patience, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit, enough.Token);
        await keeper.FirstBook.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>
    /// Without REST beside it a silence has a fixed limit. With it, a quiet market is not a stale stream: the limit is then the stream's own
    /// pace, and counts only from when REST went on without it.
    /// </summary>
    private async Task<(Duration StaleFor, Duration Limit, string Because)> StalenessAsync(BookKeeper.View view, Instant heard, Instant now, CancellationToken limit)
    {
        var silence = Beyond(now, heard, Duration.Zero);
        var own = view.MedianGap is { } gap && fetch.HasProgress ? Duration.Max(ShortestLimit, gap * options.StaleFactor) : options.StaleAfter;
        var longest = Duration.Min(own, options.StaleAfter);
        if (!fetch.HasProgress || silence < longest / 3) return (Beyond(now, heard, options.StaleAfter), fetch.HasProgress ? longest : options.StaleAfter, "the limit is fixed");
        if (await fetch.ProgressAsync(limit).ConfigureAwait(false) is not { } value) return (Beyond(now, heard, options.StaleAfter), options.StaleAfter, "the limit is fixed, for REST could not be read");
        progress.Read(now, value, heard);
        var because = string.Create(CultureInfo.InvariantCulture, $"REST goes on; the stream's median gap is {view.MedianGap?.TotalSeconds:0.###} s");
        return (progress.Abreast(heard) is { } abreast ? Beyond(now, abreast, longest) : Duration.Zero, longest, because);
    }

    private static Duration Beyond(Instant now, Instant since, Duration limit) => Duration.Max(Duration.Zero, now - since - limit);

    private static SignalValue[] Values(BookKeeper.View view, Instant heard, Instant now, Duration staleFor, Duration staleLimit, string because)
    {
        var book = view.HadBook;
        return
        [
            SignalValue.Of(true),
            SignalValue.Of(Beyond(now, heard, Duration.Zero)),
            SignalValue.Of(staleFor),
            SignalValue.Of(staleLimit),
            staleFor > Duration.Zero ? SignalValue.Of(because) : SignalValue.Missing,
            SignalValue.Of(view.MedianGap),
            SignalValue.Of((double)view.Messages),
            SignalValue.Of((double)view.Reconnects),
            SignalValue.Of(view.ShutdownAnnounced),
            SignalValue.Of(view.LostAt is { } lost ? Beyond(now, lost, Duration.Zero) : Duration.Zero),
            SignalValue.Of((double)view.Gaps),
            SignalValue.Of((double)view.ChecksumErrors),
            SignalValue.Of(view.CrossedAt is { } crossed ? Beyond(now, crossed, Duration.Zero) : Duration.Zero),
            book ? SignalValue.Of((double)view.Bids) : SignalValue.Missing,
            book ? SignalValue.Of((double)view.Asks) : SignalValue.Missing,
            book ? SignalValue.Of(view.Bids == 0 && view.Asks == 0) : SignalValue.Missing,
            book ? SignalValue.Of(view.Bids == 0 != (view.Asks == 0)) : SignalValue.Missing,
            view.BestBid is { } bid ? SignalValue.Of((double)bid) : SignalValue.Missing,
            view.BestAsk is { } ask ? SignalValue.Of((double)ask) : SignalValue.Missing,
            PriceLevels.Spread(view.BestBid, view.BestAsk),
            view.Number is { } number ? SignalValue.Of((System.Numerics.BigInteger)number) : SignalValue.Missing,
            SignalValue.Of(view.Trading is { } trading ? TradingWords.Text(trading.Means) : "untold"),
            view.Trading is { } said ? SignalValue.Of(said.Word.Length <= 100 ? said.Word : said.Word[..100]) : SignalValue.Missing,
            SignalValue.Of(view.Trading?.Means == TradingStatus.Maintenance),
        ];
    }

    private Sight Fault(string reason) => new(new Outcome.ProbeFault(redaction.Apply(reason)), []);

    private void Want()
    {
        try
        {
            wanted.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is wanted already: one resync answers both.
        }
    }

    /// <summary>Gets the book again whenever it is lost: at once, then ever more slowly until it holds for a minute.</summary>
    private async Task ResyncAsync(CancellationToken stop)
    {
        try
        {
            var (rest, last) = (TimeSpan.Zero, environment.Time.GetTimestamp());
            while (true)
            {
                await wanted.WaitAsync(stop).ConfigureAwait(false);
                if (environment.Time.GetElapsedTime(last) > TimeSpan.FromMinutes(1)) rest = TimeSpan.Zero;
                await Task.Delay(shape.SnapshotByRest && rest < BeforeSnapshot ? BeforeSnapshot : rest, environment.Time, stop).ConfigureAwait(false);
                if (!keeper.NeedsSnapshot) continue;
                rest = rest == TimeSpan.Zero ? FirstRest : rest * 2 < LongestRest ? rest * 2 : LongestRest;
                last = environment.Time.GetTimestamp();
                using var attempt = new CancellationTokenSource(AttemptLimit, environment.Time);
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, attempt.Token);
                await ResyncOnceAsync(limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Disposed: the only way out.
        }
    }

    private async Task ResyncOnceAsync(CancellationToken limit)
    {
        if (!shape.SnapshotByRest)
        {
            await link.RenewAsync(limit).ConfigureAwait(false); // the new connection brings the snapshot
            return;
        }
        var (book, why, ours) = await fetch.BookAsync(limit).ConfigureAwait(false);
        unfetched = book is null && ours ? why : null;
        if (book is null || !keeper.Snapshot(book, environment.Now())) Want();
    }
}
