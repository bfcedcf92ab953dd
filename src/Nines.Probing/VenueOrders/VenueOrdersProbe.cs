using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Http;
using Nines.Probing.Orders;
using Nines.Probing.Paths;
using Nines.Probing.Quotas;
using Nines.Probing.Venues;
using NodaTime;

namespace Nines.Probing.VenueOrders;

/// <summary>
/// Reads a venue's clock and book, and sends it an order when one is due: by the venue's own clock, at a price far from the book just read. What
/// may stand is on disk before it is sent, and is taken back before anything else.
/// </summary>
public sealed class VenueOrdersProbe : Probe
{
    private const int MostLevels = 100;

    private readonly VenueOrdersOptions options;
    private readonly NetworkPath path;
    private readonly ProbeEnvironment environment;
    private readonly Duration timeout;
    private readonly Readout readout;
    private readonly Redaction redaction;
    private readonly RestReader reader;
    private readonly SignedShape shape;
    private readonly JsonSource source;
    private readonly Allowance allowance;
    private readonly OrderPace pace;
    private KeptFile<OrderRecord>? kept;
    private Tripwire? tripwire;
    private string? lastBook;
    private int orders;
    private Duration lastOffset;   // of the venue's clock, for the goodbye

    public VenueOrdersProbe(ProbeDefinition definition, VenueOrdersOptions options, NetworkPath path, ProbeEnvironment environment)
    {
        (this.options, this.path, this.environment, timeout) = (options, path, environment, definition.Timeout);
        readout = new Readout(definition.Signals, new VenueOrdersProbeType().Signals);
        redaction = Redaction.For(options.Url, new[] { options.Key, options.Secret, options.Passphrase }.OfType<string>());
        reader = new RestReader(new VenueOptions { Url = options.Url, Symbol = options.Symbol, Shape = options.Shape, Depth = 5 });
        shape = SignedShape.Of(options);
        source = new JsonSource(new HttpOptions { Url = options.Url, CaFile = options.CaFile }, path, environment, definition.Timeout, redaction, environment.MaxAnswerBytes);
        allowance = new Allowance(options.Quota, HostPort.Of(options.Url).ToString(), path.VantagePoint.Id, environment, definition.Every, redaction);
        pace = new OrderPace(options.Orders);
    }

    /// <summary>What one look brought together.</summary>
    private sealed class Seen
    {
        public PriceLevel? Bid;
        public PriceLevel? Ask;
        public bool? Moved;
        public ClockDifference? Clock;
        public bool RateLimited;
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        if (allowance.Waiting() is { } waiting) return waiting;
        var started = environment.Time.GetTimestamp();
        var seen = new Seen();
        if (reader.Book is { } book && await AskAsync(book.Url, seen, (root, _) => ReadBook(seen, root, book), limit).ConfigureAwait(false) is { } noBook) return noBook;
        if (!seen.RateLimited && reader.Time is { } time && await AskAsync(time.Url, seen, (root, reply) => ReadClock(seen, root, reply, time.At), limit).ConfigureAwait(false) is { } noTime) return noTime;
        if (!seen.RateLimited && pace.IsDue(environment.Now())) pace.Tell(await TripAsync(seen, limit).ConfigureAwait(false), environment.Now());
        if (!seen.RateLimited && pace.Note is { } ours) return new Sight(new Outcome.ProbeFault(redaction.Apply($"orders_untested: {ours}")), []);
        if (!seen.RateLimited) allowance.Took();
        var roundTrip = Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
        // Between two orders the last one's word is the newest: as of then. A fresh one too says so, for what ended did so since the order before, not since the look before.
        var age = pace.Known is { } known ? environment.Now() - roundTrip - known : Duration.Zero;
        return new Sight(new Outcome.Answered(roundTrip), readout.Read(Values(seen, roundTrip), null)) { NewsDelay = Duration.Max(Duration.FromMilliseconds(1), age) };
    }

    public override void HoldTripwire(Action<TripwireEvent> broke)
    {
        if (options.Tripwire == TripwireUse.Auto) tripwire ??= new Tripwire(path, HostPort.Of(options.Url), environment, broke);
    }

