using Nines.Backbone.Journal;
using Nines.Ledger;
using Nines.Ledger.Snapshots;
using NodaTime;

namespace Nines.Web.Live;

/// <summary>
/// The one ledger that pages, the API, metrics and the public page read: as of the journal's head and of what the watch has judged, whenever it is asked.
/// Readers take turns; what they take out must be values of their own. Safe for concurrent use.
/// </summary>
/// <param name="folder">Where a snapshot may be, so that not all facts are read anew; null for none.</param>
/// <param name="judgedUntil">How far the watch of this process has judged, beyond what facts say; null when it does not run.</param>
public sealed class LiveLedger(IJournal journal, string? folder, Func<Instant?> judgedUntil) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);
    private LedgerProjection? ledger;

    /// <param name="read">Runs while nobody else reads: quick, and nothing of the ledger itself leaves it.</param>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    public async Task<T> ReadAsync<T>(Func<LedgerProjection, T> read, CancellationToken cancellation = default)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            ledger ??= folder is null ? new LedgerProjection() : await LedgerSnapshot.LoadAsync(journal, folder, cancellation);
            await ledger.CatchUpAsync(journal, cancellation);
            if (judgedUntil() is { } until) ledger.ExtendTo(until);
            return read(ledger);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();
}
