using System.Runtime.CompilerServices;

namespace Nines.Backbone.Journal;

/// <summary>Reading a journal from one end to the other: how a projection is rebuilt.</summary>
public static class JournalReading
{
    /// <value>Entries that are fetched at once.</value>
    public const int PageSize = 8_192;

    /// <summary>
    /// Pages of entries after <paramref name="after"/> up to and with <paramref name="upTo"/> (the head at the call, when null), in order. The next
    /// page is fetched while the caller works on this one.
    /// </summary>
    public static async IAsyncEnumerable<IReadOnlyList<JournalEntry>> ReadPagesAsync(
        this IJournal journal, JournalPosition after, JournalPosition? upTo = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var end = upTo ?? await journal.HeadAsync(cancellation).ConfigureAwait(false);
        var next = Fetch(after);
        while (true)
        {
            var page = await next.ConfigureAwait(false);
            if (page.Count == 0) yield break;
            next = Fetch(page[^1].Position);
            yield return page;
        }

        Task<IReadOnlyList<JournalEntry>> Fetch(JournalPosition from) =>
            journal.ReadAsync(from, (int)Math.Clamp(end.Value - from.Value, 0, PageSize), cancellation);
    }

    /// <summary>The entries of <see cref="ReadPagesAsync"/>, one by one.</summary>
    public static async IAsyncEnumerable<JournalEntry> ReadAllAsync(
        this IJournal journal, JournalPosition after, JournalPosition? upTo = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var page in journal.ReadPagesAsync(after, upTo, cancellation).ConfigureAwait(false))
            foreach (var entry in page)
                yield return entry;
    }
}