    public override async ValueTask DisposeAsync()
    {
        if (kept is { } file)
        {
            using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(2), environment.Time);
            await TakeBackAsync(file, environment.Now() + lastOffset, enough.Token).ConfigureAwait(false);
            file.Dispose();
        }
        await source.DisposeAsync().ConfigureAwait(false);
        if (tripwire is not null) await tripwire.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>One GET of what everybody may read.</summary>
    /// <returns>The sight that there is instead; null when it was read, or when the venue refused for the rate and is at fault.</returns>
    private async Task<Sight?> AskAsync(Uri url, Seen seen, Func<JsonElement, JsonReply, string?> read, CancellationToken limit)
    {
        allowance.Count();
        var (reply, failure) = await source.GetAsync(url, limit).ConfigureAwait(false);
        if (reply is null) return failure;
        using var json = reply.Parse();
        var error = json is null ? null : reader.ErrorIn(json.RootElement);
        if (reply.Status is 429 or 418 || (error is not null && RestReader.SaysTooOften(error)))
        {
            if (allowance.Refused(error ?? $"HTTP status {reply.Status}", reply.RetryAfter) is RateFault.Ours ours) return ours.Sight;
            seen.RateLimited = true;
            return null;
        }
        if (reply.Status is < 200 or > 299) return Refused($"http_{reply.Status}", $"GET {url.AbsolutePath}: HTTP status {reply.Status}");
        if (error is not null) return Refused("venue_error", $"GET {url.AbsolutePath}: {error}");
        if (json is null) return Refused("malformed", $"GET {url.AbsolutePath}: the answer is not JSON");
        return read(json.RootElement, reply) is { } problem ? Refused("malformed", $"GET {url.AbsolutePath}: {problem}") : null;
    }

    private string? ReadBook(Seen seen, JsonElement root, RestReader.BookPlace place)
    {
        if (PriceLevels.Read(place.Bids.Find(root), MostLevels) is not { } bids || PriceLevels.Read(place.Asks.Find(root), MostLevels) is not { } asks) return "there are no bids and asks where the shape has them";
        if (bids.Count > 0) seen.Bid = bids.MaxBy(level => level.Price);
        if (asks.Count > 0) seen.Ask = asks.MinBy(level => level.Price);
        var print = string.Join(' ', bids.Concat(asks).Select(level => $"{level.PriceText}:{level.SizeText}"));
        if (lastBook is not null) seen.Moved = print != lastBook;
        lastBook = print;
        return null;
    }

    private static string? ReadClock(Seen seen, JsonElement root, JsonReply reply, JsonPath at)
    {
        if (VenueTime.Read(root, at) is not { } said) return "there is no time where the shape has it";
        seen.Clock = ClockDifference.Of(said, reply.Sent, reply.Received);
        return null;
    }

