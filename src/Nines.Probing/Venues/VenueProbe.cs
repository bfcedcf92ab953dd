using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Http;
using Nines.Probing.Paths;
using Nines.Probing.Quotas;
using NodaTime;

namespace Nines.Probing.Venues;

/// <summary>
/// Looks at a venue as its users do before they trade: what does it say that can be done, what does its book look like, is its
/// clock right. The requests go one after the other over one connection.
/// </summary>
public sealed class VenueProbe : Probe
{
    private const int MostLevels = 5_000;

    private readonly VenueOptions options;
    private readonly NetworkPath path;
    private readonly ProbeEnvironment environment;
    private readonly Readout readout;
    private readonly Redaction redaction;
    private readonly RestReader reader;
    private readonly JsonSource source;
    private readonly Allowance allowance;
    private Tripwire? tripwire;
    private (string Book, Instant Since)? lastBook;

    public VenueProbe(ProbeDefinition definition, VenueOptions options, NetworkPath path, ProbeEnvironment environment)
    {
        (this.options, this.path, this.environment) = (options, path, environment);
        readout = new Readout(definition.Signals, new VenueProbeType().Signals);
        redaction = Redaction.For(options.Url, options.Headers.Values);
        reader = new RestReader(options);
        allowance = new Allowance(options.Quota, HostPort.Of(options.Url).ToString(), path.VantagePoint.Id, environment, definition.Every, redaction);
        var http = new HttpOptions { Url = options.Url, Headers = options.Headers, CaFile = options.CaFile };
        source = new JsonSource(http, path, environment, definition.Timeout, redaction, environment.MaxAnswerBytes);
    }

    /// <summary>What the requests of one look brought together.</summary>
    private sealed class Seen
    {
        public (TradingStatus Status, string? Word)? Trading;
        public List<PriceLevel>? Bids;
        public List<PriceLevel>? Asks;
        public SignalValue Sequence = SignalValue.Missing;
        public VenueTime? BookTime;
        public Instant BookRead;
        public double? Unchanged;
        public ClockDifference? Clock;
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        if (allowance.Waiting() is { } waiting) return waiting;
        var started = environment.Time.GetTimestamp();
        var seen = new Seen();
        foreach (var place in reader.Status)
        {
            var (read, other) = await AskAsync(place.Url, limit, (root, _) => ReadStatus(seen, root, place)).ConfigureAwait(false);
            if (!read) return other ?? RateLimited(started);
        }
        if (reader.Book is { } book)
        {
            var (read, other) = await AskAsync(book.Url, limit, (root, reply) => ReadBook(seen, root, reply, book)).ConfigureAwait(false);
            if (!read) return other ?? RateLimited(started);
        }
        if (reader.Time is { } time)
        {
            var (read, other) = await AskAsync(time.Url, limit, (root, reply) => ReadClock(seen, root, reply, time.At)).ConfigureAwait(false);
            if (!read && other is null) return RateLimited(started);
            // A clock that cannot be read leaves its signals missing, while the rest of the venue works; a lost path is a lost path.
            var restAnswered = reader.Book is not null || !reader.Status.IsEmpty;
            if (other is { } failed && (failed.NeedsControl || failed.Outcome is not Outcome.Refused || !restAnswered)) return failed;
        }
        allowance.Took();
        return Answered(started, seen, rateLimited: false);
    }

    public override void HoldTripwire(Action<TripwireEvent> broke)
    {
        if (options.Tripwire == TripwireUse.Auto) tripwire ??= new Tripwire(path, HostPort.Of(options.Url), environment, broke);
    }

    public override async ValueTask DisposeAsync()
    {
        await source.DisposeAsync().ConfigureAwait(false);
        if (tripwire is not null) await tripwire.DisposeAsync().ConfigureAwait(false);
    }

    /// <param name="read">Says what is wrong with the answer; null when it was read.</param>
    /// <returns>True when it was read; else the sight that there is instead, null for a refusal for the rate that is the venue's.</returns>
    private async Task<(bool Read, Sight? Other)> AskAsync(Uri url, CancellationToken limit, Func<System.Text.Json.JsonElement, JsonReply, string?> read)
    {
        allowance.Count();
        var (reply, failure) = await source.GetAsync(url, limit).ConfigureAwait(false);
        if (reply is null) return (false, failure);
        if (reply.Status is 429 or 418) return (false, TooOften($"HTTP status {reply.Status}", reply.RetryAfter));
        using var json = reply.Parse();
        var error = json is null ? null : reader.ErrorIn(json.RootElement);
        if (error is not null && RestReader.SaysTooOften(error)) return (false, TooOften(error, reply.RetryAfter));
        if (reply.Status is < 200 or > 299) return (false, Refused($"http_{reply.Status}", $"GET {url.PathAndQuery}: HTTP status {reply.Status}"));
        if (error is not null) return (false, Refused("venue_error", $"GET {url.PathAndQuery}: {error}"));
        if (reply.Cut) return (false, Refused("answer_too_large", $"GET {url.PathAndQuery}: more than {environment.MaxAnswerBytes} bytes; ask for fewer levels (depth)"));
        if (json is null) return (false, Refused("malformed", $"GET {url.PathAndQuery}: the answer is not JSON"));
        return read(json.RootElement, reply) is { } problem ? (false, Refused("malformed", $"GET {url.PathAndQuery}: {problem}")) : (true, null);
    }

