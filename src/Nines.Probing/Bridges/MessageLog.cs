using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nines.Core.Facts;
using NodaTime;

namespace Nines.Probing.Bridges;

/// <summary>When messages were sent, as far as it was seen: what a bridge's probe must not forget over a restart.</summary>
internal sealed class MessageLog
{
    /// <summary>Entries that are kept: of more, the newest stand for those before them, which makes a message younger and never older.</summary>
    private const int MostEntries = 1_000;

    private readonly string about;
    private ImmutableArray<Entry> entries;

    /// <param name="about">What the messages are of: a piece that is about something else is passed over.</param>
    public MessageLog(byte[]? piece, string about)
    {
        this.about = about;
        entries = Read(piece) is { } kept && kept.About == about && !kept.Entries.IsDefault ? kept.Entries : [];
    }

    /// <summary>So many had been sent at an instant, and so many were received.</summary>
    public void See(BigInteger sent, Instant at, BigInteger received)
    {
        var left = entries.RemoveAll(entry => entry.Count <= received || entry.Count > sent);
        if (sent > received && (left.IsEmpty || left[^1].Count < sent))
        {
            if (left.Length == MostEntries) left = left.RemoveAt(left.Length - 1);
            left = left.Add(new Entry(sent.ToString(CultureInfo.InvariantCulture), at.ToUnixTimeSeconds()));
        }
        entries = left;
    }

    /// <summary>When the oldest message that is on its way was seen first; null when none is.</summary>
    public Instant? OldestSent => entries is [var first, ..] ? Instant.FromUnixTimeSeconds(first.Seen) : null;

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(new Piece(about, entries), FactJson.Options);

    private static Piece? Read(byte[]? piece)
    {
        try
        {
            return piece is null ? null : JsonSerializer.Deserialize<Piece>(piece, FactJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Piece(string About, ImmutableArray<Entry> Entries);

    /// <param name="Sent">All messages up to this one had been sent; as digits, of any size.</param>
    /// <param name="Seen">When that was seen first, in seconds since 1970.</param>
    private sealed record Entry(string Sent, long Seen)
    {
        [JsonIgnore]
        public BigInteger Count { get; } = BigInteger.TryParse(Sent, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) ? count : 0;
    }
}
