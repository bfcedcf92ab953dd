using System.Text;
using Nines.Probing.Venues;

namespace Nines.Probing.VenueStreams;

/// <summary>Both sides of a market, as a stream's snapshots and changes build them up. Not safe from several threads.</summary>
/// <param name="depth">Levels a side that are kept: the worst beyond go, as the venue forgets them too.</param>
internal sealed class OrderBook(int depth)
{
    private const int ChecksumLevels = 10;

    private readonly SortedDictionary<decimal, PriceLevel> bids = new(Comparer<decimal>.Create((a, b) => b.CompareTo(a)));
    private readonly SortedDictionary<decimal, PriceLevel> asks = [];

    public int Bids => bids.Count;
    public int Asks => asks.Count;
    public decimal? BestBid => bids.Count == 0 ? null : bids.First().Key;
    public decimal? BestAsk => asks.Count == 0 ? null : asks.First().Key;
    public bool Crossed => BestBid >= BestAsk;

    public void Clear()
    {
        bids.Clear();
        asks.Clear();
    }

    /// <summary>Applies a message's changes, in its order; then lets go of what is beyond the depth.</summary>
    public void Apply(IEnumerable<PriceLevel> bidChanges, IEnumerable<PriceLevel> askChanges)
    {
        Apply(bids, bidChanges);
        Apply(asks, askChanges);
    }

    /// <summary>
    /// The sum that Kraken documents for its book channels: over the best ten asks, then the best ten bids, price and size as the venue
    /// wrote them, without the point and leading zeros.
    /// </summary>
    public uint Checksum()
    {
        var text = new StringBuilder();
        foreach (var level in asks.Values.Take(ChecksumLevels).Concat(bids.Values.Take(ChecksumLevels)))
        {
            Digits(text, level.PriceText);
            Digits(text, level.SizeText);
        }
        return Crc32.Of(text.ToString());
    }

    private void Apply(SortedDictionary<decimal, PriceLevel> side, IEnumerable<PriceLevel> changes)
    {
        foreach (var level in changes)
        {
            if (level.Size == 0) side.Remove(level.Price);
            else side[level.Price] = level;
        }
        if (side.Count <= depth) return;
        foreach (var price in side.Keys.Skip(depth).ToList()) side.Remove(price);
    }

    private static void Digits(StringBuilder to, string number)
    {
        var begun = false;
        foreach (var c in number)
        {
            if (c == '.' || (!begun && c == '0')) continue;
            begun = true;
            to.Append(c);
        }
    }
}
