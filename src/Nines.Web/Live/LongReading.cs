using Nines.Backbone.Journal;
using Nines.Ledger;
using Nines.Ledger.Snapshots;
using Nines.Web.Api;
using NodaTime;

namespace Nines.Web.Live;

/// <summary>
/// A ledger for whoever reads long (a report over a year), made for him and then forgotten: <see cref="LiveLedger"/> would make everybody
/// else wait. One at a time, and few wait. Safe for concurrent use.
/// </summary>
/// <param name="folder">Where a snapshot may be; null for none.</param>
/// <param name="judgedUntil">As of <see cref="LiveLedger"/>.</param>
public sealed class LongReading(IJournal journal, string? folder, Func<Instant?> judgedUntil) : IDisposable
{
    private const int MostWaiting = 8;

    private readonly SemaphoreSlim turn = new(1);
    private int asking;

    /// <exception cref="ApiProblem">Too many wait already.</exception>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    public async Task<T> ReadAsync<T>(Func<LedgerProjection, IJournal, Task<T>> read, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref asking) > MostWaiting)
        {
            Interlocked.Decrement(ref asking);
            throw new ApiProblem(429, "NIN4339", "Too many requests", "Several reports are being made already.", "Wait as long as Retry-After says.") { RetryAfter = TimeSpan.FromSeconds(15) };
        }
        try
        {
            await turn.WaitAsync(cancellation);
            try
            {
                return await Task.Run(async () =>
                {
                    var ledger = folder is null ? new LedgerProjection() : await LedgerSnapshot.LoadAsync(journal, folder, cancellation);
                    await ledger.CatchUpAsync(journal, cancellation);
                    if (judgedUntil() is { } until) ledger.ExtendTo(until);
                    return await read(ledger, journal);
                }, cancellation);
            }
            finally
            {
                turn.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref asking);
        }
    }

    public void Dispose() => turn.Dispose();
}
