using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Nines.Probing.Answers;
using Nines.Probing.Venues;

namespace Nines.Probing.VenueStreams;

/// <summary>What one message of a stream says.</summary>
internal abstract record StreamEvent
{
    private StreamEvent() { }

    /// <summary>The whole book.</summary>
    /// <param name="Sequence">Number of the last change in it; null where the venue does not number.</param>
    public sealed record Snapshot(List<PriceLevel> Bids, List<PriceLevel> Asks, long? Sequence, uint? Checksum) : StreamEvent;

    /// <summary>Changes of the book.</summary>
    /// <param name="First">Number of the first change; null where messages have one number.</param>
    /// <param name="Previous">Number of the message before; null where the venue does not repeat it.</param>
    public sealed record Update(List<PriceLevel> Bids, List<PriceLevel> Asks, long? Sequence, long? First, long? Previous, uint? Checksum) : StreamEvent;

    public sealed record Status(TradingStatus Means, string Word) : StreamEvent;

    /// <summary>The server is about to end and says so.</summary>
    public sealed record Shutdown : StreamEvent;

    /// <summary>A message of the book that is not of the form that the shape says.</summary>
    public sealed record Unreadable : StreamEvent;

    /// <summary>Anything else: acknowledgements, heartbeats, other markets.</summary>
    public sealed record Other : StreamEvent;
}

/// <summary>Reads a stream's messages by its shape. Holds no state; never throws for what a venue sent.</summary>
internal sealed class BookMessages
{
    /// <summary>Levels of one message that are read.</summary>
    private const int MostLevels = 100_000;

    private static readonly JsonDocumentOptions Limits = new() { MaxDepth = JsonPath.MaxDepth };
    private static readonly StreamEvent Other = new StreamEvent.Other();
    private static readonly StreamEvent Unreadable = new StreamEvent.Unreadable();

    private readonly StreamMessages messages;
    private readonly string symbol;
    private readonly ImmutableArray<JsonPath> kind;
    private readonly JsonPath? symbolAt, changes, sequence, first, previous, checksum, statusAt;
    private readonly JsonPath bids, asks;
    private readonly FrozenDictionary<string, TradingStatus> words;

    public BookMessages(StreamMessages messages, string symbol)
    {
        (this.messages, this.symbol) = (messages, symbol);
        kind = [.. messages.Kind.Select(Parse)];
        (symbolAt, changes, sequence, first) = (Optional(messages.Symbol), Optional(messages.Changes), Optional(messages.Sequence), Optional(messages.FirstSequence));
        (previous, checksum, statusAt) = (Optional(messages.PreviousSequence), Optional(messages.Checksum), Optional(messages.StatusAt));
        (bids, asks) = (Parse(messages.Bids), Parse(messages.Asks));
        words = messages.Words.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    public StreamEvent Read(ReadOnlySpan<byte> message)
    {
        try
        {
            var reader = new Utf8JsonReader(message, new JsonReaderOptions { MaxDepth = Limits.MaxDepth });
            using var document = JsonDocument.ParseValue(ref reader);
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            return Other;   // not of the book, whatever it is: a book that does not come is told by its silence
        }
    }

    private StreamEvent Read(JsonElement root)
    {
        var word = string.Join('/', kind.Select(path => path.Read(root)).Where(part => !part.IsMissing));
        if (word.Length == 0 || (symbolAt?.Read(root).Text is { } market && !market.Equals(symbol, StringComparison.OrdinalIgnoreCase))) return Other;
        if (word == messages.Update) return Changes(root);
        if (word == messages.Snapshot) return Book(root);
        if (word == messages.Shutdown) return new StreamEvent.Shutdown();
        if (word == messages.Status && statusAt?.Read(root) is { IsMissing: false } said) return new StreamEvent.Status(TradingWords.Meaning(said.ToString(), words), said.ToString());
        return Other;
    }

    private StreamEvent Book(JsonElement root) =>
        PriceLevels.Read(bids.Find(root), MostLevels) is { } buys && PriceLevels.Read(asks.Find(root), MostLevels) is { } sells
            ? new StreamEvent.Snapshot(buys, sells, Number(sequence, root), (uint?)Number(checksum, root, uint.MaxValue))
            : Unreadable;

    private StreamEvent Changes(JsonElement root)
    {
        // A side that did not change may be left out; a message without either is not one of the book.
        List<PriceLevel>? buys, sells;
        if (changes is not null)
        {
            (buys, sells) = Sided(changes.Find(root));
        }
        else
        {
            var (buyList, sellList) = (bids.Find(root), asks.Find(root));
            if (buyList is null && sellList is null) return Unreadable;
            buys = buyList is null ? [] : PriceLevels.Read(buyList, MostLevels);
            sells = sellList is null ? [] : PriceLevels.Read(sellList, MostLevels);
        }
        if (buys is null || sells is null) return Unreadable;
        var number = Number(sequence, root);
        if (sequence is not null && number is null) return Unreadable;
        return new StreamEvent.Update(buys, sells, number, Number(first, root), Number(previous, root), (uint?)Number(checksum, root, uint.MaxValue));
    }

    /// <summary>Changes of the form [buy or sell, price, size].</summary>
    private static (List<PriceLevel>? Bids, List<PriceLevel>? Asks) Sided(JsonElement? list)
    {
        if (list is not { ValueKind: JsonValueKind.Array } array) return (null, null);
        var (buys, sells) = (new List<PriceLevel>(), new List<PriceLevel>());
        foreach (var change in array.EnumerateArray().Take(MostLevels))
        {
            if (change.ValueKind != JsonValueKind.Array || change.GetArrayLength() < 3 || change[0].ValueKind != JsonValueKind.String) return (null, null);
            if (PriceLevels.Of(change[1], change[2]) is not { } level) return (null, null);
            if (change[0].ValueEquals("buy") || change[0].ValueEquals("bid")) buys.Add(level);
            else if (change[0].ValueEquals("sell") || change[0].ValueEquals("ask") || change[0].ValueEquals("offer")) sells.Add(level);
            else return (null, null);
        }
        return (buys, sells);
    }

    /// <returns>A whole number from 0 to the most, as number or text; null when there is none.</returns>
    private static long? Number(JsonPath? path, JsonElement root, long most = long.MaxValue)
    {
        var text = path is null ? null : JsonPath.Written(path.Find(root));
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= most ? value : null;
    }

    private JsonPath? Optional(string? path) => path is null ? null : Parse(path);

    private JsonPath Parse(string path) => JsonPath.TryParse(VenueProbeType.Fill(path, symbol), out var read, out var mistake) ? read : throw new ArgumentException(mistake);
}