    private async Task<TripResult> TripAsync(Seen seen, CancellationToken limit)
    {
        var terms = options.Orders;
        using var enough = new CancellationTokenSource(Duration.Min(terms.Limit, timeout * 0.8).ToTimeSpan(), environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit, enough.Token);
        // By the venue's clock: that ours (or its) is off is told by clock_skew, and is no reason for an order to fail.
        var offset = shape.TimedByVenue ? seen.Clock?.Offset ?? Duration.Zero : Duration.Zero;
        lastOffset = offset;
        var started = environment.Time.GetTimestamp();
        if (Price(seen) is not { } price) return new TripResult.Ours("no order was sent, for the book has no price to keep clear of");
        if (terms.Forbids(price.Value, terms.Side == OrderSide.Buy ? seen.Bid?.Price : seen.Ask?.Price) is { } forbidden) return new TripResult.Ours($"no order was sent: {forbidden}");
        var now = environment.Now() + offset;
        var order = new AskedOrder(shape.NewId(now, ++orders), options.Symbol, terms.Side == OrderSide.Buy, terms.Quantity.ToString(CultureInfo.InvariantCulture), price.Text, terms.PostOnly);
        if (!terms.Place) return Result(await SendAsync(shape.Place(order, now), false, either.Token).ConfigureAwait(false), started, "the test order");

        KeptFile<OrderRecord> file;
        try
        {
            file = kept ??= OpenFile();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return new TripResult.Ours($"what was sent cannot be kept: {e.Message}");
        }
        if (await TakeBackAsync(file, now, either.Token).ConfigureAwait(false) is { } left) return left;
        if (file.Value.On(environment.Now()).Forbids(terms) is { } why) return new TripResult.Ours(why);
        file.Save(file.Value.On(environment.Now()).Placing(order.Id));
        var placed = await SendAsync(shape.Place(order, now), false, either.Token).ConfigureAwait(false);
        if (placed is SignedAnswer.Done done) Matched(file, order, done.Filled);
        // Refused for certain: it is nowhere. Else it may stand, whatever was answered.
        if (placed is SignedAnswer.Ours or SignedAnswer.Clock or SignedAnswer.TooOften) file.Save(file.Value.Gone(order.Id));
        var back = await TakeBackAsync(file, environment.Now() + offset, either.Token).ConfigureAwait(false);
        return placed is SignedAnswer.Done ? back ?? new TripResult.Whole(Duration.FromTimeSpan(environment.Time.GetElapsedTime(started))) : Result(placed, started, "the order");
    }

    /// <summary>Far from the book just read, no finer than the book's own prices.</summary>
    private (decimal Value, string Text)? Price(Seen seen)
    {
        var terms = options.Orders;
        if ((terms.Side == OrderSide.Buy ? seen.Bid : seen.Ask) is not { } best) return null;
        var point = best.PriceText.IndexOf('.', StringComparison.Ordinal);
        var digits = terms.PriceDigits ?? (point < 0 ? 0 : Math.Min(12, best.PriceText.TrimEnd('0').Length - point - 1));
        var step = 1m;
        for (var i = 0; i < digits; i++) step /= 10;
        // A little further than asked for: the book may move before the order is there.
        var share = (decimal)terms.Distance * 1.02m;
        var price = terms.Side == OrderSide.Buy ? decimal.Floor(best.Price * (1 - Math.Min(share, 0.98m)) / step) * step : decimal.Ceiling(best.Price * (1 + share) / step) * step;
        return (price, price.ToString($"F{digits}", CultureInfo.InvariantCulture));
    }

    /// <returns>What could not be taken back; null when nothing stands any more.</returns>
    private async Task<TripResult?> TakeBackAsync(KeptFile<OrderRecord> file, Instant now, CancellationToken limit)
    {
        foreach (var order in file.Value.Open)
        {
            var said = await SendAsync(shape.Cancel(order.Id, now), true, limit).ConfigureAwait(false);
            if (said is SignedAnswer.Done or SignedAnswer.NotThere) file.Save(file.Value.Gone(order.Id));
            else return said is SignedAnswer.Ours ours ? new TripResult.Ours($"an order may still stand: {ours.Why}") : new TripResult.Failed($"the venue does not take the order back: {Words(said)}");
            if (said is SignedAnswer.Done { Filled: > 0 } done) Matched(file, new AskedOrder(order.Id, options.Symbol, options.Orders.Side == OrderSide.Buy, "", "", false), done.Filled);
        }
        return null;
    }

    private void Matched(KeptFile<OrderRecord> file, AskedOrder order, decimal filled)
    {
        if (filled <= 0) return;
        var what = string.Create(CultureInfo.InvariantCulture, $"{filled} of order {order.Id} ({options.Orders.Side} {options.Orders.Quantity} {options.Symbol})");
        file.Save(file.Value with { Filled = what });
        environment.Noticed($"AN ORDER OF NINES WAS MATCHED at {HostPort.Of(options.Url)}: {what}. No more orders are sent today; look at the band, distance and post_only");
    }

