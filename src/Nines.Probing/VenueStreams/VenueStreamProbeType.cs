using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Http;
using Nines.Probing.Paths;
using Nines.Probing.Venues;
using NodaTime;

namespace Nines.Probing.VenueStreams;

/// <summary>The order book of a trading venue, as its WebSocket stream brings it.</summary>
public sealed class VenueStreamProbeType : ProbeType
{
    /// <summary>We know when a message came, not when it was sent; as for every stream.</summary>
    /// <value>Seconds.</value>
    private const double LongestWay = 0.25;

    public override string Key => "venue_stream";
    public override string About => "Follows the order book of a trading venue's stream: silence, gaps, checksums, a book that is crossed, empty or one-sided.";
    public override Type OptionsType => typeof(VenueStreamOptions);

    /// <summary>In the order of <see cref="VenueStreamProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("connected", SignalUnit.Flag, "The connection stands."),
        new("silence", SignalUnit.Seconds, "Time since the last message of the book, over reconnects; before the first one, since the first connection.") { Onset = SignalOnset.Since, Delay = LongestWay },
        new("stale_for", SignalUnit.Seconds, "How long the stream has been silent beyond its limit; 0 while it is not, or while REST stands still too.")
            { Onset = SignalOnset.Since, Delay = LongestWay, Evidence = CauseKind.Technical, ExplainedBy = "stale_because" },
        new("stale_limit", SignalUnit.Seconds, "That limit."),
        new("stale_because", SignalUnit.Text, "What the limit was taken from, while the stream is stale."),
        new("median_gap", SignalUnit.Seconds, "Between the last hundred messages of the book; missing until there are 21."),
        new("messages", SignalUnit.None, "Messages of the book since the look before."),
        new("reconnects", SignalUnit.None, "Connections made since the look before, other than the first."),
        new("shutdown_announced", SignalUnit.Flag, "The server said that it is about to end this connection."),
        new("out_of_sync", SignalUnit.Seconds, "How long there has been no book to trust: a gap, a checksum that does not fit, no snapshot yet; 0 when there is one.")
            { Onset = SignalOnset.Since, Delay = LongestWay, Evidence = CauseKind.Technical },
        new("gaps", SignalUnit.None, "Gaps in the stream's numbers since the look before.") { Evidence = CauseKind.Technical },
        new("checksum_errors", SignalUnit.None, "Checksums since the look before that do not fit the book.") { Evidence = CauseKind.Technical },
        new("crossed_for", SignalUnit.Seconds, "How long the best bid has been at or above the best ask; 0 when it is not.")
            { Onset = SignalOnset.Since, Delay = LongestWay, Evidence = CauseKind.Technical },
        new("bids", SignalUnit.None, "Levels of the buying side that are kept; missing before the first snapshot."),
        new("asks", SignalUnit.None, "Levels of the selling side."),
        new("empty", SignalUnit.Flag, "Neither side has a level.") { Evidence = CauseKind.Technical },
        new("one_sided", SignalUnit.Flag, "One side has no level.") { Evidence = CauseKind.Technical },
        new("best_bid", SignalUnit.None, "Highest price offered; missing when there is none."),
        new("best_ask", SignalUnit.None, "Lowest price asked; missing when there is none."),
        new("spread", SignalUnit.Ratio, "Between the best prices, as a share of their middle; negative when crossed."),
        new("sequence", SignalUnit.None, "Number of the last change; missing where the stream has none."),
        new("trading_status", SignalUnit.Text, "trading, post_only, cancel_only, halted, maintenance, unknown for a word without mapping; untold until this connection has said it.")
            { Evidence = CauseKind.Technical, ExplainedBy = "venue_word" },
        new("venue_word", SignalUnit.Text, "The stream's own word for it."),
        new("maintenance", SignalUnit.Flag, "The stream says that the venue is in maintenance.") { Evidence = CauseKind.Maintenance },
    ];

    public override ImmutableArray<string> DefaultConditions(object options)
    {
        var messages = StreamShape.Of((VenueStreamOptions)options).Messages;
        var conditions = ImmutableArray.CreateBuilder<string>();
        conditions.AddRange("stale_for <= 0s", "out_of_sync < 10s", "crossed_for <= 1s", "not empty", "not one_sided");
        if (messages?.StatusAt is not null)
        {
            conditions.Add("not maintenance");
            conditions.Add("trading_status != \"halted\" and trading_status != \"cancel_only\" and trading_status != \"post_only\"");
            conditions.Add("trading_status != \"unknown\" else degraded");
        }
        if (messages is { Sequence: not null } or { PreviousSequence: not null }) conditions.Add("gaps == 0 else degraded");
        if (messages?.Checksum is not null) conditions.Add("checksum_errors == 0 else degraded");
        return conditions.ToImmutable();
    }

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var stream = (VenueStreamOptions)options;
        if (!stream.Url.IsAbsoluteUri || (stream.Url.Scheme != Uri.UriSchemeWs && stream.Url.Scheme != Uri.UriSchemeWss))
            yield return new OptionMistake("url", "is not an absolute ws or wss URL. Try wss://stream.venue.example/ws; a REST interface (https://…) goes to venue.");
        if (!VenueProbeType.IsSymbol(stream.Symbol))
            yield return new OptionMistake("symbol", "is not a market's name: 1 to 64 letters, digits and . _ : / -. Write it as the stream does, such as BTC/USD.");
        if (stream.Subscribe.Length > 100) yield return new OptionMistake("subscribe", "has more than 100 messages.");
        var shape = StreamShape.Of(stream);
        if (shape.Messages is null)
            yield return new OptionMistake("shape", "is custom, and there is no messages to say what the stream sends. Give messages, or shape: binance, coinbase or kraken.");
        foreach (var mistake in SnapshotMistakes(stream, shape)) yield return mistake;
        foreach (var mistake in PathMistakes(stream)) yield return mistake;
        foreach (var mistake in HttpRequests.MistakesIn(stream.Headers)) yield return mistake;
        foreach (var mistake in TlsRequest.MistakesIn(stream.CaFile)) yield return mistake;
    }

    public override string? Provider(object options) => HostPort.Of(((VenueStreamOptions)options).Url).ToString();

    /// <summary>A look reads what the held connection brought; it calls only to connect again, or to ask REST about a silence.</summary>
    public override int CallsPerObservation(object options) => 0;

    /// <summary>The stream, and who is asked when the book or the market's progress has to be had by REST.</summary>
    public override IEnumerable<(string Provider, int Calls)> CallsOf(object options)
    {
        var stream = (VenueStreamOptions)options;
        return new[] { stream.Url, stream.Rest, stream.Progress }.OfType<Uri>().Where(url => url.IsAbsoluteUri).Select(url => HostPort.Of(url).ToString()).Distinct().Select(host => (host, 0));
    }

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new VenueStreamProbe(definition, (VenueStreamOptions)definition.Options, path, environment);

    private static IEnumerable<OptionMistake> SnapshotMistakes(VenueStreamOptions stream, StreamShape shape)
    {
        if (stream.Rest is { } rest && !IsHttp(rest)) yield return new OptionMistake("rest", "is not an absolute http or https URL. Try https://api.venue.example.");
        if (shape.SnapshotByRest && stream.Rest is null)
            yield return new OptionMistake("rest", "is missing: this stream brings only changes, so the book is read by REST first. Try rest: https://api.venue.example.");
        if (shape.SnapshotByRest && shape.Book is null)
            yield return new OptionMistake("book", "is missing: messages names no snapshot, so the book is read by REST first. Give book, or messages.snapshot.");
        if (stream.Progress is { } progress && !IsHttp(progress)) yield return new OptionMistake("progress", "is not an absolute http or https URL. Try https://api.venue.example/depth.");
        if (stream.Progress is null != stream.ProgressAt is null)
            yield return new OptionMistake(stream.Progress is null ? "progress_at" : "progress", "goes with the other one: progress says where to ask, progress_at what changes there, such as $.lastUpdateId.");
        static bool IsHttp(Uri url) => url.IsAbsoluteUri && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);
    }

    private static IEnumerable<OptionMistake> PathMistakes(VenueStreamOptions stream)
    {
        var found = new List<OptionMistake?> { VenueProbeType.JsonMistake("progress_at", "it", stream.ProgressAt, stream.Symbol) };
        if (stream.Book is { } book)
        {
            found.AddRange(VenueProbeType.UrlMistake("book", book.Path), VenueProbeType.JsonMistake("book", "bids", book.Bids, stream.Symbol),
                VenueProbeType.JsonMistake("book", "asks", book.Asks, stream.Symbol), VenueProbeType.JsonMistake("book", "sequence", book.Sequence, stream.Symbol));
        }
        if (stream.Messages is { } messages)
        {
            if (messages.Kind.IsDefaultOrEmpty) found.Add(new OptionMistake("messages", "has no kind: nothing would tell the messages apart. Give kind: [$.type]."));
            else found.AddRange(messages.Kind.Select(path => VenueProbeType.JsonMistake("messages", "kind", path, stream.Symbol)));
            if (messages.Status is null != messages.StatusAt is null) found.Add(new OptionMistake("messages", "has one of status and status_at: the first says which messages, the second where the word stands. Give both."));
            (string Name, string? Path)[] paths =
            [
                ("symbol", messages.Symbol), ("bids", messages.Bids), ("asks", messages.Asks), ("changes", messages.Changes), ("sequence", messages.Sequence),
                ("first_sequence", messages.FirstSequence), ("previous_sequence", messages.PreviousSequence), ("checksum", messages.Checksum), ("status_at", messages.StatusAt),
            ];
            found.AddRange(paths.Select(named => VenueProbeType.JsonMistake("messages", named.Name, named.Path, stream.Symbol)));
        }
        return found.OfType<OptionMistake>();
    }
}
