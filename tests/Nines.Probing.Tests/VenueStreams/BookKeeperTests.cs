using System.Text;
using Nines.Probing.Venues;
using Nines.Probing.VenueStreams;
using NodaTime;

namespace Nines.Probing.Tests.VenueStreams;

/// <summary>What a stream's messages make of the book, on virtual time: moments are given with the messages.</summary>
[Collection(Alone.Name)]
public sealed class BookKeeperTests
{
    private static readonly Instant Start = Instant.FromUtc(2026, 1, 1, 12, 0);

    private readonly List<Instant> wanted = [];
    private Instant now = Start;

    private BookKeeper Keeper(VenueShape shape = VenueShape.Custom)
    {
        var options = new VenueStreamOptions { Url = new("ws://venue"), Symbol = shape == VenueShape.Kraken ? "ETH/USD" : "ETHUSD", Shape = shape, Messages = shape == VenueShape.Custom ? Native : null };
        var full = StreamShape.Of(options);
        var keeper = new BookKeeper(new BookMessages(full.Messages!, options.Symbol), full, () => wanted.Add(now));
        keeper.Connected(now);
        return keeper;
    }

    internal static readonly StreamMessages Native = new()
    {
        Kind = ["$.type"], Snapshot = "snapshot", Update = "book", Status = "status", Shutdown = "serverShutdown", Symbol = "$.symbol", Sequence = "$.sequence", StatusAt = "$.status",
    };

    private void After(double seconds) => now += Duration.FromSeconds(seconds);

    private void Say(BookKeeper keeper, string message)
    {
        var bytes = Encoding.UTF8.GetBytes(message.Replace('\'', '"'));
        keeper.Note(now, bytes, bytes.Length);
    }

    private void Snapshot(BookKeeper keeper, long sequence, string bids = "['10','1']", string asks = "['11','1']") =>
        Say(keeper, $"{{'type':'snapshot','symbol':'ETHUSD','sequence':{sequence},'bids':[{bids}],'asks':[{asks}]}}");

    private void Update(BookKeeper keeper, long sequence, string bids = "", string asks = "") =>
        Say(keeper, $"{{'type':'book','symbol':'ETHUSD','sequence':{sequence},'bids':[{bids}],'asks':[{asks}]}}");

    [Fact]
    public void A_snapshot_and_its_changes_make_the_book()
    {
        var keeper = Keeper();
        Assert.Equal(Start, keeper.Look().LostAt); // no book yet
        Snapshot(keeper, 5);
        Update(keeper, 6, bids: "['10.5','2'],['10','0']");
        var view = keeper.Look();
        Assert.Equal((10.5m, 11m, 1, 1, 6L), (view.BestBid, view.BestAsk, view.Bids, view.Asks, view.Number));
        Assert.Null(view.LostAt);
        Assert.Empty(wanted);
    }

    [Fact]
    public void A_gap_asks_for_a_snapshot_once_and_the_book_is_lost_from_the_gap_until_it_is_there()
    {
        var keeper = Keeper();
        Snapshot(keeper, 5);
        After(60);
        Update(keeper, 7);
        After(1);
        Update(keeper, 8);
        After(3);
        var during = keeper.Look();
        Assert.Equal((1L, (Instant?)Start + Duration.FromSeconds(60)), (during.Gaps, during.LostAt));
        Assert.True(during.HadBook);
        Assert.Equal(11m, during.BestAsk); // as it was last known
        Snapshot(keeper, 20);
        Assert.Equal((0L, (Instant?)null), (keeper.Look().Gaps, keeper.Look().LostAt));
        Assert.Single(wanted);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(3)]
    public void Numbers_that_do_not_grow_are_a_gap_unless_the_snapshot_had_them_already(long sequence)
    {
        var keeper = Keeper();
        Snapshot(keeper, 5);
        Update(keeper, sequence, asks: "['1','1']");
        Assert.Equal((0L, 11m), (keeper.Look().Gaps, keeper.Look().BestAsk));
        Update(keeper, 6);
        Update(keeper, sequence);
        Assert.Equal(1, keeper.Look().Gaps);
    }

    [Fact]
    public void A_book_that_is_lost_again_soon_after_a_resync_was_lost_all_the_time()
    {
        var keeper = Keeper();
        Snapshot(keeper, 5);
        After(60);
        Update(keeper, 7);
        var lost = now;
        for (var i = 0; i < 5; i++)
        {
            After(3);
            Snapshot(keeper, 10 * (i + 1));
            After(1);
            Update(keeper, (10 * (i + 1)) + 5);
        }
        Assert.Equal(lost, keeper.Look().LostAt);
        After(1);
        Snapshot(keeper, 100);
        After(6);
        Update(keeper, 101);
        After(6);
        Update(keeper, 105);
        Assert.Equal(now, keeper.Look().LostAt); // that is another loss
    }