    private static string? ReadStatus(Seen seen, System.Text.Json.JsonElement root, RestReader.StatusPlace place)
    {
        var said = RestReader.StatusIn(root, place);
        if (seen.Trading is not { } before || said.Status > before.Status) seen.Trading = said;
        return null;
    }

    private string? ReadBook(Seen seen, System.Text.Json.JsonElement root, JsonReply reply, RestReader.BookPlace place)
    {
        if (PriceLevels.Read(place.Bids.Find(root), MostLevels) is not { } bids) return "there are no bids where the shape has them; is the symbol written as the venue writes it?";
        if (PriceLevels.Read(place.Asks.Find(root), MostLevels) is not { } asks) return "there are no asks where the shape has them";
        (seen.Bids, seen.Asks, seen.BookRead) = (bids.FindAll(level => level.Size > 0), asks.FindAll(level => level.Size > 0), reply.Received);
        if (place.Sequence is { } sequence) seen.Sequence = sequence.Read(root);
        if (place.Time is { } time) seen.BookTime = VenueTime.Read(root, time);
        var print = Fingerprint(seen);
        if (lastBook is not { } last || last.Book != print) lastBook = (print, reply.Received);
        seen.Unchanged = Math.Max(0, (reply.Received - lastBook.Value.Since).TotalSeconds);
        return null;
    }

    /// <summary>What tells one book from another: its number, or the levels themselves.</summary>
    private static string Fingerprint(Seen seen) =>
        !seen.Sequence.IsMissing ? seen.Sequence.ToString() : string.Join(' ', seen.Bids!.Concat(seen.Asks!).Take(100).Select(level => $"{level.PriceText}:{level.SizeText}"));

    private static string? ReadClock(Seen seen, System.Text.Json.JsonElement root, JsonReply reply, JsonPath at)
    {
        if (VenueTime.Read(root, at) is not { } said) return "there is no time where the shape has it";
        seen.Clock = ClockDifference.Of(said, reply.Sent, reply.Received);
        return null;
    }

    /// <returns>Null when it is the venue's fault.</returns>
    private Sight? TooOften(string said, Duration? asked) => (allowance.Refused(said, asked) as RateFault.Ours)?.Sight;

    private Sight RateLimited(long started) => Answered(started, new Seen(), rateLimited: true);

    private Sight Answered(long started, Seen seen, bool rateLimited)
    {
        var roundTrip = Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
        var (bids, asks) = (seen.Bids, seen.Asks);
        decimal? bid = bids is { Count: > 0 } ? bids.Max(level => level.Price) : null;
        decimal? ask = asks is { Count: > 0 } ? asks.Min(level => level.Price) : null;
        SignalValue[] plain =
        [
            SignalValue.Of(roundTrip.TotalSeconds),
            SignalValue.Of(rateLimited),
            seen.Trading is { } trading ? SignalValue.Of(TradingWords.Text(trading.Status)) : SignalValue.Missing,
            seen.Trading?.Word is { } word ? SignalValue.Of(word.Length <= 100 ? word : word[..100]) : SignalValue.Missing,
            seen.Trading is { } said ? SignalValue.Of(said.Status == TradingStatus.Maintenance) : SignalValue.Missing,
            bids is null ? SignalValue.Missing : SignalValue.Of((double)bids.Count),
            asks is null ? SignalValue.Missing : SignalValue.Of((double)asks.Count),
            bids is null ? SignalValue.Missing : SignalValue.Of(bid is null && ask is null),
            bids is null ? SignalValue.Missing : SignalValue.Of(bid is null != ask is null),
            bids is null ? SignalValue.Missing : SignalValue.Of(bid >= ask),
            bid is { } b ? SignalValue.Of((double)b) : SignalValue.Missing,
            ask is { } a ? SignalValue.Of((double)a) : SignalValue.Missing,
            PriceLevels.Spread(bid, ask),
            seen.Sequence,
            BookAge(seen),
            seen.Unchanged is { } unchanged ? SignalValue.Of(unchanged) : SignalValue.Missing,
            SignalValue.Of(seen.Clock?.Surely),
            SignalValue.Of(seen.Clock?.Offset),
            SignalValue.Of(seen.Clock?.Uncertainty),
        ];
        return new Sight(new Outcome.Answered(roundTrip), readout.Read(plain, null));
    }

    /// <summary>By the venue's own clock, so that one that is wrong does not make a live book old.</summary>
    private static SignalValue BookAge(Seen seen) => seen.BookTime is not { } at
        ? SignalValue.Missing
        : SignalValue.Of(Math.Max(0, (seen.BookRead + (seen.Clock?.Offset ?? Duration.Zero) - at.Earliest).TotalSeconds));

    private Sight Refused(string code, string message) => new(new Outcome.Refused(code, redaction.Apply(message)), []);
}
