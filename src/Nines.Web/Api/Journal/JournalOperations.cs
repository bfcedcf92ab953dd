using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Nines.Backbone.Journal;
using Nines.Core.Facts;
using Nines.Web.Access;
using Nines.Web.Api.Documents;
using NodaTime;

namespace Nines.Web.Api.Journal;

/// <summary>What is asked about facts. Those that somebody may not read are not there for him: no row, count, time or neighbour tells of them.</summary>
internal sealed class JournalOperations(ConsoleOptions console)
{
    /// <summary>Entries that one search looks at; one that found too few goes on from there when it is asked to.</summary>
    internal const int MostSearched = 20_000;

    private const int AtOnce = 500, NeighboursAtOnce = 50;

    /// <summary>Facts are put on record in order of time, but for a clock that was set meanwhile.</summary>
    private static readonly Duration Slack = Duration.FromHours(1);

    private readonly IJournal journal = console.Journal;

    /// <summary>The newest first.</summary>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    public async Task<JournalDocument> SearchAsync(JournalFilter filter, PageAsked page, Role reader, CancellationToken cancellation)
    {
        var head = (await journal.HeadAsync(cancellation)).Value;
        var first = Math.Max(1, filter.FromPosition ?? 1);
        var last = Math.Min(head, filter.ToPosition ?? head);
        if (filter.From is { } from) first = Math.Max(first, await FirstAtAsync(from - Slack, head, reader, cancellation));
        if (filter.To is { } to) last = Math.Min(last, await FirstAtAsync(to + Slack, head, reader, cancellation));
        if (page.From is { } cursor) last = Math.Min(last, PositionOf(cursor) - 1);

        var rows = ImmutableArray.CreateBuilder<JournalRow>();
        var (at, lowest) = (last, Math.Max(first, last - MostSearched + 1));
        while (at >= lowest && rows.Count < page.Limit)
        {
            var begin = Math.Max(lowest, at - AtOnce + 1);
            var entries = await journal.ReadAsync(new JournalPosition(begin - 1), (int)(at - begin + 1), cancellation);
            for (var i = entries.Count - 1; i >= 0 && rows.Count < page.Limit; i--)
            {
                at = entries[i].Position.Value - 1;
                if (reader.MayRead(entries[i].Fact) && filter.Takes(entries[i].Fact)) rows.Add(RowOf(entries[i]));
            }
            if (entries.Count == 0) break;
        }
        return new JournalDocument
        {
            AsOfPosition = head,
            Entries = rows.ToImmutable(),
            SearchedFrom = Math.Min(at + 1, Math.Max(last, 0)),
            SearchedTo = Math.Max(last, 0),
            Next = at >= first ? new Cursor((at + 1).ToString("D19", CultureInfo.InvariantCulture)).ToString() : null,
        };
    }

    /// <exception cref="ApiProblem">There is none at the position, or it is not for the reader: he is told the same.</exception>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    public async Task<JournalEntryDocument> GetAsync(long position, Role reader, CancellationToken cancellation)
    {
        var head = (await journal.HeadAsync(cancellation)).Value;
        if (position < 1 || position > head || await journal.ReadAsync(new JournalPosition(position - 1), 1, cancellation) is not [var entry] || !reader.MayRead(entry.Fact))
            throw ApiProblem.NotFound("NIN4347", "No such fact", FormattableString.Invariant($"At position {position} there is no fact that you may read; the journal goes from 1 to {head}."), "Search the journal, and take a position from there.");
        var digest = await journal.DigestOfAsync(entry.Position, cancellation);
        return new JournalEntryDocument
        {
            AsOfPosition = head,
            Position = position,
            Stream = entry.Stream,
            Version = entry.Version,
            Digest = Convert.ToHexStringLower(digest ?? []),
            At = FactWords.AtOf(entry.Fact),
            Kind = FactKinds.Of(entry.Fact),
            Says = FactWords.Of(entry.Fact),
            Components = FactWords.ComponentsOf(entry.Fact),
            Outages = FactWords.OutagesOf(entry.Fact),
            Before = await BeforeAsync(position, reader, cancellation),
            After = await AfterAsync(position, reader, cancellation),
            Fact = JsonSerializer.SerializeToElement(entry.Fact, FactJson.Options),
        };
    }

    private static JournalRow RowOf(JournalEntry entry) => new(
        entry.Position.Value, FactWords.AtOf(entry.Fact), FactKinds.Of(entry.Fact), FactWords.Of(entry.Fact), FactWords.ComponentsOf(entry.Fact), FactWords.OutagesOf(entry.Fact));

    private static long PositionOf(Cursor cursor) => long.TryParse(cursor.After, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position
        : throw new ApiProblem(400, "NIN4332", "A parameter that cannot be used", "cursor is not one of this list.", "Take what 'next' of the page before says, as it is.") { Mistakes = [new ApiProblem.Mistake("query", "cursor", "is not one of this list.")] };

    /// <summary>The nearest that the reader may read. Null where none of the next few is: then nobody goes on by this link.</summary>
    private async Task<long?> AfterAsync(long position, Role reader, CancellationToken cancellation) =>
        (await journal.ReadAsync(new JournalPosition(position), NeighboursAtOnce, cancellation)).FirstOrDefault(entry => reader.MayRead(entry.Fact))?.Position.Value;

    /// <inheritdoc cref="AfterAsync"/>
    private async Task<long?> BeforeAsync(long position, Role reader, CancellationToken cancellation)
    {
        var first = Math.Max(1, position - NeighboursAtOnce);
        if (first == position) return null;
        return (await journal.ReadAsync(new JournalPosition(first - 1), (int)(position - first), cancellation)).LastOrDefault(entry => reader.MayRead(entry.Fact))?.Position.Value;
    }

    /// <summary>
    /// The first position that was put on record at an instant or later, the head where none was; by halves. Only of facts that the reader may
    /// read: where a search begins and ends is told, and would else tell when the others were.
    /// </summary>
    private async Task<long> FirstAtAsync(Instant instant, long head, Role reader, CancellationToken cancellation)
    {
        long low = 1, high = head;
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (await FirstReadableAsync(middle, high, reader, cancellation) is { } entry && FactWords.AtOf(entry.Fact) is { } at && at < instant) low = Math.Min(high, entry.Position.Value + 1);
            else high = middle;
        }
        return low;
    }

    /// <returns>The first from a position on that the reader may read; null where there is none before <paramref name="end"/>.</returns>
    private async Task<JournalEntry?> FirstReadableAsync(long from, long end, Role reader, CancellationToken cancellation)
    {
        for (var most = 1; from < end; most = NeighboursAtOnce)
        {
            var entries = await journal.ReadAsync(new JournalPosition(from - 1), (int)Math.Min(most, end - from), cancellation);
            if (entries.FirstOrDefault(entry => reader.MayRead(entry.Fact)) is { } readable) return readable;
            if (entries.Count == 0) return null;
            from += entries.Count;
        }
        return null;
    }
}