    [Fact]
    public void A_new_connection_is_no_loss_of_what_was_sound()
    {
        var keeper = Keeper();
        Snapshot(keeper, 5);
        After(1);
        keeper.Ended();
        After(86_400);
        keeper.Connected(now);
        Assert.Equal(now, keeper.Look().LostAt); // counted from the connection, not from the day before
        Snapshot(keeper, 900);
        After(2);
        Update(keeper, 902);
        Assert.Equal(now, keeper.Look().LostAt); // and not from the connection either: in between the book was sound
        Assert.Single(wanted);
    }

    [Fact]
    public void A_book_is_crossed_from_the_message_that_crosses_it_to_the_one_that_does_not()
    {
        var keeper = Keeper();
        Snapshot(keeper, 5);
        Update(keeper, 6, bids: "['11','1']");
        var crossed = now;
        After(0.8);
        Update(keeper, 7, bids: "['11.5','1']");
        Assert.Equal(crossed, keeper.Look().CrossedAt);
        Update(keeper, 8, bids: "['11.5','0'],['11','0']");
        Assert.Null(keeper.Look().CrossedAt);
    }

    [Fact]
    public void A_checksum_that_does_not_fit_loses_the_book()
    {
        var keeper = Keeper(VenueShape.Kraken);
        var book = new OrderBook(10);
        book.Apply([new PriceLevel(10.5m, 1, "10.5", "1.00")], [new PriceLevel(11, 2, "11.0", "2.00")]);
        string Message(string type, uint sum) => $"{{'channel':'book','type':'{type}','data':[{{'symbol':'ETH/USD','bids':[{{'price':10.5,'qty':1.00}}],'asks':[{{'price':11.0,'qty':2.00}}],'checksum':{sum}}}]}}";
        Say(keeper, Message("snapshot", book.Checksum()));
        Say(keeper, Message("update", book.Checksum()));
        Assert.Equal((0L, (Instant?)null), (keeper.Look().ChecksumErrors, keeper.Look().LostAt));
        After(7);
        Say(keeper, Message("update", book.Checksum() + 1));
        var view = keeper.Look();
        Assert.Equal((1L, (Instant?)now), (view.ChecksumErrors, view.LostAt));
        Assert.Single(wanted);
    }

    [Fact]
    public void Changes_wait_for_the_snapshot_that_REST_brings_and_follow_it()
    {
        var keeper = Keeper(VenueShape.Binance);
        Assert.Single(wanted);
        void Depth(long first, long last, string bid) => Say(keeper, $"{{'e':'depthUpdate','s':'ETHUSD','U':{first},'u':{last},'b':[['{bid}','1']],'a':[]}}");
        Depth(10, 12, "8");
        Depth(13, 15, "9");
        StreamEvent.Snapshot Rest(long number) => new([], [new PriceLevel(20, 1, "20", "1")], number, null);
        Assert.False(keeper.Snapshot(Rest(8), now)); // older than the first change that we have
        Assert.True(keeper.Snapshot(Rest(13), now)); // 10–12 are in it, 13–15 partly
        Assert.Equal((9m, 20m, 15L), (keeper.Look().BestBid, keeper.Look().BestAsk, keeper.Look().Number));
        Depth(16, 16, "10");
        Assert.Equal(0, keeper.Look().Gaps);
        Depth(18, 19, "11");
        Assert.Equal((1L, (Instant?)now), (keeper.Look().Gaps, keeper.Look().LostAt));
    }

