using System.Collections.Immutable;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Response.Notices;
using Nines.Testing;
using NodaTime;

namespace Nines.Response.Tests;

/// <summary>A real journal in which a shop goes down and comes back, and senders that run over it and are stopped.</summary>
internal sealed class Watch : IAsyncDisposable
{
    private readonly string? folder;
    private readonly IJournal journal;
    private readonly Instant start;
    private int batch;

    private Watch(string? folder, IJournal journal, Instant start) => (this.folder, this.journal, this.start) = (folder, journal, start);

    public List<string> Said { get; } = [];

    public static readonly NoticeOptions Fast = new()
    {
        LookEvery = TimeSpan.FromMilliseconds(10),
        FirstWait = TimeSpan.FromMilliseconds(5),
        LongestWait = TimeSpan.FromMilliseconds(40),
        Timeout = TimeSpan.FromSeconds(5),
        Attempts = 6,
    };

    /// <param name="age">How long ago the watch began.</param>
    public static async Task<Watch> BeginAsync(Duration? age = null)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"nines-notices-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        var start = Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow()) - (age ?? Duration.FromHours(1));
        return await new Watch(folder, await SqliteJournal.OpenAsync(folder, TimeProvider.System), start).BeginAsync();
    }

    /// <summary>Over a journal whose appends can be made to fail.</summary>
    public static Task<Watch> BeginInMemoryAsync() =>
        new Watch(null, new MemoryJournal(), Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow()) - Duration.FromHours(1)).BeginAsync();

    public MemoryJournal? Memory => journal as MemoryJournal;

    private async Task<Watch> BeginAsync()
    {
        await RecordAsync(
            new ConfigLoaded(start, "d", "{}", "0.1.0", "2026a",
                [new ComponentSummary(Shop, ComponentKind.Dapp, ImmutableSortedDictionary<string, string>.Empty, [], ["eu"], Duration.FromSeconds(35))]),
            new WatchStarted(start, "run-1", "host"),
            new TimelineRevised(start, Shop, null, start, [Up(start)]));
        return this;
    }

    private static readonly ComponentId Shop = new("shop");

    public Instant At(double seconds) => start + Duration.FromSeconds(seconds);

    public Task GoDownAsync(int outage, double at) => RecordAsync(
        new TimelineRevised(At(at + 1), Shop, null, At(at),
            [new Segment(At(at), State.Down, State.Down, State.Down) { Outage = $"shop-{outage}", Cause = new Cause(CauseKind.Technical, "refused by <!channel> & co") }]),
        new Watched(At(at + 10), "run-1", []));

    /// <summary>Another tool's record of the hour before: an outage of ten minutes that ended just before the watch began.</summary>
    public Task ImportAsync() => RecordAsync(new HistoryImported(
        At(0), "csv looks.csv", "digest", Shop, ComponentKind.Dapp, ImmutableSortedDictionary<string, string>.Empty, At(-3_600), At(-1), Duration.FromSeconds(90),
        [Up(At(-3_600)), new Segment(At(-610), State.Down, State.Down, State.Down) { Outage = "shop-i1" }, Up(At(-10))], [], 0));

    public Task ComeBackAsync(double at) => RecordAsync(new TimelineRevised(At(at + 1), Shop, null, At(at), [Up(At(at))]), new Watched(At(at + 10), "run-1", []));

    /// <summary>Runs a sender until the condition holds , and stops it.</summary>
    public async Task RunUntilAsync(Func<bool> condition, NoticeOptions? options = null, params NoticeChannel[] channels)
    {
        using var stopping = new CancellationTokenSource();
        using var sender = new NoticeSender(journal, channels, options ?? Fast, TimeProvider.System, line => { lock (Said) Said.Add(line); });
        var running = sender.RunAsync(stopping.Token);
        await Patience.UntilAsync("what was waited for", () => condition() || running.IsCompleted, () => string.Join('\n', Said), TimeSpan.FromMilliseconds(5));
        await stopping.CancelAsync();
        await running;
        Assert.True(condition(), "what was waited for did not come");
    }

    public IReadOnlyList<NoticeSent> Sent()
    {
        var entries = journal.ReadAsync(JournalPosition.Start, 1_000).GetAwaiter().GetResult();
        return [.. entries.Select(entry => entry.Fact).OfType<NoticeSent>()];
    }

    public async ValueTask DisposeAsync()
    {
        await journal.DisposeAsync();
        if (folder is not null) Directory.Delete(folder, recursive: true);
    }

    private static Segment Up(Instant from) => new(from, State.Up, State.Up, State.Up);

    private async Task RecordAsync(params Fact[] facts) => await journal.AppendAsync(new Append("watch", $"batch-{++batch}", facts));
}
