using Nines.Backbone.Journal;
using Nines.Ledger;
using Nines.Pricing.Plan;
using Nines.Web.Access;
using Nines.Web.Health;
using Nines.Web.Live;

namespace Nines.Web.Metrics;

/// <summary>All figures at one moment.</summary>
/// <param name="Components">Those of the components, as of <see cref="WatchFigures.LedgerPosition"/>; empty while the journal cannot be read, or not yet.</param>
internal sealed record MetricsNow(WatchFigures Watch, LedgerFigures Components);

/// <summary>Gathers the figures for whoever wants them. Callers at the same time share one reading. Safe for concurrent use.</summary>
/// <param name="ledger">The one that console and API read too.</param>
/// <param name="pricing">What outages cost, asked for while one is open; gives null where nothing is priced.</param>
public sealed class MetricsSource(Func<WatchStatus?> status, LiveLedger ledger, TimeProvider time, Func<LedgerProjection, PricingPlan?> pricing) : IAsyncDisposable
{
    /// <summary>So long is waited for the ledger: the first reading of a long journal goes on without its caller.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly LedgerView view = new(pricing);
    private readonly CancellationTokenSource ending = new();
    private readonly Lock gate = new();
    private Task<LedgerFigures?> reading = Task.FromResult<LedgerFigures?>(null);

    /// <summary>How log-ins go; those of the console, where there is one.</summary>
    internal LogInCounts LogIns { get; set; } = new();

    /// <returns>Null while the watch has not begun.</returns>
    internal async Task<MetricsNow?> ReadAsync(CancellationToken cancellation)
    {
        if (status() is not { } now) return null;
        Task<LedgerFigures?> own;
        lock (gate)
        {
            if (reading.IsCompleted) reading = Task.Run(ReadLedgerAsync, CancellationToken.None);
            own = reading;
        }
        LedgerFigures? components;
        try
        {
            components = await own.WaitAsync(Patience, time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            components = null;
        }
        return new MetricsNow(now.Figures with { LedgerPosition = components?.Position, LogIns = LogIns }, components ?? LedgerFigures.None);
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(false);
        ending.Dispose();
    }

    private async Task<LedgerFigures?> ReadLedgerAsync()
    {
        try
        {
            return await ledger.ReadAsync(view.Read, ending.Token).ConfigureAwait(false);
        }
        catch (Exception unreadable) when (unreadable is JournalException or OperationCanceledException)
        {
            return null; // the absent nines_journal_position says it
        }
    }
}
