using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core.Facts;
using Nines.Response.StatusPage;
using Nines.Response.StatusPage.Forms;
using Nines.Web.Live;
using NodaTime;

namespace Nines.Web.StatusPage;

/// <summary>
/// Keeps a status page as it should be: makes it anew when a fact tells of something that it shows, and at least each minute, for its time goes on. What is
/// ready goes to the listener and to the folder. One loop owns it; nothing here can hold up the watch.
/// </summary>
/// <param name="ids">The data folder's.</param>
/// <param name="wall">Tells the time of the day.</param>
/// <param name="say">Takes what an operator should know, a line each.</param>
/// <param name="desk">Takes subscriptions; null where there are none.</param>
public sealed class StatusPublisher(IJournal journal, LiveLedger ledger, PublicIds ids, TimeProvider wall, Action<string> say, SubscriptionDesk? desk = null) : IAsyncDisposable
{
    /// <summary>The page is made anew at least so often, while something is not operational or has just changed more often (an outage may become an incident), and at most once in <see cref="Soonest"/>.</summary>
    private static readonly TimeSpan Latest = TimeSpan.FromMinutes(1), WhileOpen = TimeSpan.FromSeconds(10), Soonest = TimeSpan.FromSeconds(1);

    private readonly PageTree tree = new(), exportTree = new();
    private StatusListener? listener;
    private System.Net.IPEndPoint? listening;
    private ReadyTable? table;
    private (string? Folder, ImmutableArray<PageFile> Files) exported;
    private string? trouble;
    private bool isOpen;

    /// <summary>A fact has just come: what it tells of may reach to an instant that was not judged when the page was made.</summary>
    private bool isFresh = true;

    /// <summary>Where the page listens; null while it does not.</summary>
    public System.Net.IPEndPoint? Endpoint => listener?.Endpoint;

    /// <summary>Raised by the loop after each making, with what was made.</summary>
    public event Action<PageContent>? Made;

    /// <summary>Until told to stop. An address that cannot be listened on and a folder that cannot be written are told, and tried again.</summary>
    /// <param name="settings">As the config has them now; gives null while there is no status page.</param>
    public async Task RunAsync(Func<StatusPageSettings?> settings, CancellationToken stopping)
    {
        try
        {
            var cursor = await journal.HeadAsync(stopping);
            while (true)
            {
                var now = settings();
                if (listener is not null && !Equals(now?.Listen, listening)) await CloseAsync();
                if (now is not null) await MakeAsync(now, stopping);
                await Task.Delay(Soonest, wall, stopping);
                (cursor, isFresh) = await WaitAsync(cursor, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Told to stop.
        }
        finally
        {
            await CloseAsync();
        }
    }

    private async Task CloseAsync()
    {
        if (listener is { } open) await open.DisposeAsync();
        listener = null;
    }

    public async ValueTask DisposeAsync()
    {
        await tree.DisposeAsync();
        await exportTree.DisposeAsync();
    }

    private async Task MakeAsync(StatusPageSettings settings, CancellationToken stopping)
    {
        try
        {
            var now = Instant.FromDateTimeOffset(wall.GetUtcNow());
            var content = await ledger.ReadAsync(folded => PageMaker.Make(folded, settings.Options, ids, now), stopping);
            var files = await tree.RenderAsync(content, settings.Theme, subscribe: desk is not null);
            table = new ReadyTable(files, table, settings.Options.Languages);
            isOpen = content.Impact != IncidentImpact.None;
            desk?.Show(await tree.RenderDeskAsync(content, files, desk.TakesMail, desk.TakesWebhooks), [.. settings.Options.Components.Select(component => component.Id)]);
            Made?.Invoke(content);
            if (settings.Listen is { } address && listener is null)
            {
                listener = await StatusListener.StartAsync(address, desk, stopping);
                listening = address;
                say($"The status page listens on {listener.Endpoint}.");
            }
            listener?.Show(table);
            if (settings.Export is { } folder)
            {
                // What stands elsewhere takes no forms: it says where they are taken, if that is another address.
                var copy = desk is null || settings.Options.Desk is not null ? files : await exportTree.RenderAsync(content, settings.Theme);
                PageExport.Write(folder, copy, exported.Folder == folder ? exported.Files : default);
                exported = (folder, copy);
            }
            trouble = null;
        }
        catch (ListenException taken)
        {
            Say($"NIN4351: the status page cannot listen on {taken.Message}. Set status_page.listen to an address and port that are free; it is tried again each minute.");
        }
        catch (ExportException unwritable)
        {
            Say($"{ExportException.Code}: {unwritable.Message} It is tried again each minute.");
        }
        catch (JournalException broken)
        {
            Say($"{broken.Code}: the status page stays as it is: {broken.Message}");
        }
    }

    /// <summary>Once, until it is another trouble.</summary>
    private void Say(string line)
    {
        if (line != trouble) say(line);
        trouble = line;
    }

    /// <summary>Until a fact comes that changes the page, or a minute has passed.</summary>
    private async Task<(JournalPosition Cursor, bool IsFresh)> WaitAsync(JournalPosition cursor, CancellationToken stopping)
    {
        using var expired = new CancellationTokenSource(isOpen || isFresh ? WhileOpen : Latest, wall);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping, expired.Token);
        try
        {
            while (true)
            {
                await journal.WaitForMoreAsync(cursor, limit.Token);
                var entries = await journal.ReadAsync(cursor, 500, limit.Token);
                if (entries.Count == 0) continue;
                cursor = entries[^1].Position;
                if (entries.Any(entry => Changes(entry.Fact))) return (cursor, true);
            }
        }
        catch (OperationCanceledException) when (expired.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            return (cursor, false);
        }
        catch (JournalException)
        {
            await Task.Delay(Latest, wall, stopping); // making the page says what is wrong
            return (cursor, false);
        }
    }

    /// <summary>Everything that the page can show; what only says that time has passed waits for its minute.</summary>
    private static bool Changes(Fact fact) => fact is TimelineRevised or OutageCorrected or CauseCorrected or HistoryImported or MaintenanceEntered or MaintenanceEnded or IncidentPosted or WatchStarted or WatchStopped or ConfigLoaded or ProbingPaused or ProbingResumed;
}
