using System.Net;
using System.Text;
using System.Text.Json;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Facts;
using Nines.Testing;
using Nines.Web.Live;

namespace Nines.Web.Tests.Api;

/// <summary><c>/api/v1/events</c>.</summary>
public sealed class EventTests
{
    [Fact]
    public async Task What_comes_is_told_with_its_kinds_and_components()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Watched.ConfigAsync("shop", "pay");
        using var events = await EventReader.OpenAsync(server.Client, "/api/v1/events?after=3");
        Assert.Equal("text/event-stream", events.Answer.Content.Headers.ContentType!.ToString());
        await server.Watched.ReviseAsync("shop", 1, Watched.In(1, State.Up));
        var news = await events.NextAsync();
        Assert.Equal((4, "news", """{"position":4,"kinds":["timeline_revised"],"components":["shop"]}"""), (news!.Id!.Value, news.Name, news.Data));
    }

    [Theory]
    [InlineData("?form=facts&after=1", null)]
    [InlineData("?form=facts&after=99", 1L)]
    public async Task From_a_cursor_facts_come_as_they_are_and_each_once(string query, long? lastId)
    {
        await using var server = await ApiServer.StartAsync();
        await server.Watched.ConfigAsync("shop");
        using var events = await EventReader.OpenAsync(server.Client, "/api/v1/events" + query, lastId);
        var told = new List<ServerEvent?> { await events.NextAsync(), await events.NextAsync() };
        await server.Watched.ReviseAsync("shop", 1, Watched.In(1, State.Down, "shop-1"));
        told.Add(await events.NextAsync());
        Assert.Equal([2, 3, 4], told.Select(one => one!.Id!.Value));
        foreach (var (one, entry) in told.Zip(await server.Watched.Journal.ReadAsync(new JournalPosition(1), 9)))
        {
            var data = JsonDocument.Parse(one!.Data).RootElement;
            Assert.Equal("fact", one.Name);
            Assert.Equal(entry.Stream, data.GetProperty("stream").GetString());
            Assert.Equal(Encoding.UTF8.GetString(FactJson.Write(entry.Fact)), data.GetProperty("fact").GetRawText());
        }
    }

    [Fact]
    public async Task Only_what_is_listened_to_is_told()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Watched.ConfigAsync("shop", "pay");
        await server.Watched.ReviseAsync("shop", 1, Watched.In(1, State.Up));
        await server.Watched.ReviseAsync("pay", 1, Watched.In(1, State.Up));
        using var events = await EventReader.OpenAsync(server.Client, "/api/v1/events?form=facts&after=0&component=pay&kind=timeline_revised&kind=watch_started");
        var told = new List<ServerEvent?> { await events.NextAsync(), await events.NextAsync() };
        Assert.Equal([2, 5], told.Select(one => one!.Id!.Value));
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/events?kind=timeline_revise"), HttpStatusCode.BadRequest, "NIN4332");
    }

    [Fact]
    public async Task A_cursor_that_is_not_of_this_journal_is_reset()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Watched.ConfigAsync("shop");
        using var events = await EventReader.OpenAsync(server.Client, "/api/v1/events", lastId: 1_000_000);
        var reset = await events.NextAsync();
        Assert.Equal((3, "reset"), (reset!.Id!.Value, reset.Name));
    }

    [Fact]
    public async Task A_stream_on_which_nothing_comes_is_kept_open_and_its_cursor_moves_past_what_it_does_not_listen_to()
    {
        var time = new ManualTimeProvider();
        await using var server = await ApiServer.StartAsync(options: options => options with { Time = time });
        await server.Watched.ConfigAsync("shop", "pay");
        using var events = await EventReader.OpenAsync(server.Client, "/api/v1/events?component=pay");
        await server.Watched.ReviseAsync("shop", 1, Watched.In(1, State.Up));
        var moved = events.UntilAsync(4);
        while (!moved.IsCompleted)
        {
            time.Advance(FactStream.AliveEvery);
            await Task.WhenAny(moved, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System));
        }
        await moved;
    }

    [Fact]
    public async Task Streams_are_bounded_per_caller_and_a_closed_one_makes_room()
    {
        await using var server = await ApiServer.StartAsync(options: options => options with { MaxStreamsOfOne = 2 });
        using var first = await EventReader.OpenAsync(server.Client, "/api/v1/events");
        var second = await EventReader.OpenAsync(server.Client, "/api/v1/events");
        var refused = await server.GetAsync("/api/v1/events");
        ApiServer.AssertProblem(refused, HttpStatusCode.TooManyRequests, "NIN4338");
        Assert.NotNull(refused.Answer.Headers.RetryAfter);
        second.Dispose();
        EventReader third;
        while ((third = await EventReader.OpenAsync(server.Client, "/api/v1/events")).Answer.StatusCode == HttpStatusCode.TooManyRequests)
        {
            third.Dispose();
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
        Assert.Equal(HttpStatusCode.OK, third.Answer.StatusCode);
        third.Dispose();
    }

    [Fact]
    public async Task A_stream_ends_when_the_server_does()
    {
        EventReader events;
        await using (var server = await ApiServer.StartAsync())
        {
            events = await EventReader.OpenAsync(server.Client, "/api/v1/events");
            await server.Raw.StopAsync();
            Assert.Null(await events.NextAsync());
        }
        events.Dispose();
    }

    [Fact]
    public async Task A_journal_that_cannot_be_read_is_told_and_tried_again()
    {
        var time = new ManualTimeProvider();
        await using var memory = new MemoryJournal();
        await using var journal = new BreakingJournal(memory) { Broken = true };
        var said = new List<string>();
        var stream = new FactStream(journal, time, said.Add);
        using var stop = new CancellationTokenSource();
        var told = stream.ListenAsync(JournalPosition.Start, stop.Token).GetAsyncEnumerator(CancellationToken.None);
        journal.Broken = false;
        var first = told.MoveNextAsync().AsTask();
        while (stream.Listeners == 0) await Task.Yield();
        journal.Broken = true;
        var running = stream.RunAsync(stop.Token);
        Assert.True(await first);
        Assert.Equal("event: trouble\ndata: {\"code\":\"NIN3999\"}\n\n", Encoding.UTF8.GetString(told.Current.TextFor(FactFilter.All).Span));
        Assert.Single(said);
        journal.Broken = false;
        await memory.AppendAsync(new Append("watch", "1", [new WatchStarted(Watched.Zero, "run-1", "host")]));
        var next = told.MoveNextAsync().AsTask();
        while (!next.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System));
        }
        // It came before anybody followed, and after we had read: no batch has it.
        Assert.Equal(1, told.Current.Last.Value);
        Assert.Single(told.Current.Entries);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task While_the_journal_grows_every_listener_gets_everything_after_its_cursor_once()
    {
        const int facts = 4_000;
        await using var journal = new MemoryJournal();
        var stream = new FactStream(journal, TimeProvider.System, _ => { });
        using var stop = new CancellationTokenSource(Patience.Most);
        var running = stream.RunAsync(stop.Token);
        async Task<long[]> ListenAsync(long after)
        {
            var positions = new List<long>();
            await foreach (var batch in stream.ListenAsync(new JournalPosition(after), stop.Token))
            {
                positions.AddRange(batch.Entries.Select(entry => entry.Position.Value));
                if (positions is [.., facts]) break;
            }
            return [.. positions];
        }
        var listening = new List<(long After, Task<long[]> Got)>();
        for (var i = 0; i < facts; i++)
        {
            await journal.AppendAsync(new Append("watch", $"{i}", [new WatchStarted(Watched.Zero, $"run-{i}", "host")]));
            if (i % 200 != 100) continue;
            var after = i * 7L % (i + 1);
            listening.Add((after, Task.Run(() => ListenAsync(after))));
        }
        foreach (var (after, got) in listening) Assert.Equal(Enumerable.Range((int)after + 1, facts - (int)after).Select(position => (long)position), await got);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_listener_that_takes_nothing_is_let_go()
    {
        var time = new ManualTimeProvider();
        await using var journal = new MemoryJournal();
        var stream = new FactStream(journal, time, _ => { });
        using var stop = new CancellationTokenSource();
        var running = stream.RunAsync(stop.Token);
        await using var idle = stream.ListenAsync(JournalPosition.Start, CancellationToken.None).GetAsyncEnumerator();
        await using var keen = stream.ListenAsync(JournalPosition.Start, CancellationToken.None).GetAsyncEnumerator();
        var started = idle.MoveNextAsync().AsTask();
        for (var i = 0; i < 100; i++)
        {
            var next = keen.MoveNextAsync().AsTask();
            while (stream.Listeners < 2) await Task.Yield();
            await journal.AppendAsync(new Append("watch", $"{i}", [new WatchStarted(Watched.Zero, $"run-{i}", "host")]));
            while (!next.IsCompleted)
            {
                time.Advance(TimeSpan.FromMilliseconds(50));
                await Task.Yield();
            }
            Assert.True(await next);
        }
        Assert.True(await started);
        // Signs of life may be among them: on a busy machine the virtual time runs ahead of the loops.
        var (taken, positions) = (1, idle.Current.Entries.Select(entry => entry.Position.Value).ToList());
        await Assert.ThrowsAsync<FellBehindException>(async () =>
        {
            for (; await idle.MoveNextAsync(); taken++) positions.AddRange(idle.Current.Entries.Select(entry => entry.Position.Value));
        });
        Assert.InRange(taken, 60, 70);
        Assert.Equal(Enumerable.Range(1, positions.Count).Select(position => (long)position), positions);
        await stop.CancelAsync();
        await running;
    }

    /// <summary>A journal whose reading fails when told to.</summary>
    private sealed class BreakingJournal(MemoryJournal inner) : IJournal
    {
        public bool Broken { get; set; }

        public Task<AppendReceipt> AppendAsync(Append append, CancellationToken cancellation = default) => inner.AppendAsync(append, cancellation);
        public Task<byte[]?> DigestOfAsync(JournalPosition position, CancellationToken cancellation = default) => inner.DigestOfAsync(position, cancellation);
        public Task<IReadOnlyDictionary<string, byte[]>> SnapshotsAsync(string owner, CancellationToken cancellation = default) => inner.SnapshotsAsync(owner, cancellation);
        public Task<JournalPosition> WaitForMoreAsync(JournalPosition after, CancellationToken cancellation = default) => Or(() => inner.WaitForMoreAsync(after, cancellation));
        public Task<JournalPosition> HeadAsync(CancellationToken cancellation = default) => Or(() => inner.HeadAsync(cancellation));
        public Task<IReadOnlyList<JournalEntry>> ReadAsync(JournalPosition after, int most, CancellationToken cancellation = default) => Or(() => inner.ReadAsync(after, most, cancellation));
        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private Task<T> Or<T>(Func<Task<T>> read) => Broken ? Task.FromException<T>(new JournalException("NIN3999", "broken for the test")) : read();
    }
}
