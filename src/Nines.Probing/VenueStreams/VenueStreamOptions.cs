using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Probing.Venues;
using NodaTime;

namespace Nines.Probing.VenueStreams;

public sealed record VenueStreamOptions
{
    [MainOption, Required, Description("The stream: a ws or wss URL. Keys in it are kept out of facts and logs.")]
    public required Uri Url { get; init; }

    [Required, Description("The market to follow, as the stream writes it: BTCUSDT, BTC-USD, BTC/USD. Stands for {symbol}, in small letters for {symbol_lower}.")]
    public required string Symbol { get; init; }

    [Description("Takes subscribe, messages and book from a well-known venue's stream, unless the config gives them.")]
    public VenueShape Shape { get; init; }

    [Description("Messages to send once connected, each time. {symbol}, {symbol_lower} and {depth} are filled in.")]
    public ImmutableArray<string> Subscribe { get; init; } = [];

    [Description("What the stream's messages look like.")]
    public StreamMessages? Messages { get; init; }

    [Description("Where the venue's REST interface begins, for streams that bring no snapshot of the book: an http or https URL.")]
    public Uri? Rest { get; init; }

    [Description("Where the snapshot is read there.")]
    public BookSource? Book { get; init; }

    [Description("An http or https URL whose answer changes while the market moves: only while it does is a silent stream stale.")]
    public Uri? Progress { get; init; }

    [Description("JSON path of what changes there.")]
    public string? ProgressAt { get; init; }

    [DurationRange("1s", "1h"), Description("Without progress, a stream that is silent for longer is stale; with it, never later than after this.")]
    public Duration StaleAfter { get; init; } = Duration.FromSeconds(30);

    [Range(2, 10_000), Description("With progress: how many of the stream's own median gaps between messages make a silence. At least 5 s.")]
    public int StaleFactor { get; init; } = 20;

    [Range(1, 20_000), Description("Levels a side to subscribe and to keep; what the stream sends beyond is let go. 20,000 when left out, 10 for kraken.")]
    public int? Depth { get; init; }

    [Secret, Description("Headers of the opening request.")]
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [DurationRange("1s", "1h"), Description("Time between our pings.")]
    public Duration Ping { get; init; } = Duration.FromSeconds(20);

    [DurationRange("1s", "1h"), Description("A ping that is not answered for so long breaks the connection.")]
    public Duration PongWithin { get; init; } = Duration.FromMinutes(1);

    [Range(1, 1_000_000), Description("Messages read a second at most; beyond, the stream is slowed down.")]
    public int MaxRate { get; init; } = 10_000;

    [Range(1_024, 64 << 20), Description("Longest message that is read, in bytes. Snapshots of whole books are large.")]
    public int MaxMessage { get; init; } = 8 << 20;

    [FilePath, Description("PEM file with the root certificates to trust instead of the system's; beside the config unless the path is absolute.")]
    public string? CaFile { get; init; }
}

/// <summary>What a stream's messages look like.</summary>
public sealed record StreamMessages
{
    [Required, Description("JSON paths of the words that tell the kinds of messages apart; several are joined by /.")]
    public required ImmutableArray<string> Kind { get; init; }

    [Description("The word of a message that brings the whole book.")]
    public string? Snapshot { get; init; }

    [Required, Description("The word of a message that brings changes of the book.")]
    public required string Update { get; init; }

    [Description("The word of a message that says what users can do.")]
    public string? Status { get; init; }

    [Description("The word of a message that announces the server's end.")]
    public string? Shutdown { get; init; }

    [Description("JSON path of the market's name: messages of others are passed over.")]
    public string? Symbol { get; init; }

    [Description("JSON path of the bids in snapshots and changes: a list of [price, size] or {price, qty}; size 0 removes a level.")]
    public string Bids { get; init; } = "$.bids";

    [Description("JSON path of the asks.")]
    public string Asks { get; init; } = "$.asks";

    [Description("JSON path of changes that name their side: a list of [buy or sell, price, size].")]
    public string? Changes { get; init; }

    [Description("JSON path of the number of the last change in a message.")]
    public string? Sequence { get; init; }

    [Description("JSON path of the number of the first change in a message, where messages hold several.")]
    public string? FirstSequence { get; init; }

    [Description("JSON path of the number of the message before.")]
    public string? PreviousSequence { get; init; }

    [Description("JSON path of a checksum (CRC-32 over the best ten levels, as Kraken documents it).")]
    public string? Checksum { get; init; }

    [Description("JSON path of the word in a status message.")]
    public string? StatusAt { get; init; }

    [Description("What the venue's words mean, beyond the well-known ones.")]
    public ImmutableSortedDictionary<string, TradingStatus> Words { get; init; } = ImmutableSortedDictionary<string, TradingStatus>.Empty;
}
