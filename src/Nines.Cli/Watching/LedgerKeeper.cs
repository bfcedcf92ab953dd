using Nines.Backbone.Journal;
using Nines.Ledger;
using Nines.Ledger.Snapshots;

namespace Nines.Cli.Watching;

/// <summary>Keeps a snapshot of a ledger beside the journal now and then, so that verbs need not read all facts. The watch goes on without one.</summary>
internal sealed class LedgerKeeper(IJournal journal, string folder, TimeProvider time, Action<string> say)
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    private long? keptAt;
    private bool said;

    public async Task KeepWhenDueAsync(LedgerProjection ledger)
    {
        if (keptAt is not { } at || time.GetElapsedTime(at) >= Every) await KeepAsync(ledger);
    }

    public async Task KeepAsync(LedgerProjection ledger)
    {
        keptAt = time.GetTimestamp();
        try
        {
            await LedgerSnapshot.SaveAsync(ledger, journal, folder);
            said = false;
        }
        catch (Exception full) when (full is IOException or UnauthorizedAccessException)
        {
            if (said) return;
            said = true;
            say($"{folder}: no snapshot of the ledger could be kept ({full.Message}). Nothing is lost: verbs that read take longer.");
        }
    }
}
