using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Nines.Probing.Venues;
using Nines.Probing.VenueStreams;
using Nines.Testing;

namespace Nines.Probing.Tests.VenueStreams;

public sealed class OrderBookTests
{
    private static PriceLevel Level(string price, string size) =>
        new(decimal.Parse(price, CultureInfo.InvariantCulture), decimal.Parse(size, CultureInfo.InvariantCulture), price, size);

    private sealed record Change(bool Bid, int Price, int Size);

    private static readonly Arbitrary<Change[][]> Messages =
        (from bid in Gen.Elements(true, false)
         from price in Gen.Choose(1, 40)
         from size in Gen.Frequency((1, Gen.Constant(0)), (2, Gen.Choose(1, 5)))
         select new Change(bid, price, size)).ArrayOf().ArrayOf().ToArbitrary();

    [Fact]
    public void The_book_is_what_a_naive_list_says_after_any_changes() => Prop.ForAll(Messages, Gen.Elements(1, 3, 10, 1_000).ToArbitrary(), (messages, depth) =>
    {
        var book = new OrderBook(depth);
        List<(int Price, int Size)> bids = [], asks = [];
        foreach (var message in messages)
        {
            book.Apply(message.Where(change => change.Bid).Select(Level), message.Where(change => !change.Bid).Select(Level));
            bids = Naive(bids, message.Where(change => change.Bid), depth, best: level => -level.Price);
            asks = Naive(asks, message.Where(change => !change.Bid), depth, best: level => level.Price);
        }
        return book.Bids == bids.Count && book.Asks == asks.Count
            && book.BestBid == (bids.Count == 0 ? null : (decimal)bids[0].Price)
            && book.BestAsk == (asks.Count == 0 ? null : (decimal)asks[0].Price)
            && book.Crossed == (bids.Count > 0 && asks.Count > 0 && bids[0].Price >= asks[0].Price)
            && book.Checksum() == NaiveSum(asks.Take(10).Concat(bids.Take(10)));

        static PriceLevel Level(Change change) => OrderBookTests.Level($"{change.Price}", $"{change.Size}");
    }).Check(SameDraws.Config.WithMaxTest(500));

    private static List<(int Price, int Size)> Naive(List<(int Price, int Size)> side, IEnumerable<Change> changes, int depth, Func<(int Price, int Size), int> best)
    {
        foreach (var change in changes)
        {
            side = [.. side.Where(level => level.Price != change.Price)];
            if (change.Size > 0) side.Add((change.Price, change.Size));
        }
        return [.. side.OrderBy(best).Take(depth)];
    }

    /// <summary>CRC-32 bit by bit, over what the venue's document says.</summary>
    private static uint NaiveSum(IEnumerable<(int Price, int Size)> levels)
    {
        var sum = uint.MaxValue;
        foreach (var c in string.Concat(levels.Select(level => $"{level.Price}{level.Size}")))
        {
            sum ^= c;
            for (var bit = 0; bit < 8; bit++) sum = (sum >> 1) ^ ((sum & 1) == 1 ? 0xEDB88320u : 0u);
        }
        return ~sum;
    }

    /// <summary>The vectors were computed with another CRC-32 (zlib's); the first is the one that every description of CRC-32 gives.</summary>
    [Theory]
    [InlineData("123456789", 0xCBF43926u)]
    [InlineData("", 0u)]
    public void The_sum_is_the_one_of_zlib(string text, uint sum) => Assert.Equal(sum, Crc32.Of(text));

    [Fact]
    public void The_sum_is_over_the_digits_as_the_venue_wrote_them()
    {
        var book = new OrderBook(100);
        book.Apply([Level("0.99", "100"), Level("2499.90", "1.25")], [Level("2501", "0.0001"), Level("2500.10", "0.5000"), Level("2500.15", "12.0000")]);
        Assert.Equal(2221033874u, book.Checksum());
    }

    /// <summary>The example of Kraken's own document for the checksum of its book channel.</summary>
    [Fact]
    public void The_published_example_has_the_published_sum()
    {
        var book = new OrderBook(10);
        string[] asks = ["0.05005", "0.05010", "0.05015", "0.05020", "0.05025", "0.05030", "0.05035", "0.05040", "0.05045", "0.05050"];
        string[] bids = ["0.05000", "0.04995", "0.04990", "0.04980", "0.04975", "0.04970", "0.04965", "0.04960", "0.04955", "0.04950"];
        book.Apply(bids.Select(price => Level(price, "0.00000500")), asks.Select(price => Level(price, "0.00000500")));
        Assert.Equal(974947235u, book.Checksum());
    }
}