    private async Task<SignedAnswer> SendAsync(SignedRequest request, bool cancelling, CancellationToken limit)
    {
        allowance.Count();
        var (reply, failure) = await source.SendAsync(request.Url, () => Make(request), limit).ConfigureAwait(false);
        if (reply is not null)
        {
            var answer = shape.Read(reply, cancelling);
            if (answer is not SignedAnswer.TooOften often) return answer;
            return allowance.Refused(often.Why, reply.RetryAfter) is RateFault.Theirs theirs ? new SignedAnswer.Failed(theirs.Why) : often;
        }
        // The book came over this path a moment ago: it is not our path that lost the order.
        return failure.Outcome switch
        {
            Outcome.TimedOut => new SignedAnswer.Failed($"no answer to {request}"),
            Outcome.Refused refused => new SignedAnswer.Failed($"{request}: {refused.Code}"),
            Outcome.ProbeFault fault => new SignedAnswer.Ours(fault.Reason),
            Outcome.Answered or _ => throw new InvalidOperationException("Outcome is a closed hierarchy, and an answer has a reply."),
        };
    }

    private static HttpRequestMessage Make(SignedRequest request)
    {
        var message = new HttpRequestMessage(request.Method, request.Url) { Version = System.Net.HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        message.Headers.TryAddWithoutValidation("User-Agent", HttpRequests.UserAgent);
        foreach (var (name, value) in request.Headers) message.Headers.TryAddWithoutValidation(name, value);
        if (request.Body is { } body) message.Content = new StringContent(body, Encoding.UTF8, request.ContentType);
        return message;
    }

    private TripResult Result(SignedAnswer answer, long started, string what) => answer switch
    {
        SignedAnswer.Done or SignedAnswer.NotThere => new TripResult.Whole(Duration.FromTimeSpan(environment.Time.GetElapsedTime(started))),
        SignedAnswer.Ours ours => new TripResult.Ours($"the venue refused {what} for what we have or asked for: {redaction.Apply(ours.Why)}"),
        SignedAnswer.TooOften often => new TripResult.Ours($"the venue refused {what} for the rate: {redaction.Apply(often.Why)}"),
        SignedAnswer.Clock clock => new TripResult.Failed($"the venue refused {what} for its time, which was the venue's own: {redaction.Apply(clock.Why)}"),
        SignedAnswer.Failed failed => new TripResult.Failed($"the venue refused {what}: {redaction.Apply(failed.Why)}"),
        _ => throw new InvalidOperationException("SignedAnswer is a closed hierarchy."),
    };

    private string Words(SignedAnswer answer) => redaction.Apply(answer switch
    {
        SignedAnswer.Ours ours => ours.Why,
        SignedAnswer.Clock clock => clock.Why,
        SignedAnswer.TooOften often => often.Why,
        SignedAnswer.Failed failed => failed.Why,
        _ => "",
    });

    private KeptFile<OrderRecord> OpenFile()
    {
        var folder = environment.Folder ?? throw new IOException("orders are placed by nines up only, where what was sent is on record");
        var identity = $"{options.Url.Host}\n{options.Symbol}\n{options.Key}";
        return KeptFile<OrderRecord>.Open(folder, $"orders-{options.Url.Host}-{options.Symbol}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..8]}");
    }

    private SignalValue[] Values(Seen seen, Duration roundTrip) =>
    [
        SignalValue.Of(roundTrip.TotalSeconds),
        SignalValue.Of(seen.RateLimited),
        SignalValue.Of((double)pace.Failures),
        SignalValue.Of(pace.Took),
        pace.Refusal is { } refusal ? SignalValue.Of(refusal) : SignalValue.Missing,
        seen.Moved is { } moved ? SignalValue.Of(moved) : SignalValue.Missing,
        seen.Bid is { } bid ? SignalValue.Of((double)bid.Price) : SignalValue.Missing,
        seen.Ask is { } ask ? SignalValue.Of((double)ask.Price) : SignalValue.Missing,
        SignalValue.Of(seen.Clock?.Surely ?? Duration.Zero),
        SignalValue.Of(seen.Clock?.Offset),
        SignalValue.Of(seen.Clock?.Uncertainty),
    ];

    private Sight Refused(string code, string message) => new(new Outcome.Refused(code, redaction.Apply(message)), []);
}