    [Fact]
    public void Changes_that_wait_for_a_snapshot_are_bounded()
    {
        var keeper = Keeper(VenueShape.Binance);
        var levels = string.Join(',', Enumerable.Repeat("['8','1']", 1_000));
        for (var i = 1; i <= 1_000; i++) Say(keeper, $"{{'e':'depthUpdate','s':'ETHUSD','U':{i},'u':{i},'b':[{levels}],'a':[]}}");
        var kept = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 1_001; i <= 2_000; i++) Say(keeper, $"{{'e':'depthUpdate','s':'ETHUSD','U':{i},'u':{i},'b':[{levels}],'a':[]}}");
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - kept, long.MinValue, 16 << 20);
        Assert.True(keeper.Snapshot(new StreamEvent.Snapshot([], [], 1_999, null), now));
    }

    [Fact]
    public void What_the_stream_says_of_its_status_holds_for_this_connection()
    {
        var keeper = Keeper();
        Assert.Null(keeper.Look().Trading);
        Say(keeper, "{'type':'status','symbol':'ETHUSD','status':'cancel_only'}");
        Say(keeper, "{'type':'serverShutdown'}");
        Assert.Equal((TradingStatus.CancelOnly, "cancel_only"), keeper.Look().Trading);
        Assert.True(keeper.Look().ShutdownAnnounced);
        keeper.Ended();
        keeper.Connected(now);
        Assert.Null(keeper.Look().Trading);
        Assert.False(keeper.Look().ShutdownAnnounced);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{'type':'book','symbol':'BTCUSD','sequence':99,'bids':[],'asks':[]}")]
    [InlineData("{'type':'heartbeat','sequence':99}")]
    [InlineData("{'type':['book']}")]
    public void What_is_not_of_this_book_is_passed_over(string message)
    {
        var keeper = Keeper();
        Snapshot(keeper, 5);
        Say(keeper, message);
        var view = keeper.Look();
        Assert.Equal((1L, (Instant?)null), (view.Messages, view.LostAt));
    }

    [Theory]
    [InlineData("{'type':'book','symbol':'ETHUSD','sequence':6,'bids':[['x','1']],'asks':[]}")]
    [InlineData("{'type':'book','symbol':'ETHUSD','bids':[],'asks':[]}")]
    [InlineData("{'type':'book','symbol':'ETHUSD','sequence':6}")]
    [InlineData("{'type':'snapshot','symbol':'ETHUSD','sequence':6,'bids':7,'asks':[]}")]
    public void A_message_of_the_book_that_cannot_be_read_loses_it(string message)
    {
        var keeper = Keeper();
        Snapshot(keeper, 5);
        Say(keeper, message);
        Assert.Equal(now, keeper.Look().LostAt);
        Assert.Single(wanted);
    }

    [Fact]
    public void Random_bytes_do_no_harm()
    {
        var random = new Random(5);
        var keeper = Keeper(VenueShape.Coinbase);
        for (var i = 0; i < 3_000; i++)
        {
            var text = "{\"type\":\"l2update\",\"product_id\":\"ETHUSD\",\"changes\":[[\"buy\",\"10\",\"1\"],[\"sell\",\"1e3\",\"0.0\"]]}".ToCharArray();
            for (var j = 0; j < 3; j++) text[random.Next(text.Length)] = (char)random.Next(0, 256);
            var bytes = Encoding.Latin1.GetBytes(text);
            keeper.Note(now, bytes, bytes.Length);
        }
        Assert.InRange(keeper.Look().Messages, 1, 3_000);
    }

    [Fact]
    public void The_pace_is_the_median_of_the_last_gaps_and_a_pause_between_connections_is_not_one()
    {
        var pace = new Pace();
        var at = Start;
        for (var i = 0; i < 20; i++) pace.Heard(at += Duration.FromMilliseconds(200));
        Assert.Null(pace.Median);
        pace.Heard(at += Duration.FromMilliseconds(200));
        pace.Pause();
        pace.Heard(at += Duration.FromHours(1));
        Assert.Equal(Duration.FromMilliseconds(200), pace.Median);
        for (var i = 0; i < 101; i++) pace.Heard(at += Duration.FromSeconds(3));
        Assert.Equal(Duration.FromSeconds(3), pace.Median);
    }

    [Fact]
    public void A_stream_is_behind_only_from_when_REST_went_on_without_it()
    {
        var progress = new Progress();
        var message = Start;
        Instant At(int seconds) => Start + Duration.FromSeconds(seconds);
        progress.Read(At(-1), "a", message);          // before the message: what changed since may have been it
        progress.Read(At(5), "b", message);
        Assert.Null(progress.Abreast(message));
        progress.Read(At(10), "b", message);          // a quiet market
        Assert.Null(progress.Abreast(message));
        progress.Read(At(15), "c", message);
        Assert.Equal(At(10), progress.Abreast(message));
        progress.Read(At(20), "c", message);          // what it has missed it has missed
        Assert.Equal(At(10), progress.Abreast(message));
        Assert.Null(progress.Abreast(At(21)));        // it speaks again
        progress.Read(At(22), "d", At(21));
        Assert.Null(progress.Abreast(At(21)));
    }
}
