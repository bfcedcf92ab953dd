using Nines.Backbone.Journal;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Cli.Watching;

/// <summary>Says in a line each what becomes known while watching: outages that open and close, blips, blindness. Reads the journal like anybody else, from its first fact; what it folded is kept for those that come later.</summary>
internal sealed class Announcer(IJournal journal, LedgerKeeper keeper, Action<string> line)
{
    private readonly HashSet<string> opened = [], closed = [];

    public async Task RunAsync(CancellationToken stopping)
    {
        var ledger = new LedgerProjection();
        var isCaughtUp = false;
        try
        {
            await ledger.CatchUpAsync(journal, stopping);
            isCaughtUp = true;
            foreach (var outage in ledger.Outages.Where(outage => outage.ImportedFrom is null))
            {
                opened.Add(outage.Id);
                if (!outage.IsOpen) closed.Add(outage.Id);
                else line($"{outage.Id}  still {Nines.Core.States.Word(outage.Worst)} since {Time(outage.LikelyBegan)}: {outage.Cause.Because}");
            }
            while (true)
            {
                await keeper.KeepWhenDueAsync(ledger);
                var before = ledger.Position;
                await journal.WaitForMoreAsync(before, stopping);
                foreach (var entry in await journal.ReadAsync(before, 10_000, stopping))
                {
                    ledger.Apply(entry);
                    Say(entry.Fact);
                }
                SayOutages(ledger);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            if (!isCaughtUp) return; // who stops at once need not wait for years to be read
            await ledger.CatchUpAsync(journal, CancellationToken.None);
            await keeper.KeepAsync(ledger);
        }
    }

    private void Say(Fact fact)
    {
        if (fact is BlipSeen blip) line($"{Time(blip.When.Earliest)}  {blip.Probe} from {blip.From}: a blip, no second look agreed: {blip.Because?.Because}");
        else if (fact is VantagePointBlind blind) line($"{Time(blind.At)}  vantage point {blind.VantagePoint} is blind: {blind.Reason}");
        else if (fact is VantagePointSees sees) line($"{Time(sees.At)}  vantage point {sees.VantagePoint} sees again");
        else if (fact is ClockStepped step) line($"{Time(step.At)}  the wall clock was set by {step.By.TotalSeconds:+0.0;-0.0} s; lengths are not affected");
        else if (fact is HistoryImported import) line($"{Time(import.At)}  history of {import.Component} from {InstantText.Of(import.From)} to {InstantText.Of(import.To)} was imported out of {import.Source}");
        else if (fact is WatcherSuspended gap) line($"{Time(gap.To)}  this process did not run since {Time(gap.From)}");
    }

    private void SayOutages(LedgerProjection ledger)
    {
        foreach (var outage in ledger.Outages.Where(outage => outage.ImportedFrom is null)) // history is no news
        {
            if (opened.Add(outage.Id))
                line($"{Time(outage.LikelyBegan)}  {outage.Component} is {Nines.Core.States.Word(outage.Worst)} ({outage.Id}): {outage.Cause.Because}");
            if (!outage.IsOpen && closed.Add(outage.Id))
                line(outage.IsCutOff ? $"{Time(outage.KnownUntil)}  {outage.Component} is no longer watched ({outage.Id}): what becomes of it is not known"
                    : $"{Time(outage.LikelyEnded!.Value)}  {outage.Component} is back ({outage.Id}) after {outage.Length}");
        }
    }

    private static string Time(Instant instant) => InstantText.TimeOf(instant);
}
