using Nines.Backbone.Journal;
using Nines.Testing;

namespace Nines.Backbone.Tests.Journal;

public sealed class MemoryJournalContractTests : JournalContract
{
    protected override Task<IJournal> OpenAsync() => Task.FromResult<IJournal>(new MemoryJournal());

    protected override Task<IJournal> ReopenAsync(IJournal journal) => Task.FromResult<IJournal>(((MemoryJournal)journal).Crash());
}

public sealed class MemoryJournalTests
{
    [Fact]
    public async Task An_ordered_failure_meets_one_append_and_keeps_nothing_of_it()
    {
        await using var journal = new MemoryJournal();
        journal.FailNextAppend(new JournalException(JournalErrors.DiskFull, "full"));
        Assert.Equal(JournalErrors.DiskFull, (await Assert.ThrowsAsync<JournalException>(() => journal.AppendAsync(Sample.Append("a", "1")))).Code);
        Assert.Equal(JournalPosition.Start, await journal.HeadAsync());
        Assert.False((await journal.AppendAsync(Sample.Append("a", "1"))).Repeated);
    }

    [Fact]
    public async Task A_delayed_append_is_invisible_until_it_is_acknowledged()
    {
        var time = new ManualTimeProvider();
        await using var journal = new MemoryJournal(time);
        journal.DelayAcknowledgements(TimeSpan.FromSeconds(2));
        var first = journal.AppendAsync(Sample.Append("a", "1"));
        time.Advance(TimeSpan.FromSeconds(1));
        journal.DelayAcknowledgements(TimeSpan.Zero);
        var second = journal.AppendAsync(Sample.Append("a", "2")); // behind the first, although it has no delay
        Assert.False(first.IsCompleted || second.IsCompleted);
        Assert.Equal(JournalPosition.Start, await journal.HeadAsync());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((1L, 2L), ((await first).Last.Value, (await second).Last.Value));
    }

    [Fact]
    public async Task A_crash_drops_what_was_not_acknowledged_but_for_the_survivors()
    {
        var journal = new MemoryJournal();
        await journal.AppendAsync(Sample.Append("a", "acknowledged"));
        journal.HoldAcknowledgements();
        var held = Enumerable.Range(0, 3).Select(i => journal.AppendAsync(Sample.Append("a", $"held {i}"))).ToList();
        Assert.Equal(3, journal.Unacknowledged);
        var next = journal.Crash(survivors: 1);
        foreach (var append in held) Assert.Equal(JournalErrors.Closed, (await Assert.ThrowsAsync<JournalException>(() => append)).Code);
        Assert.Equal(["a:acknowledged:0", "a:held 0:0"], (await next.ReadAsync(JournalPosition.Start, 10)).Select(Sample.RunOf));
        Assert.True((await next.AppendAsync(Sample.Append("a", "held 0"))).Repeated);
        Assert.False((await next.AppendAsync(Sample.Append("a", "held 1"))).Repeated);
    }

    [Fact]
    public async Task A_held_append_can_be_withdrawn()
    {
        await using var journal = new MemoryJournal();
        journal.HoldAcknowledgements();
        using var stop = new CancellationTokenSource();
        var withdrawn = journal.AppendAsync(Sample.Append("a", "1"), stop.Token);
        var kept = journal.AppendAsync(Sample.Append("a", "2"));
        await stop.CancelAsync();
        journal.ReleaseAcknowledgements();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => withdrawn);
        Assert.Equal(1, (await kept).Last.Value);
    }
}
